"""`tfl edit`."""

import subprocess
from pathlib import Path

import typer

from cli.learner import CourseDir, File, OptionalExerciseId, at_desk
from tfl import editors
from tfl.errors import EXIT_FAILED, SubmissionError, UsageError

app = typer.Typer(add_completion=False)


@app.command()
def edit(exercise: OptionalExerciseId = None, file: File = None, course: CourseDir = None) -> None:
    """Open an exercise in your editor: where the last check failed, or at the first thing not yet written.

    The editor is $VISUAL, $EDITOR, or the first found of code, nano, vim and vi.

    \b
    Examples:
      tfl edit exercise3
      VISUAL='code --wait' tfl edit
    """
    desk = at_desk(course)
    which = desk.exercise(exercise)
    path = desk.file(which, file, exercise)
    if not path.is_file():
        raise SubmissionError(f"{path} does not exist.", f"`tfl reset {which.id}` brings the stub back.")
    line = desk.workspace.line_to_mend(which) if desk.workspace and not file else None
    if code := open_editor(path, line):
        raise typer.Exit(EXIT_FAILED if code else 0)


def open_editor(path: Path, line: int | None = None) -> int:
    """Open a file, at a line or where there is something to write; returns the editor's exit status."""
    if line is None:
        line = editors.to_write(path.read_text(encoding="utf-8", errors="replace"))
    words = editors.command(path, line)
    try:
        return subprocess.run(words, check=False).returncode
    except OSError as error:
        raise UsageError(
            f"{words[0]} could not be started: {error.strerror}.", "Name another: export VISUAL=…"
        ) from error
