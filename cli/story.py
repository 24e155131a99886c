"""`tfl story`."""

from typing import Annotated, Any

import typer

from cli import reading, show
from cli.options import Json
from tfl.errors import UnknownName
from tfl.jobs import run_job
from tfl.stories import STORIES

app = typer.Typer(add_completion=False)


def complete_story(incomplete: str) -> list[tuple[str, str]]:
    """For the shell: the stories that begin with what has been typed, with their titles."""
    return [(name, title.title) for name, title in STORIES.items() if name.startswith(incomplete)]


@app.command()
def story(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which one.", autocompletion=complete_story)
    ] = None,
    json: Json = False,
) -> None:
    """Tell a detective story: something that was wrong with the lab, made again in small, in seconds.

    Symptom, experiment, cause, mend.  The numbers are computed while the story is told.  Without a name the stories
    are listed.

    \b
    Examples:
      tfl story
      tfl story batch-first
      tfl story padding-mask --json | jq '.parts[0].table'
    """
    if name is None:
        _list(json)
        return
    if name not in STORIES:
        raise UnknownName("story", name, STORIES)
    code = show.follow(run_job("story", {"name": name}), quiet=True, show_result=show.print_json if json else _tell)
    raise typer.Exit(code)


def _list(json: bool) -> None:
    if json:
        show.print_json([{"name": name, **title._asdict()} for name, title in STORIES.items()])
        return
    show.table(["story", "symptom"], [(name, title.symptom) for name, title in STORIES.items()])
    show.line("\nHear one with `tfl story NAME`.")


def _tell(result: dict[str, Any]) -> None:
    show.line(result["title"], bold=True)
    for part in result["parts"]:
        show.line(f"\n{part['heading']}", bold=True)
        reading.paragraph(part["text"])
        if part["table"]:
            show.line("")
            columns = part["table"]["columns"]
            show.table(columns, part["table"]["rows"], right=[c for c in columns[1:] if _numbers(part["table"], c)])


def _numbers(table: dict[str, Any], column: str) -> bool:
    """Whether a column holds numbers only, which are aligned to the right."""
    index = table["columns"].index(column)
    cells = [row[index].replace("−", "-").replace(",", "") for row in table["rows"]]
    return all(cell.replace(".", "").lstrip("-").isdigit() for cell in cells)
