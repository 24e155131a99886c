"""The lessons that we ship are whole: parts, sizes, placeholders, claims, questions, links, commands, spelling."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cli.main import COMMANDS
from tfl import course as courses
from tfl import lessons
from tfl.lessons.figures import PLACEHOLDER, evaluate

COURSE = courses.load()
ACCURACY = re.compile(r"(?<![\w.])\.\d{3}(?!\d)")
NOT_OURS = {".830", ".860", ".638", ".905"}  # the lab's own
MADE_UP = {".883", ".889", ".667", ".004", ".045"}  # in worked examples of stage 9
WORD = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred"
MEASURED = re.compile(  # an accuracy, or a number, in words too, before what we measure in
    rf"(?<![\w.])(?:\.\d\d+|(?:\d[\d.,]*|{WORD})[\s-]+"
    r"(?:%|×(?! \d)|(?:per cent|percent|points?|ms|s|seconds?|times|in (?:ten|a hundred))\b))",
    re.IGNORECASE,
)
COMMAND = re.compile(r"(?:^|`)(tfl [a-z][^`\n]+)", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
NOT_MEASURED = {  # stage → what stands there in a worked example, in a made-up case, or as somebody else's figure
    1: {"five points", "0.4 points"},
    2: {"70 %", "30 %", "85 %", "three in ten", "seven in ten"},
    3: {"10 %", "44 %", "42 %", "four times"},
    4: {".88", ".99"},
    5: {"4 points"},
    6: {"twenty times", "three in ten"},
    7: {"three in ten"},
    8: {"2.6 times", "17.6 times"},
    9: {".94", ".71", "95 %", "five times"},
    11: {"five points"},
}


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


def by_hand(text: str) -> set[str]:
    """What looks like something measured in a text, apart from code, worked tables and placeholders."""
    return {" ".join(found.split()).lower() for found in MEASURED.findall(PLACEHOLDER.sub("", FENCED.sub("", text)))}


@pytest.mark.parametrize("lesson", lessons.load(COURSE), ids=lambda lesson: lesson.stage.id)
def test_nothing_measured_stands_in_a_stage_by_hand(lesson: lessons.Lesson) -> None:
    texts = [step.source for step in lesson.steps] + [(lesson.folder / "questions.toml").read_text()]
    found = set().union(*map(by_hand, texts))
    assert found - NOT_OURS - MADE_UP - NOT_MEASURED.get(lesson.stage.number, set()) == set()


@pytest.mark.parametrize(
    "text",
    [
        "It reached .88.",
        "14.6 points",
        "Fifteen points lower.",
        "about 9 per cent",
        "97\n%",
        "in 47 s",
        "4,496 × faster",
    ],
)
def test_a_figure_by_hand_would_be_seen(text: str) -> None:
    assert by_hand(text)
    assert not by_hand("{{ imdb.scratch.test }} and 22 reviews\n```\n.88 in 3 s\n```\n")


def test_every_option_in_a_lesson_exists() -> None:
    written = {
        (line.split()[1], option)
        for lesson in lessons.load(COURSE)
        for step in lesson.steps
        for line in [*COMMAND.findall(step.source), step.command]
        if line
        for option in re.findall(r"(?<=\s)--[a-z-]+", line)
    }
    assert len(written) > 10
    known = {name: _options(name) for name, _ in written}
    assert {(name, option) for name, option in written if option not in known[name]} == set()


def _options(name: str) -> set[str]:
    command = typer.main.get_command(import_module(COMMANDS[name][0]).app)
    subcommands = getattr(command, "commands", {}).values()
    parameters = [parameter for one in (command, *subcommands) for parameter in one.params]
    return {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}


def test_every_figure_says_where_it_comes_from() -> None:
    for name, group in lessons.results(COURSE).groups.items():
        assert group.command and group.date and group.figures, name


def test_questions_ask_for_predictions_in_most_stages() -> None:
    asking = [lesson for lesson in lessons.load(COURSE) if any(q.kind == "number" for q in lesson.questions)]
    assert len(asking) >= 8


def test_the_place_of_an_answer_does_not_give_it_away() -> None:
    single = [question for lesson in lessons.load(COURSE) for question in lesson.questions if question.kind == "single"]
    places = [[answer.right for answer in question.answers].index(True) for question in single]
    assert all(places.count(place) > len(places) / 5 for place in (0, 1, 2))


def test_every_prediction_is_met_again_beside_what_was_measured() -> None:
    for lesson in lessons.load(COURSE):
        asked = [question.id for question in lesson.questions if question.kind == "number"]
        met = [question.id for step in lesson.steps for question in lesson.predicted(step)]
        assert sorted(met) == sorted(asked), lesson.stage.id


def test_the_seven_questions_are_answered_where_the_table_says() -> None:
    known, found = lessons.results(COURSE), lessons.load(COURSE)
    rows = [
        line.split(" | ") for line in (COURSE.lessons / "README.md").read_text().splitlines() if line.endswith(" |")
    ]
    questions = rows[1:]  # behind the headings
    assert len(questions) == 7
    for question, places, figures, seen in questions:
        steps = [lessons.find(found, place)[1] for place in places.split(", ")]
        shown = "".join(step.source for step in steps if step)
        for expression in re.findall(r"`(.+?)`", figures):
            evaluate(expression, known)
            named = re.findall(r"[a-z]\w*(?:\.\w+)+", expression)
            assert [name for name in named if name not in shown] == [], question
        for picture in re.findall(r"\((plots/.+?)\)", seen):
            assert f"../{picture}" in shown, question


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
