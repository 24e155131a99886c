"""`tfl notebook export | import`."""

from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.learner import CourseDir, OptionalExerciseId, at_desk
from grader import notebook_export
from grader.submission import read_text
from tfl import files
from tfl.errors import UsageError

Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Export exercises as notebooks, and import them again."
)


@app.command("export", short_help="Write an exercise as a notebook, with its lesson.")
def export(
    exercise: OptionalExerciseId = None,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Where (default: here).")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every exercise; what stands first is then the folder.")] = False,
    force: Force = False,
    course: CourseDir = None,
) -> None:
    """Write an exercise as a notebook: its lesson, your file (or the stub) in cells, and a cell that checks it.

    \b
    Examples:
      tfl notebook export exercise3
      tfl notebook export exercise3 notebooks
      tfl notebook export --all notebooks
    """
    desk = at_desk(course)
    if all_ and exercise and folder:
        raise UsageError("--all exports every exercise, and takes a folder only.", "Leave out the exercise.")
    where = (Path(exercise) if exercise else Path()) if all_ else folder or Path()
    chosen = desk.course.exercises if all_ else (desk.exercise(exercise),)
    paths = [where / notebook_export.file_name(one) for one in chosen]
    _refuse_to_overwrite([path for path in paths if path.exists()], force)
    for one, path in zip(chosen, paths, strict=True):
        own = desk.workspace.path(one) if desk.workspace else None
        source = own if own and own.is_file() else desk.course.stub(one)
        files.write_text(path, notebook_export.exported(desk.course, one, read_text(source)))
        show.line(f"✓ {path}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A notebook.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where (default: the workspace, or here).")
    ] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", metavar="EXERCISE", help="Which it is, if the notebook does not say so.")
    ] = None,
    force: Force = False,
    course: CourseDir = None,
) -> None:
    """Make the Python file of an exercise from a notebook.

    \b
    Examples:
      tfl notebook import exercise3_layer_unfreezing.ipynb
      tfl notebook import lab.ipynb --exercise exercise1 --force
    """
    desk = at_desk(course)
    known = desk.exercise(exercise) if exercise else None
    which, source = notebook_export.imported(read_text(file), file.name, desk.course, known)
    where = folder or (desk.workspace.folder if desk.workspace else Path())
    path = where / which.file
    untouched = desk.workspace and path == desk.workspace.path(which) and desk.workspace.untouched(which)
    same = path.is_file() and path.read_text(encoding="utf-8", errors="replace") == source
    if path.exists() and not untouched and not same:
        _refuse_to_overwrite([path], force)
    files.write_text(path, source)
    show.line(f"✓ {path}")


def _refuse_to_overwrite(there: list[Path], force: bool) -> None:
    if there and not force:
        names = ", ".join(map(str, there))
        raise UsageError(f"{names} is there already.", "Add --force to overwrite it.")
