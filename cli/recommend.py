"""`tfl recommend`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.options import Json, RunsDir
from cli.predict import RunOption
from tfl.events import Event, Notice
from tfl.formats import score
from tfl.jobs import run_job
from tfl.printable import printable

app = typer.Typer(add_completion=False)


@app.command()
def recommend(
    top: Annotated[int, typer.Option("--top", metavar="N", min=0, help="How many of the best films to show.")] = 10,
    bottom: Annotated[
        int, typer.Option("--bottom", metavar="N", min=0, help="How many of the worst films to show, too.")
    ] = 0,
    run: RunOption = None,
    titles: Annotated[
        Path | None,
        typer.Option(
            "--titles",
            metavar="FILE",
            help="Film titles: a tab-separated table with the columns imdb_id, title, year "
            "(default: movie_titles/titles.tsv in the data folder, if it is there).",
        ),
    ] = None,
    json: Json = False,
    runs_dir: RunsDir = None,
) -> None:
    """Rank films by what their reviews say.

    The model judges the test reviews, which it was never trained on.  A film's score is the mean of its
    reviews, shrunk towards the mean of all, so that one glowing review does not beat fifty good ones.  Each
    film comes with its most telling review: the one the model is surest of.  The first call judges every test
    review; later ones find the answers beside the run.

    \b
    Examples:
      tfl recommend --top 20
      tfl recommend --top 5 --bottom 5 --run full-real-s0
      tfl recommend --json | jq '.top[] | [.film, .score, .stars]'
    """
    request = {
        "top": top,
        "bottom": bottom,
        "run": run,
        "runs_dir": str(runs_dir or ""),
        "titles": str(titles or ""),
    }
    events: Iterator[Event] = run_job("recommend", request)
    if json:  # standard output is one JSON document then
        events = (event for event in events if not isinstance(event, Notice))
    raise typer.Exit(show.follow(events, quiet=json, show_result=show.print_json if json else _show))


def _show(result: dict[str, Any]) -> None:
    show.line(
        f"{result['films']:,} films by the mood of their {result['reviews']:,} test reviews, "
        f"judged by {result['run']}, trained on {result['corpus']}",
        bold=True,
    )
    extra, mean = f"{result['strength']:g}", f"{result['mean']:.3f}"
    show.line(f"Scores are shrunk towards the mean, {mean}, as if each film had {extra} average reviews more.")
    for correlation in result["correlations"]:
        spearman, films, at_least = (correlation[key] for key in ("spearman", "films", "at_least"))
        which = f"all {films:,} films" if at_least == 1 else f"{films:,} films with {at_least} or more reviews"
        show.line(f"Spearman's rank correlation with the true mean stars: {score(spearman)} ({which})")
    for heading, films in (("Best", result["top"]), ("Worst", result["bottom"])):
        if films:
            show.line(f"\n{heading}", bold=True)
        for film in films:
            _show_film(film)


def _show_film(film: dict[str, Any]) -> None:
    name = printable(film["title"] or film["film"])
    mean = "no stars" if film["stars"] is None else f"{film['stars']:.1f} of 10 stars"
    reviews = "1 review" if film["reviews"] == 1 else f"{film['reviews']:,} reviews"
    show.line(f"{film['rank']:>5}  {name}: score {film['score']:.3f}, {reviews}, {mean}")
    review = film["review"]
    given = f", rated {review['stars']}" if review["stars"] else ""
    show.line(f"       “{printable(review['excerpt'])}” (positive {review['probability']:.3f}{given})")
