"""The README of a learner's workspace."""

from tfl.course import Course

TEXT = """\
# {title}

Your workspace. Fill in the files one after the other; after each save you see which checks pass.

```sh
tfl watch              # checks on every save, and moves on when an exercise passes
tfl-tui                # the same with lessons, in the whole terminal
```

or step by step:

```sh
tfl list               # the exercises, your points, what is next
tfl check {first}    # the checks alone
tfl hint {first}     # one more hint each time
tfl grade {first}    # the checks, then real training with your code
tfl diff {first}     # your answer beside the reference, once it passes
tfl reset {first}    # start again; your file is kept in backups/
```

| exercise | file | what you write |
|---|---|---|
{rows}

Every stub explains in its docstrings what is asked, with a number to compare with. A notebook will do too:
`tfl notebook export {first}`, and `tfl check {first} {notebook}`.

`progress.json` holds your points, hints and answers; it is yours to read. After `pip install --upgrade tfl`
run `tfl init` here: new and untouched files are renewed, and what you have written is never overwritten.
"""


def text(course: Course) -> str:
    """The README for a course."""
    rows = "\n".join(f"| {e.id} | [{e.file}]({e.file}) | {e.task} |" for e in course.exercises)
    first = course.exercises[0]
    return TEXT.format(title=course.title, first=first.id, notebook=first.file.replace(".py", ".ipynb"), rows=rows)
