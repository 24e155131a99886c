"""The lessons that we ship are whole: parts, sizes, placeholders, claims, questions, links, commands, spelling."""

import re
from pathlib import Path

import pytest

from cli.main import COMMANDS
from tfl import course as courses
from tfl import lessons
from tfl.lessons.figures import PLACEHOLDER, evaluate

COURSE = courses.load()
ACCURACY = re.compile(r"(?<![\w.])\.\d{3}(?!\d)")
NOT_OURS = {".830", ".860", ".638", ".905"}  # the lab's own
MADE_UP = {".883", ".889", ".667", ".004", ".045"}  # in worked examples of stage 9


def test_the_lessons_have_no_problems() -> None:
    assert lessons.problems(COURSE, COMMANDS) == []


def test_every_claim_holds() -> None:
    known = lessons.results(COURSE)
    claims = [(step.id, claim) for lesson in lessons.load(COURSE) for step in lesson.steps for claim in step.claims]
    assert claims
    assert [claim for claim in claims if evaluate(claim[1], known) is not True] == []


def test_no_accuracy_of_ours_stands_in_a_text_by_hand() -> None:
    written = {
        (step.id, figure)
        for lesson in lessons.load(COURSE)
        for step in lesson.steps
        for figure in ACCURACY.findall(PLACEHOLDER.sub("", step.source))
    }
    assert {found for found in written if found[1] not in NOT_OURS | MADE_UP} == set()


def test_every_figure_says_where_it_comes_from() -> None:
    for name, group in lessons.results(COURSE).groups.items():
        assert group.command and group.date and group.figures, name


def test_questions_ask_for_predictions_in_most_stages() -> None:
    asking = [lesson for lesson in lessons.load(COURSE) if any(q.kind == "number" for q in lesson.questions)]
    assert len(asking) >= 8


def test_a_reader_is_shown_no_gap() -> None:
    for lesson in lessons.load(COURSE):
        for step in lesson.steps:
            assert "(not measured)" not in step.text, step.path
            assert not PLACEHOLDER.search(step.text), step.path


@pytest.mark.parametrize("lesson", lessons.load(COURSE), ids=lambda lesson: lesson.stage.id)
def test_a_stage_can_be_read_within_half_an_hour(lesson: lessons.Lesson) -> None:
    words = sum(len(step.text.split()) for step in lesson.steps)
    assert 800 <= words <= 4000  # 130 words a minute, with code and tables; the rest is the exercise


def test_the_plots_are_small_enough_to_ship() -> None:
    plots = list((Path(COURSE.lessons) / "plots").iterdir())
    assert sum(path.stat().st_size for path in plots) < 2_000_000
    assert {path.suffix for path in plots} == {".png"}
