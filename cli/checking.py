"""Checking one submission for `tfl check`, `tfl grade` and `tfl watch`: read it, have it marked, keep the mark."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.learner import Desk, notice, tell
from cli.verdicts import Sheet, is_interactive, wrapped
from grader import formats, in_process
from grader.client import Grader
from grader.marks import Mark, Verdict
from grader.submission import Submission, read
from tfl import files
from tfl.course import Exercise
from tfl.errors import EXIT_FAILED, EXIT_OK, SubmissionError, UsageError

Form = Literal["text", "json", "gradescope", "junit"]

FormatOption = Annotated[
    Form | None,
    typer.Option("--format", help="How to write the result; the machine formats are described in docs/json.md."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write the result there (JSON unless --format says else)."),
]
SeedOption = Annotated[
    str | None, typer.Option("--seed", help="Draw the same inputs as an earlier mark: its seed, from --json.")
]
InProcess = Annotated[
    bool,
    typer.Option("--in-process", help="Run your own code without walls in this terminal, so that breakpoint() works."),
]


class Wanted:
    """Where the result goes: to the terminal as text, or as a document to standard output or a file."""

    def __init__(self, form: Form | None, json: bool, output: Path | None) -> None:
        """Raises UsageError for choices that contradict each other."""
        if json and form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other.", "Give one of them.")
        chosen: Form = form or ("json" if json or output else "text")
        if output and chosen == "text":
            raise UsageError("--output writes a machine format.", "Add --format json, gradescope or junit.")
        self.form: formats.Format | None = None if chosen == "text" else chosen
        self.output = output

    @property
    def on_terminal(self) -> bool:
        """Whether the verdicts are printed for people."""
        return self.form is None or self.output is not None

    def write(self, mark: Mark, training: dict[str, Any] | None = None) -> None:
        """Write the document, if one is wanted."""
        if self.form is None:
            return
        document = formats.text(mark, self.form, training)
        if self.output is None:
            print(document, end="")
            return
        try:
            files.write_text(self.output, document)
        except OSError as error:
            raise UsageError(f"{self.output} cannot be written: {error.strerror}.", "Name another file.") from error


def read_or_tell(desk: Desk, exercise: Exercise, path: Path, wanted: Wanted) -> Submission:
    """The submission.  One that cannot be read still gets its document, with no points, before the error is told."""
    try:
        return read(path, exercise)
    except SubmissionError as error:
        wanted.write(formats.unreadable(desk.course, exercise, path.name, error))
        raise


def judge(
    desk: Desk, exercise: Exercise, submission: Submission, path: Path, seed: str | None, walls: bool, printing: bool
) -> Mark:
    """Have a submission marked, and print the verdicts as they come if `printing`.  Raises GraderError."""
    if not walls:  # the debugger may want the terminal, so nothing moves on it
        found = in_process.check(desk.course, exercise, submission, path, seed)
        return follow(found, exercise, submission, printing, still=True)
    with Grader(desk.course, [exercise.id]) as grader:
        return follow(grader.check(exercise, submission, seed), exercise, submission, printing)


def follow(
    found: Iterator[Verdict | Mark],
    exercise: Exercise,
    submission: Submission,
    printing: bool = True,
    still: bool = False,
) -> Mark:
    """Print verdicts as they come, and return the mark at their end.  `still`: without a sign that one is waiting."""
    sheet = Sheet() if printing else None
    if sheet:
        sheet.head(f"{exercise.title} · {submission.file}", submission.notes)
    with _waiting(None if still else sheet) as status:
        for item in found:
            if status:
                status.stop()
            if isinstance(item, Mark):
                mark = item
            elif sheet:
                sheet.verdict(item)
    if sheet:
        sheet.end(mark)
    return mark


def keep(desk: Desk, mark: Mark, submission: Submission) -> None:
    """Record the mark in the workspace around, if there is one."""
    if desk.workspace:
        tell(desk.workspace.record_mark(mark, submission.source))
        if desk.workspace.outdated:
            notice(f"The course is now version {desk.course.version}: `tfl init` brings new and untouched files.")


def whats_next(desk: Desk, exercise: Exercise, mark: Mark, graded: bool = False) -> None:
    """One line on what to do now."""
    if not mark.passed:
        seen = desk.workspace.progress().exercise(exercise.id).hints if desk.workspace else 0
        left = len(exercise.hints) - seen
        hints = f"  tfl hint {exercise.id} has {left} more hint{'s' * (left != 1)}." if left else ""
        wrapped(f"Next: mend it and check again.{hints}")
        return
    following = desk.next(after=exercise)
    train = "" if graded or not exercise.training else f"tfl grade {exercise.id} trains with your code; "
    wrapped(f"{train}tfl diff {exercise.id} shows the reference.")
    wrapped(f"Next: {following.id}, {following.title}." if following else "That was the last one: all are passed.")


def exit_code(mark: Mark) -> int:
    """0 when every check has passed, 1 when some have not."""
    return EXIT_OK if mark.passed else EXIT_FAILED


def _waiting(sheet: Sheet | None) -> AbstractContextManager[Any]:
    """A line that says why nothing comes yet, on a terminal."""
    if sheet and is_interactive(sheet.out):
        return sheet.out.status("starting the grader …", spinner="dots")
    return nullcontext()
