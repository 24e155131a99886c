"""The README's table of results, from the same figures as the lessons."""

from pathlib import Path

from tfl.errors import CourseError
from tfl.files import write_text
from tfl.lessons.figures import Results, write

BEGIN, END = "<!-- results: written by `python -m tfl.results readme` -->", "<!-- /results -->"

LAB = {"scratch": ".830", "full": ".860", "final_layer": ".638"}  # the lab's own figures, after 100 epochs
ROWS = (  # name of the figures → strategy, what it was pre-trained on
    ("baseline", "linear baseline on words and word pairs", "–"),
    ("scratch", "from scratch", "–"),
    ("final_layer", "final layer only", "AG News"),
    ("final_layer_adapted", "final layer only", "AG News + unlabelled reviews"),
    ("unfreeze", "embedding and last encoder layer", "AG News"),
    ("unfreeze_adapted", "embedding and last encoder layer", "AG News + unlabelled reviews"),
    ("gradual", "gradual unfreezing", "AG News"),
    ("head_then_full", "final layer, then all", "AG News"),
    ("full", "full fine-tuning", "AG News"),
    ("full_adapted", "full fine-tuning", "AG News + unlabelled reviews"),
)
LABELS = ("200", "1000")


def table(known: Results) -> str:
    """The comparison on IMDB as Markdown: accuracies (lowest to highest over the seeds), seconds, few labels."""
    labels = [count for count in LABELS if f"labels_{count}.scratch.test" in known.groups["imdb"].figures]
    columns = ["strategy", "pre-trained on", "seconds", "IMDB test", "the lab after 100 epochs"]
    columns += [f"with {int(count):,} labels" for count in labels]
    lines = [columns, ["---", "---", *["---:"] * (len(columns) - 2)]]
    for name, strategy, origin in ROWS:
        cells = [strategy, origin, _cell(known, f"imdb.{name}.seconds"), _cell(known, f"imdb.{name}.test | spread")]
        cells += [LAB.get(name, "–"), *(_cell(known, f"imdb.labels_{count}.{name}.test | spread") for count in labels)]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(known: Results, request: str) -> str:
    try:
        return write(request, known)
    except LookupError:
        return ""


def about(known: Results) -> str:
    """Where the table comes from, in a sentence or two."""
    group = known.groups["imdb"]
    seeds = ", ".join(map(str, group.seeds))
    notes = "".join(f" {note}" for note in group.notes)
    return f"Made by `{group.command}` (seeds {seeds}) on {group.date}, {group.device}.{notes}"


def write_readme(path: Path, known: Results) -> None:
    """Put the table between its two marks in the README.  Raises CourseError where the marks are not."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CourseError(f"{path} has no place for the table.", f"Write {BEGIN} and {END} where it belongs.")
    write_text(path, f"{before}{BEGIN}\n\n{table(known)}\n\n{about(known)}\n\n{END}{after}")
