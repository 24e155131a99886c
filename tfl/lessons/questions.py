"""Questions: single choice, multiple choice, and *predict the number before you run it*.

[[questions]]
step = "05-question"              the step that asks it: the name of its file without .md
id = "who-moves"
kind = "single"                   single: exactly one right answer · multiple: one or more · number
text = "…"
answers = [{ text = "…", right = true, why = "…" }, …]

kind = "number"
source = "imdb.scratch.test"      an expression of figures (figures.py); its value is the right answer
tolerance = 0.02                  how near counts as right, in the unit of the answer
unit = "…"                        may be empty
scale = 100                       the answer is the value times this (for per cent); 1 unless said
why, below, above = "…"           explanations: near enough (it says so itself), too low, too high
"""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from tfl.lessons.figures import Results, evaluate, resolve

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Given = int | Iterable[int] | float


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Declared):
    """One of the answers to choose from."""

    text: Words
    right: bool = False
    why: Words


class Feedback(NamedTuple):
    """What a learner is told of an answer."""

    right: bool
    text: str


class Question(_Declared):
    """One question, its placeholders filled in."""

    id: str  # "<stage id>.<own id>": what progress remembers an answer by
    step: str
    kind: Literal["single", "multiple", "number"]
    text: Words
    answers: tuple[Answer, ...] = ()
    source: str = ""
    number: float | None = None  # None: not measured, so nothing is right or wrong
    tolerance: float = 0
    scale: float = 1
    unit: str = ""
    why: str = ""
    below: str = ""
    above: str = ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Question":
        right = sum(answer.right for answer in self.answers)
        if self.kind == "number":
            if not (self.source and self.tolerance > 0 and all(map(str.strip, (self.why, self.below, self.above)))):
                raise ValueError("a number to predict needs source, tolerance, why, below and above")
        elif len(self.answers) < 2:
            raise ValueError("there are fewer than two answers to choose from")
        elif right == 0 or (self.kind == "single" and right != 1):
            raise ValueError(f"{right} answers are right")
        return self

    @property
    def measured(self) -> str:
        """What was measured, with its unit: "75.3 %"."""
        return f"{self.number:.3g} {self.unit}".rstrip() if self.number is not None else ""

    def understood(self, typed: float) -> float:
        """A number as it was meant: where per cent are asked for, .75 says 75 %, as lessons write accuracies."""
        return 100 * typed if self.unit == "%" and 0 < typed < 1 else typed

    def feedback(self, given: Given) -> Feedback:
        """Whether an answer is right, and why.

        `given`: the index of the chosen answer, the indices of all chosen ones (multiple), or a number.
        """
        if self.kind == "number":
            assert isinstance(given, int | float)
            return self._feedback_on_number(float(given))
        if self.kind == "single":
            assert isinstance(given, int)
            return Feedback(self.answers[given].right, self.answers[given].why)
        assert not isinstance(given, int | float)
        chosen = set(given)
        wrong = [index for index, answer in enumerate(self.answers) if answer.right != (index in chosen)]
        told = wrong or range(len(self.answers))
        return Feedback(not wrong, "\n".join(f"{self.answers[i].text}: {self.answers[i].why}" for i in told))

    def _feedback_on_number(self, given: float) -> Feedback:
        if self.number is None:
            return Feedback(True, "This has not been measured yet.  Your prediction is kept.")
        difference = given - self.number
        if abs(difference) <= self.tolerance * (1 + 1e-9):
            return Feedback(True, f"Near enough. {self.why}")
        return Feedback(False, self.below if difference < 0 else self.above)


def question(stage: str, declared: dict[str, object], known: Results) -> Question:
    """A question as questions.toml declares it, with the placeholders in all its texts filled in.

    Raises pydantic's ValidationError.
    """
    filled = {key: resolve(value, known) if isinstance(value, str) else value for key, value in declared.items()}
    answers = declared.get("answers")
    if isinstance(answers, list):
        filled["answers"] = [
            {key: resolve(value, known) if isinstance(value, str) else value for key, value in answer.items()}
            for answer in answers
        ]
    if declared.get("source"):
        try:
            value = float(evaluate(str(declared["source"]), known))
            filled["number"] = value * float(str(declared.get("scale", 1)))
        except LookupError:
            filled["number"] = None
    return Question.model_validate({**filled, "id": f"{stage}.{declared.get('id', '')}"})
