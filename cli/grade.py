"""`tfl grade`."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cli import checking, show
from cli.checking import FormatOption, JsonOption, Output, SeedOption, Wanted
from cli.learner import CourseDir, ExerciseId, File, at_desk
from cli.options import Corpus, DataDir, RunsDir, Threads
from cli.training_report import print_report
from grader import training
from grader.submission import Submission
from tfl.course import Course, Exercise
from tfl.errors import EXIT_OK
from tfl.events import Event, Failed, Result

app = typer.Typer(add_completion=False)


@app.command()
def grade(
    exercise: ExerciseId,
    file: File = None,
    full: Annotated[bool, typer.Option("--full", help="Train on all of the corpora, not a part of them.")] = False,
    corpus: Corpus = None,
    threads: Threads = None,
    json: JsonOption = False,
    format: FormatOption = None,
    output: Output = None,
    seed: SeedOption = None,
    course: CourseDir = None,
    runs_dir: RunsDir = None,
    data_dir: DataDir = None,
) -> None:
    """Run the checks and, when all of them pass, train for real with your code: a table, curves, and what they show.

    \b
    Exit codes: 0 all checks passed, 1 some failed or the training did, 2 wrong use or a file that cannot be read,
    3 the grader failed.

    \b
    Examples:
      tfl grade exercise3
      tfl grade exercise1 lab.ipynb --corpus sample
      tfl grade exercise3 --full --json --output mark.json
    """
    wanted = Wanted(format, json, output)
    desk = at_desk(course)
    which = desk.exercise(exercise)
    path = desk.file(which, file, exercise)
    submission = checking.read_or_tell(desk, which, path, wanted)
    mark = checking.judge(desk, which, submission, path, seed, walls=True, printing=wanted.on_terminal)
    checking.keep(desk, mark, submission)
    code, report = checking.exit_code(mark), None
    if mark.passed and which.training:
        options = training.Options(pair=corpus, full=full, threads=threads, runs_dir=runs_dir, data_dir=data_dir)
        if wanted.on_terminal:
            show.line("")
        code, report = train(desk.course, which, submission, options, wanted.on_terminal)
    if wanted.on_terminal:
        checking.whats_next(desk, which, mark, graded=True)
    wanted.write(mark, report)
    raise typer.Exit(code)


def train(
    course: Course, exercise: Exercise, submission: Submission, options: training.Options, printing: bool
) -> tuple[int, dict[str, Any]]:
    """Train with the submission; returns the exit code and, for the document, the report or why there is none."""
    told: dict[str, Any] = {}

    def noted() -> Iterator[Event]:
        for event in training.run(course, exercise, submission, options):
            if isinstance(event, Result):
                told.update(event.value)
            elif isinstance(event, Failed):
                told.update(failed=event.message, action=event.action)
            yield event

    if printing:
        return show.follow(noted(), show_result=print_report), told
    *_, last = noted()
    return (last.exit_code if isinstance(last, Failed) else EXIT_OK), told
