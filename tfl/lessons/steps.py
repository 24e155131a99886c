"""Stages → steps.  A step is a file of Markdown with a few settings on top, in TOML:

+++
kind = "idea"                       one of KINDS
title = "Each place gets a code"
goal = "…"                          the first step of a stage only: what you will be able to do
bench = "positions"                 the bench that the TUI puts beside the text
command = "tfl story batch-first"   what to try in plain text
claims = ["imdb.full.test > imdb.final_layer.test"]    what the text takes for granted; a test holds it
+++
The text, with {{ placeholders }} for what was measured.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tfl.course import Course, Stage
from tfl.errors import CourseError, UnknownName
from tfl.lessons.figures import Results, resolve, results
from tfl.lessons.questions import Question, Words, question

Kind = Literal["why", "idea", "code", "try", "data", "question", "exercise", "mistakes", "deeper", "summary"]
KINDS: tuple[Kind, ...] = (
    "why",
    "idea",
    "code",
    "try",
    "data",
    "question",
    "exercise",
    "mistakes",
    "deeper",
    "summary",
)
BENCHES = ("positions", "text", "layers", "prediction", "recommender")  # what the TUI can put beside a text
QUESTIONS = "questions.toml"
SAID = {"missing": "it is missing", "string_too_short": "it is empty", "extra_forbidden": "nobody asks for it"}
FORM = "A step begins with its settings between two lines of +++."

_FIGURE = re.compile(r"[a-z]\w*(?:\.\w+)+")  # the name of one, in an expression
_TOP = re.compile(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", re.DOTALL)
_LINK_TO_TERM = re.compile(r"\[([^\]]+)\]\((?:\.\./)?glossary\.md#[^)]*\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Declared):
    """One idea of a lesson."""

    id: str  # the name of its file, without .md: "03-code"
    kind: Kind
    title: Words
    text: str  # Markdown, placeholders filled in
    source: str  # the same as it is written, for whoever checks it
    path: Path
    questions: tuple[Question, ...] = ()
    goal: str = ""
    bench: str = ""
    command: str = ""
    claims: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id without its number."""
        return self.id.partition("-")[2]


class Lesson(_Declared):
    """The lesson of one stage."""

    stage: Stage
    folder: Path
    steps: tuple[Step, ...]

    @property
    def goal(self) -> str:
        """What the learner will be able to do after it."""
        return self.steps[0].goal if self.steps else ""

    @property
    def summary(self) -> str:
        """The text of its last step, where that is a summary."""
        return self.steps[-1].text if self.steps and self.steps[-1].kind == "summary" else ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """All its questions, in the order in which they are asked."""
        return tuple(question for step in self.steps for question in step.questions)

    def predicted(self, step: Step) -> tuple[Question, ...]:
        """The numbers that readers predicted before this step and that it shows, to be set beside each other."""
        if step.kind != "data":
            return ()
        earlier = self.steps[: self.steps.index(step)]
        asked = (question for one in earlier for question in one.questions if question.kind == "number")
        return tuple(
            question for question in asked if all(name in step.source for name in _FIGURE.findall(question.source))
        )

    def step(self, name: str) -> Step:
        """The step of this number ("3"), id ("03-code") or name ("code").  Raises UnknownName."""
        for number, step in enumerate(self.steps, start=1):
            if name in (str(number), step.id, step.name):
                return step
        raise UnknownName("step", name, [step.name for step in self.steps])


def folder(course: Course, stage: Stage) -> Path:
    """Where the steps of a stage lie, whether or not they exist yet."""
    return course.lessons / f"{stage.number:02}-{stage.id}"


def load(course: Course) -> tuple[Lesson, ...]:
    """The lessons of a course, one for each stage; a stage whose lesson is not written has no steps.

    Raises CourseError for a file that has not the right form.
    """
    known = results(course)
    return tuple(_lesson(course, stage, known) for stage in course.stages)


def find(lessons: tuple[Lesson, ...], name: str) -> tuple[Lesson, Step | None]:
    """The lesson that "3", "positional-encodings" or "3.2" names, and the step where one is named.

    Raises UnknownName.
    """
    stage, _, step = name.partition(".")
    for lesson in lessons:
        if stage in (str(lesson.stage.number), lesson.stage.id, lesson.stage.exercise):
            return lesson, lesson.step(step) if step else None
    raise UnknownName("stage", stage, [lesson.stage.id for lesson in lessons])


def _lesson(course: Course, stage: Stage, known: Results) -> Lesson:
    where = folder(course, stage)
    asked = _questions(where / QUESTIONS, stage, known)
    paths = sorted(where.glob("*.md"))
    steps = tuple(_step(path, [one for one in asked if one.step == path.stem], known) for path in paths)
    if stray := {one.step for one in asked} - {path.stem for path in paths}:
        raise CourseError(f"{where / QUESTIONS} asks in “{stray.pop()}”, which is not a step.", "Name the step's file.")
    return Lesson(stage=stage, folder=where, steps=steps)


def _step(path: Path, asked: list[Question], known: Results) -> Step:
    try:
        top = _TOP.fullmatch(path.read_text(encoding="utf-8"))
        if top is None:
            raise CourseError(f"{path} has no settings on top.", FORM)
        settings = tomllib.loads(top[1])
        return Step(
            id=path.stem, path=path, questions=tuple(asked), source=top[2], text=resolve(top[2], known), **settings
        )
    except (OSError, ValueError, TypeError) as error:  # pydantic's and tomllib's errors are ValueErrors
        raise _told(path, error) from error


def _questions(path: Path, stage: Stage, known: Results) -> list[Question]:
    if not path.exists():
        return []
    try:
        declared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        asked: list[dict[str, Any]] = list(declared["questions"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _told(path, error) from error
    found = []
    for one in asked:
        try:
            found.append(question(stage.id, one, known))
        except (ValueError, TypeError, AttributeError) as error:
            name = one.get("id", "without an id") if isinstance(one, dict) else one
            raise _told(path, error, f"question “{name}”: ") from error
    return found


def _told(path: Path, error: Exception, where: str = "") -> CourseError:
    if isinstance(error, ValidationError):
        found = error.errors()[0]
        place = ".".join(
            str(part + 1 if isinstance(part, int) else part) for part in found["loc"]
        )  # answers count from 1
        what = SAID.get(found["type"], found["msg"].removeprefix("Value error, "))
        return CourseError(f"{path}: {where}{place}{': ' if place else ''}{what}.", "Mend it.")
    return CourseError(f"{path}: {where}it cannot be read as a part of a lesson: {error}.", "Mend it.")


def plain(text: str, folder: Path | None = None) -> str:
    """A step's Markdown for readers without links: terms stand alone, a picture says where its file is.

    folder: the stage's folder, which tells where on this machine the pictures are.
    """

    def place(found: re.Match[str]) -> str:
        path = (folder / found[2]).resolve() if folder else found[2].removeprefix("../")
        return f"[picture: {found[1]}: {path}]"

    return _PICTURE.sub(place, _LINK_TO_TERM.sub(r"\1", text))
