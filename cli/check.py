"""`tfl check`."""

import typer

from cli import checking
from cli.checking import FormatOption, InProcess, JsonOption, Output, SeedOption, Wanted
from cli.learner import CourseDir, ExerciseId, File, at_desk, notice

app = typer.Typer(add_completion=False)


@app.command()
def check(
    exercise: ExerciseId,
    file: File = None,
    json: JsonOption = False,
    format: FormatOption = None,
    output: Output = None,
    seed: SeedOption = None,
    in_process: InProcess = False,
    course: CourseDir = None,
) -> None:
    """Run an exercise's checks on your file: what passes, what fails, and where to look.

    Your code runs in a sandbox, and nothing of it runs anywhere else.  Inside a workspace the mark is recorded.

    \b
    Exit codes: 0 all checks passed, 1 some failed, 2 wrong use or a file that cannot be read, 3 the grader failed.

    \b
    Examples:
      tfl check exercise1
      tfl check exercise1 lab.ipynb
      tfl check 3 --json | jq '.checks[] | [.verdict, .title]'
      tfl check exercise1 --format gradescope --output results.json
      tfl check exercise1 --in-process        stops at your breakpoint()
    """
    wanted = Wanted(format, json, output)
    desk = at_desk(course)
    which = desk.exercise(exercise)
    path = desk.file(which, file, exercise)
    submission = checking.read_or_tell(desk, which, path, wanted)
    mark = checking.judge(desk, which, submission, path, seed, not in_process, wanted.on_terminal)
    if in_process:
        notice("Checked without walls, so this mark is not recorded.")
    else:
        checking.keep(desk, mark, submission)
    if wanted.on_terminal:
        checking.whats_next(desk, which, mark)
    wanted.write(mark)
    raise typer.Exit(checking.exit_code(mark))
