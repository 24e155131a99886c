"""`tfl lesson`: piped as plain text, at a terminal step by step with questions, as JSON."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import asking, lesson, reading
from tests.cli.conftest import Tfl
from tfl import course as courses
from tfl import lessons, workspace
from tfl.lessons import Question

Run = Callable[..., str]


@pytest.fixture
def told(tfl: Tfl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `tfl lesson …` in an empty folder; returns what it printed."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, code=0: "".join(tfl("lesson", *arguments, code=code))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Somebody sits at the terminal and types these lines, then nothing more; returns the prompts as they come."""

    def sit(*lines: str) -> list[str]:
        prompts: list[str] = []
        answers: Iterator[str] = iter(lines)

        def answer(prompt: str = "") -> str:
            prompts.append(prompt)
            try:
                return next(answers)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr(asking, "can_ask", lambda: True)
        return prompts

    return sit


# ------------------------------------------------------------------------------------------------------------- piped


def test_without_a_stage_the_lessons_are_listed(told: Run) -> None:
    out = told()
    for stage in courses.load().stages:
        assert stage.title in out
    assert "Begin with `tfl lesson 1`" in out


def test_a_step_is_plain_text_when_piped(told: Run) -> None:
    out = told("2.2")
    assert "2. Positional encodings · 2 of 9" in out
    assert "Many clocks, each with its own speed" in out
    assert "\x1b" not in out and "**" not in out and "glossary.md" not in out
    assert max(map(len, out.splitlines())) <= reading.NARROW


def test_a_whole_stage_has_goal_text_and_questions_with_their_explanations(told: Run) -> None:
    out = told("positional-encodings")
    assert "Goal." in out and "9 of 9" in out
    assert out.count("Question.") == len(lessons.load(courses.load())[1].questions)
    assert "✓" in out and "✗" in out
    assert "Question." not in told("2", "--no-questions")


def test_a_stage_is_also_found_by_its_exercise(told: Run) -> None:
    assert "Unfreezing chosen layers" in told("exercise3.1")


@pytest.mark.parametrize("place", ["12", "2.44", "positional", "2.nothing"])
def test_a_place_that_does_not_exist_is_told(told: Run, place: str) -> None:
    assert "There is no st" in told(place, code=2)


def test_json_holds_everything(told: Run) -> None:
    found = json.loads(told("7", "--json"))
    assert (found["stage"], found["exercise"]) == (7, "exercise3")
    assert [step["kind"] for step in found["steps"]][:2] == ["why", "idea"]
    assert found["steps"][1]["bench"] == "layers"
    asked = [question for step in found["steps"] for question in step["questions"]]
    assert all(answer["why"] for question in asked for answer in question["answers"])
    assert [one["steps"] for one in json.loads(told("--json"))]


def test_one_step_alone_as_json(told: Run) -> None:
    assert [step["id"] for step in json.loads(told("7.2", "--json"))["steps"]] == ["02-idea"]


def test_a_stage_without_a_lesson_says_so(told: Run, tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text(
        'title = "T"\nversion = "1"\nexercises = []\n[[stages]]\nnumber = 1\nid = "one"\ntitle = "One"\n'
    )
    assert "is not written" in told("1", "--course", str(tmp_path), code=1)


# ---------------------------------------------------------------------------------------------------- at a terminal


def test_questions_are_asked_and_answers_kept(told: Run, typed: Callable[..., list[str]], tmp_path: Path) -> None:
    workspace.create(tmp_path)
    typed("2")
    out = told("2.2")
    assert "? Why does each clock have a sine and a cosine" in out
    assert "✓ Yes. That is why" in out
    progress = workspace.find(tmp_path).progress()
    kept = progress.answers["positional-encodings.why-two-numbers"]
    assert (kept.answer, kept.right) == (1, True)
    assert progress.lesson and (progress.lesson.stage, progress.lesson.step) == ("positional-encodings", 2)


def test_a_prediction_is_kept_beside_the_result(told: Run, typed: Callable[..., list[str]], tmp_path: Path) -> None:
    workspace.create(tmp_path)
    typed("abc", "99,5 %", "")
    out = told("2.5")
    assert "That is not a number." in out
    kept = workspace.find(tmp_path).progress().predictions["positional-encodings.blind-on-the-sample"]
    assert kept.answer == 99.5
    typed()
    assert "you predicted 99.5 %, measured" in told("2.6")


def test_a_wrong_answer_is_explained(told: Run, typed: Callable[..., list[str]]) -> None:
    typed("7", "1")
    out = told("2.2")
    assert "That is not one of the numbers from 1 to 4." in out
    assert "✗ True, but other clocks would help out." in out
    assert "answers are not kept" in out


def test_a_reader_can_stop_and_is_told_how_to_go_on(told: Run, typed: Callable[..., list[str]], tmp_path: Path) -> None:
    workspace.create(tmp_path)
    typed("", "q")
    out = told("2")
    assert "2 of 9" in out and "3 of 9" not in out
    assert "Go on with `tfl lesson 2.3`" in out or "Your answer" in out
    assert "You were at `tfl lesson 2.2`" in told()


def test_a_whole_stage_ends_with_its_exercise(told: Run, typed: Callable[..., list[str]], tmp_path: Path) -> None:
    workspace.create(tmp_path)
    typed(*[""] * 40)
    assert "Its exercise: tfl check exercise1" in told("2")


def test_text_without_questions_goes_through_the_pager(
    told: Run, typed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(lesson.pydoc, "pager", shown.append)
    typed()
    told("2", "--no-questions")
    assert len(shown) == 1 and "9 of 9" in shown[0]


# --------------------------------------------------------------------------------------------------------- answers

CHOICE = Question.model_validate(
    {
        "id": "a.b",
        "step": "01",
        "kind": "multiple",
        "text": "?",
        "answers": [{"text": "x", "why": "x", "right": True}, {"text": "y", "why": "y"}],
    }
)


@pytest.mark.parametrize(
    ("typed_", "given"), [("1", [0]), ("2 1", [0, 1]), ("1,2,2", [0, 1]), ("0", None), ("3", None), ("one", None)]
)
def test_answers_count_from_one(typed_: str, given: object) -> None:
    assert asking.read(CHOICE, typed_) == given


def test_pages_fit_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("COLUMNS", "80")
    turns: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(reading, "turned", lambda prompt: turns.append(prompt) is None)
    assert reading.print_pages("\n\n".join(f"line {number}" for number in range(20)))
    assert len(turns) == 4  # 39 lines, 8 at a time
    monkeypatch.setattr(reading, "turned", lambda prompt: False)
    capsys.readouterr()
    assert not reading.print_pages("\n\n".join(f"line {number}" for number in range(20)))
    assert "line 19" not in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------------------- the form


def test_a_long_answer_is_indented_under_its_first_line(capsys: pytest.CaptureFixture[str]) -> None:
    reading.paragraph("word " * 30, "  2  ")
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("  2  word") and rest
    assert all(line.startswith("     word") and len(line) <= 80 for line in rest)


def test_a_blank_line_with_colours_is_still_blank() -> None:
    assert reading.one_blank_at_most(["a", "\x1b[0m \x1b[0m", "", "b", ""]) == ["a", "\x1b[0m \x1b[0m", "b", ""]
