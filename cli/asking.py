"""Questions of the lessons, asked at a terminal."""

import sys
from collections.abc import Iterable

from cli import reading, show
from tfl.lessons import Feedback, Question
from tfl.lessons.questions import Given
from tfl.workspace import Workspace

HOW = {
    "single": "Your answer, a number (enter: leave it): ",
    "multiple": "Your answers, like 1 3 (enter: leave it): ",
    "number": "Your prediction (enter: leave it): ",
}


def can_ask() -> bool:
    """Whether somebody sits at the terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: Question, workspace: Workspace | None) -> None:
    """Ask until there is an answer that can be read, explain it, and keep it in the workspace."""
    show.line("")
    reading.paragraph(question.text, "? ")
    for number, answer in enumerate(question.answers, start=1):
        reading.paragraph(answer.text, f"  {number}  ")
    while True:
        try:
            typed = input(HOW[question.kind]).strip()
        except EOFError:
            print()
            return
        if not typed:
            return
        given = read(question, typed)
        if given is not None:
            break
        show.line(f"That is not {_expected(question)}.")
    tell(question, question.feedback(given))
    if workspace:
        keep(workspace, question, given)


def read(question: Question, typed: str) -> Given | None:
    """What was typed, as `Question.feedback` takes it; None when it cannot be read.  Answers count from 1."""
    if question.kind == "number":
        plain = typed.removesuffix("%").removesuffix(question.unit).strip().replace(",", ".").replace("−", "-")
        try:
            return float(plain) if typed.endswith("%") else question.understood(float(plain))
        except ValueError:
            return None
    chosen = []
    for word in typed.replace(",", " ").split():
        if not word.isdecimal() or not 1 <= int(word) <= len(question.answers):
            return None
        chosen.append(int(word) - 1)
    if question.kind == "multiple":
        return sorted(set(chosen))
    return chosen[0] if len(chosen) == 1 else None


def keep(workspace: Workspace, question: Question, given: Given) -> None:
    """Note an answer or a prediction in the learner's progress."""
    if question.kind == "number":
        assert isinstance(given, int | float)
        known = question.number is not None
        workspace.record_prediction(question.id, given, question.feedback(given).right if known else None)
    else:
        answer = given if isinstance(given, int | float) else list(given)
        workspace.record_answer(question.id, answer, question.feedback(given).right)


def recall(questions: Iterable[Question], workspace: Workspace) -> None:
    """Print what the learner has predicted beside what was measured."""
    predictions = workspace.progress().predictions
    for question in questions:
        if question.id in predictions and question.number is not None:
            show.line("")
            reading.paragraph(question.text)
            given = f"{predictions[question.id].answer:g} {question.unit}".rstrip()
            show.line(f"  you predicted {given}, measured {question.measured}")


def tell(question: Question, feedback: Feedback) -> None:
    """Print what a learner is told of an answer."""
    unknown = question.kind == "number" and question.number is None
    glyph = "·" if unknown else "✓" if feedback.right else "✗"
    for line in feedback.text.split("\n"):
        reading.paragraph(line, f"{glyph} ")


def _expected(question: Question) -> str:
    if question.kind == "number":
        return "a number"
    some = "one of the numbers" if question.kind == "single" else "numbers"
    return f"{some} from 1 to {len(question.answers)}"
