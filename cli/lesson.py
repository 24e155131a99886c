"""`tfl lesson`."""

import os
import pydoc
from typing import Annotated, Any

import typer

from cli import asking, reading, show
from cli.learner import CourseDir, at_desk
from cli.options import Json
from tfl import lessons
from tfl.errors import CourseError
from tfl.lessons import Lesson, Step
from tfl.workspace import Workspace

NEXT = "— next: enter, stop: q — "

app = typer.Typer(add_completion=False)


@app.command()
def lesson(
    place: Annotated[
        str | None,
        typer.Argument(metavar="[STAGE[.STEP]]", help="A stage by number or id, and a step: 3, 3.2, recommender."),
    ] = None,
    questions: Annotated[
        bool, typer.Option("--questions/--no-questions", help="Ask the questions of the lesson at a terminal.")
    ] = True,
    json: Json = False,
    course: CourseDir = None,
) -> None:
    """Read a lesson: at a terminal step by step, its questions asked on the way; piped, as plain text.

    Without a stage the lessons are listed, and where you were.  Answers, and predictions of numbers, are kept in your
    workspace.

    \b
    Examples:
      tfl lesson
      tfl lesson 3
      tfl lesson 3.2
      tfl lesson positional-encodings --no-questions | less
      tfl lesson 7 --json | jq '.steps[].title'
    """
    desk = at_desk(course)
    found = lessons.load(desk.course)
    if place is None:
        _list(found, desk.workspace, json)
        return
    chosen, step = lessons.find(found, place)
    if not chosen.steps:
        raise CourseError(
            f"The lesson of stage {chosen.stage.number} is not written.", "Look at the others: tfl lesson"
        )
    steps = chosen.steps[chosen.steps.index(step) :][:1] if step else chosen.steps
    if json:
        show.print_json(_as_json(chosen, steps))
    elif questions and asking.can_ask():
        _read(chosen, steps, desk.workspace)
    else:
        _print(chosen, steps, questions)


def _read(chosen: Lesson, steps: tuple[Step, ...], workspace: Workspace | None) -> None:
    """Step by step, with the questions; where the reader stops is kept."""
    if workspace is None and chosen.questions:
        show.line("There is no workspace around, so answers are not kept.  `tfl init` makes one.")
    for step in steps:
        number = chosen.steps.index(step) + 1
        if workspace:
            workspace.record_step(chosen.stage.id, number)
        if not reading.print_pages(_text(chosen, step)):
            break
        if workspace:
            asking.recall(chosen.predicted(step), workspace)
        for question in step.questions:
            asking.ask(question, workspace)
        if step is not steps[-1] and not reading.turned(f"\n{NEXT}"):
            show.line(f"Go on with `tfl lesson {chosen.stage.number}.{number + 1}`.")
            return
    if workspace is None or len(steps) == 1:
        return
    show.line(f"\nThat was stage {chosen.stage.number}, {chosen.stage.title}.")
    if chosen.stage.exercise:
        show.line(f"Its exercise: tfl check {chosen.stage.exercise}")


def _print(chosen: Lesson, steps: tuple[Step, ...], questions: bool) -> None:
    """All at once, in a pager at a terminal; questions with what is to be said of each answer."""
    texts = [_text(chosen, step) + (_questions(step) if questions else "") for step in steps]
    pages = "\n\n\n".join("\n".join(reading.lines(text)) for text in texts)
    if asking.can_ask():
        os.environ.setdefault("LESS", "-R")  # show colours as colours
        pydoc.pager(pages)
    else:
        print(pages)


def _text(chosen: Lesson, step: Step) -> str:
    """A step's text under a line that says where it stands; the first one says what the stage is for."""
    number = chosen.steps.index(step) + 1
    head = f"*{chosen.stage.number}. {chosen.stage.title} · {number} of {len(chosen.steps)}*"
    goal = f"**Goal.** {chosen.goal}\n\n" if step.goal else ""
    command = "" if not step.command or step.command in step.text else f"\n\nTry it: `{step.command}`"
    return f"{head}\n\n{goal}{lessons.plain(step.text, chosen.folder)}{command}"


def _questions(step: Step) -> str:
    """The questions of a step as text, with what is to be said of each answer."""
    parts = []
    for question in step.questions:
        parts.append(f"\n\n**Question.** {question.text}\n")
        if question.number is not None:
            parts.append(f"\n*Measured: {question.measured}.* {question.why}")
        for answer in question.answers:
            parts.append(f"\n- {'✓' if answer.right else '✗'} *{answer.text}* — {answer.why}")
    return "".join(parts)


def _list(found: tuple[Lesson, ...], workspace: Workspace | None, json: bool) -> None:
    read = workspace.progress().steps if workspace else {}
    if json:
        show.print_json(
            [
                {
                    "stage": one.stage.number,
                    "id": one.stage.id,
                    "title": one.stage.title,
                    "goal": one.goal,
                    "exercise": one.stage.exercise,
                    "steps": [step.id for step in one.steps],
                    "read": read.get(one.stage.id, 0),
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.stage.number, one.stage.title, one.stage.exercise, len(one.steps), read.get(one.stage.id, 0) or None)
        for one in found
    ]
    show.table(["stage", "title", "exercise", "steps", "read"], rows, right=["stage", "steps", "read"])
    last = workspace.progress().lesson if workspace else None
    if last and (where := next((one for one in found if one.stage.id == last.stage), None)):
        show.line(f"\nYou were at `tfl lesson {where.stage.number}.{last.step}`.")
    else:
        show.line("\nBegin with `tfl lesson 1`.")


def _as_json(chosen: Lesson, steps: tuple[Step, ...]) -> dict[str, Any]:
    """A lesson for programs; texts are Markdown with their figures filled in."""
    return {
        "stage": chosen.stage.number,
        "id": chosen.stage.id,
        "title": chosen.stage.title,
        "goal": chosen.goal,
        "exercise": chosen.stage.exercise,
        "steps": [
            {
                **step.model_dump(mode="json", exclude={"path", "source", "questions", "goal", "claims"}),
                "questions": [question.model_dump(mode="json", exclude={"step"}) for question in step.questions],
            }
            for step in steps
        ],
    }
