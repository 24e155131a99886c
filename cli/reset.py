"""`tfl reset`."""

import typer

from cli import show
from cli.learner import ExerciseId, at_desk, own_workspace

app = typer.Typer(add_completion=False)


@app.command()
def reset(exercise: ExerciseId) -> None:
    """Start an exercise again from its stub.  Your file is kept in backups/; its points are forgotten, hints are not.

    \b
    Examples:
      tfl reset exercise3
    """
    workspace = own_workspace()
    which = at_desk().exercise(exercise)
    backup = workspace.reset(which)
    if backup:
        show.line(f"Your file is kept as {backup.relative_to(workspace.folder)}.")
    show.line(f"{which.file} is the stub again.")
