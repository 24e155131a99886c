"""Lessons as data: figures in a small language, questions, steps, glossary, and the proof that finds what is wrong."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tfl import course as courses
from tfl import lessons
from tfl.course import Course
from tfl.errors import CourseError, UnknownName
from tfl.lessons import Answer, Question
from tfl.lessons.figures import FORMATS, Figure, Group, Results, evaluate, resolve, write

KNOWN = Results(
    groups={
        "imdb": Group(
            command="tfl compare",
            date="2026-11-25",
            figures={
                "scratch.test": Figure(value=0.8832, kind="accuracy", low=0.88, high=0.886),
                "full.test": Figure(value=0.871, kind="accuracy", low=0.871, high=0.871),
                "full.seconds": Figure(value=64.2, kind="seconds"),
                "rows": Figure(value=24781, kind="count"),
                "origin": Figure(value="AG News", kind="text"),
                "cut": Figure(value=0.47, kind="share"),
            },
        )
    }
)

# ----------------------------------------------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("request_", "written"),
    [
        ("imdb.scratch.test", ".883"),
        ("imdb.scratch.test | spread", ".883 (.880–.886)"),
        ("imdb.full.test | spread", ".871"),
        ("imdb.scratch.test.low", ".880"),
        ("imdb.full.test - imdb.scratch.test | points", "−1.2"),
        ("abs(imdb.full.test - imdb.scratch.test) | points", "1.2"),
        ("imdb.full.seconds", "64 s"),
        ("imdb.full.seconds / 100 | seconds", "642 ms"),
        ("imdb.full.seconds / 10000 | seconds", "6.4 ms"),
        ("imdb.full.seconds * 2 | seconds", "2 min 08 s"),
        ("imdb.rows", "24,781"),
        ("imdb.rows / 1000 | ratio", "25 ×"),
        ("imdb.origin", "AG News"),
        ("imdb.cut", "47 %"),
        ("imdb.cut / 100 | share", "0.47 %"),
        ("imdb.cut * 20 | decimal", "9.4"),
        ('"more" if imdb.full.test > imdb.scratch.test else "less"', "less"),
        ('"yes" if imdb.rows > 1 and not imdb.rows < 5 else "no"', "yes"),
        ("1 - 1 | accuracy", ".000"),
        ("imdb.scratch.test - 1.9 | accuracy", "−1.017"),
    ],
)
def test_a_placeholder_is_written(request_: str, written: str) -> None:
    assert write(request_, KNOWN) == written


def test_a_text_is_filled_in_and_says_what_is_missing() -> None:
    text = "From scratch {{ imdb.scratch.test }}, in full {{ imdb.gone.test }}."
    assert resolve(text, KNOWN) == "From scratch .883, in full (not measured)."


@pytest.mark.parametrize(
    "expression",
    ["__import__('os')", "imdb.rows.__class__()", "open('x')", "[1]", "imdb.rows if", "imdb.rows + 'a'", "1 / 0", "x"],
)
def test_the_language_is_no_python(expression: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        evaluate(expression, KNOWN)


def test_a_number_without_a_form_is_refused() -> None:
    with pytest.raises(ValueError, match="how to write"):
        write("imdb.full.test - imdb.scratch.test", KNOWN)


@given(some.floats(0, 1))
def test_an_accuracy_has_three_digits(value: float) -> None:
    written = FORMATS["accuracy"](value)
    assert float(written) == pytest.approx(value, abs=0.000501)
    assert len(written.partition(".")[2]) == 3


# --------------------------------------------------------------------------------------------------------- questions

SINGLE = Question(
    id="one.a",
    step="01-why",
    kind="single",
    text="?",
    answers=(Answer(text="no", why="because"), Answer(text="yes", right=True, why="indeed")),
)
MULTIPLE = Question(
    id="one.b",
    step="01-why",
    kind="multiple",
    text="?",
    answers=(
        Answer(text="a", right=True, why="for a"),
        Answer(text="b", why="against b"),
        Answer(text="c", right=True, why="for c"),
    ),
)
NUMBER = Question(
    id="one.c",
    step="01-why",
    kind="number",
    text="?",
    source="imdb.scratch.test",
    number=88.3,
    tolerance=2,
    why="near",
    below="more",
    above="less",
)


def test_every_answer_is_explained() -> None:
    assert SINGLE.feedback(1) == (True, "indeed")
    assert SINGLE.feedback(0) == (False, "because")
    assert MULTIPLE.feedback([0, 2]) == (True, "a: for a\nb: against b\nc: for c")
    assert MULTIPLE.feedback([0, 1]) == (False, "b: against b\nc: for c")


@given(some.floats(0, 200))
def test_a_prediction_is_near_too_low_or_too_high(guess: float) -> None:
    right, text = NUMBER.feedback(guess)
    assert right == (abs(guess - 88.3) <= 2.0000001)
    assert text == ("Near enough. near" if right else "more" if guess < 88.3 else "less")


def test_a_share_is_understood_where_per_cent_are_asked_for() -> None:
    per_cent = NUMBER.model_copy(update={"unit": "%"})
    assert [per_cent.understood(typed) for typed in (0.75, 75, 1, 0)] == [75, 75, 1, 0]
    assert NUMBER.understood(0.75) == 0.75


def test_a_prediction_of_what_is_not_measured_is_neither_right_nor_wrong() -> None:
    assert "not been measured" in NUMBER.model_copy(update={"number": None}).feedback(3).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "single", "answers": [{"text": "a", "why": "x"}, {"text": "b", "why": "y"}]},
        {"kind": "single", "answers": [{"text": "a", "why": "x", "right": True}] * 2},
        {"kind": "single", "answers": [{"text": "a", "why": "x", "right": True}]},
        {"kind": "multiple", "answers": [{"text": "a", "why": "x"}, {"text": "b", "why": "y"}]},
        {"kind": "single", "answers": [{"text": "a", "why": "", "right": True}, {"text": "b", "why": "y"}]},
        {"kind": "number", "source": "a.b", "tolerance": 1, "why": "x", "below": "y"},
        {"kind": "number", "source": "a.b", "why": "x", "below": "y", "above": "z"},
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Question.model_validate({"id": "a.b", "step": "01", "text": "?", **wrong})


# ------------------------------------------------------------------------------------------------ a course of one stage

TEXTS = {
    "01-why.md": 'kind = "why"\ntitle = "Why"\ngoal = "You can."\n---\nA [term](../glossary.md#some-term).',
    "02-idea.md": 'kind = "idea"\ntitle = "Idea"\nbench = "positions"\n---\nIt is {{ imdb.scratch.test }}.',
    "03-code.md": 'kind = "code"\ntitle = "Code"\n---\n```python\nprint(1)  # → 1\n```',
    "04-try.md": 'kind = "try"\ntitle = "Try"\ncommand = "tfl story pickle"\n---\nSee `tfl train full`.',
    "05-question.md": 'kind = "question"\ntitle = "Ask"\n---\nNow?',
    "06-data.md": 'kind = "data"\ntitle = "Data"\nclaims = ["imdb.full.test < imdb.scratch.test"]\n---\nSo.',
    "07-mistakes.md": 'kind = "mistakes"\ntitle = "Mistakes"\n---\nNone.',
    "08-summary.md": 'kind = "summary"\ntitle = "End"\n---\nDone.\n\n## Go deeper\n\n[Page](https://example.org/a)',
}
QUESTIONS = """
[[questions]]
step = "05-question"
id = "first"
kind = "single"
text = "From {{ imdb.scratch.test }}?"
answers = [{ text = "yes", right = true, why = "it was {{ imdb.scratch.test }}" }, { text = "no", why = "it was" }]
[[questions]]
step = "05-question"
id = "second"
kind = "number"
text = "How much?"
source = "imdb.scratch.test"
scale = 100
tolerance = 2
why = "near"
below = "more"
above = "less"
"""
COMMANDS = ("train", "story")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of one stage without an exercise, whose lesson is whole."""
    (tmp_path / "course.toml").write_text(
        'title = "T"\nversion = "1"\nexercises = []\n[paths]\nlessons = "lessons"\n'
        '[[stages]]\nnumber = 1\nid = "one"\ntitle = "One"\n'
    )
    for name, text in TEXTS.items():
        write_step(tmp_path, name, text)
    (tmp_path / "lessons/01-one/questions.toml").write_text(QUESTIONS)
    (tmp_path / "lessons/glossary.md").write_text("# Glossary\n\n## some term\n\nWhat it is.\n")
    (tmp_path / "lessons/results.json").write_text(KNOWN.model_dump_json())
    return courses.load(tmp_path)


def write_step(folder: Path, name: str, text: str) -> None:
    top, _, body = text.partition("\n---\n")
    path = folder / "lessons/01-one" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"+++\n{top}\n+++\n{body}\n")


def test_a_whole_lesson_has_no_problems(course: Course) -> None:
    assert lessons.problems(course, COMMANDS) == []


def test_a_lesson_is_read(course: Course) -> None:
    (lesson,) = lessons.load(course)
    assert (lesson.goal, lesson.stage.id, len(lesson.steps)) == ("You can.", "one", 8)
    assert lesson.summary.startswith("Done.")
    assert lesson.step("2").text == "It is .883.\n"
    assert lesson.step("try") is lesson.step("04-try") is lesson.step("4")
    assert [question.id for question in lesson.questions] == ["one.first", "one.second"]
    assert lesson.questions[0].answers[0].why == "it was .883"
    assert lesson.questions[1].number == pytest.approx(88.32)
    assert lessons.glossary(course) == {"some term": "What it is."}


def test_a_prediction_is_met_again_where_its_figure_is_shown(course: Course) -> None:
    assert [lessons.load(course)[0].predicted(step) for step in lessons.load(course)[0].steps] == [()] * 8
    write_step(course.folder, "06-data.md", 'kind = "data"\ntitle = "Data"\n---\nIt is {{ imdb.scratch.test }}.')
    (lesson,) = lessons.load(course)
    assert [[one.id for one in lesson.predicted(step)] for step in lesson.steps[4:7]] == [[], ["one.second"], []]


def test_a_place_is_found_by_number_and_by_name(course: Course) -> None:
    found = lessons.load(course)
    assert lessons.find(found, "1") == (found[0], None)
    assert lessons.find(found, "one.3") == (found[0], found[0].steps[2])
    for wrong in ("7", "1.99", "two"):
        with pytest.raises(UnknownName):
            lessons.find(found, wrong)


def test_a_stage_without_a_lesson_is_a_problem_not_an_error(course: Course) -> None:
    for path in (course.lessons / "01-one").iterdir():
        path.unlink()
    assert lessons.load(course)[0].steps == ()
    assert any("has no lesson" in problem for problem in lessons.problems(course))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n' + "x" * 4097, "4,098 bytes"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\nbench = "dance"\n---\n', "no bench called “dance”"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n{{ imdb.none.test }}', "no figure called imdb.none.test"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x](../glossary.md#nothing)', "no term “nothing”"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x](http://example.org)', "not a well-formed https"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x](https:/example)', "not a well-formed https"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x](other.md)', "leads nowhere"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n![a plot](../plots/x.png)', "no picture"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n`tfl fly`', "no command `tfl fly`"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n```\ntfl fly now\n```', "no command `tfl fly`"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n`tfl story nobody`', "no story called nobody"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\nDo exercise9.', "no exercise called exercise9"),
        (
            "02-idea.md",
            'kind = "idea"\ntitle = "I"\n---\nOpen exercise9_x.py.',
            "no exercise has the file exercise9_x.py",
        ),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n \n', "a title and no text"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n```\nopen', "is not closed"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\nIt is { imdb.scratch.test }}.', "a placeholder needs"),
        (
            "02-idea.md",
            'kind = "idea"\ntitle = "I"\n---\nIt is {{ imdb.scratch.test\n| spread }}.',
            "a placeholder needs",
        ),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x]()', "a link is not written"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x][nowhere]', "a link is not written"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n[x](https://example.org/a b)', "a link is not written"),
        ("02-idea.md", 'kind = "idea"\ntitle = "I"\n---\n```\n' + "x" * 74 + "\n```", "74 columns"),
        ("06-data.md", 'kind = "data"\ntitle = "D"\nclaims = ["imdb.full.test > 1"]\n---\n', "which is not so"),
        ("06-data.md", 'kind = "data"\ntitle = "D"\nclaims = ["imdb.x.test > 1"]\n---\n', "cannot be judged"),
        ("06-data.md", 'kind = "idea"\ntitle = "D"\n---\n', "no step of the kind “data”"),
        ("08-summary.md", 'kind = "summary"\ntitle = "End"\n---\nDone.', "no step of the kind “deeper”"),
        ("01-why.md", 'kind = "why"\ntitle = "W"\n---\n[a](../glossary.md#some-term)', "begin with why, and a goal"),
        ("01-why.md", 'kind = "why"\ntitle = "W"\ngoal = "You can."\n---\n', "no lesson links to the term"),
        ("11-late.md", 'kind = "idea"\ntitle = "L"\n---\n', "not numbered"),
    ],
)
def test_what_is_wrong_with_a_step_is_found(course: Course, name: str, text: str, problem: str) -> None:
    write_step(course.folder, name, text)
    assert any(problem in found for found in lessons.problems(course, COMMANDS))


def test_a_stage_needs_two_questions(course: Course) -> None:
    path = course.lessons / "01-one/questions.toml"
    path.write_text(
        QUESTIONS.partition("[[questions]]\nstep")[0] + "[[questions]]\nstep" + QUESTIONS.split("step", 2)[1][:-14]
    )
    assert any("asks 1 questions" in problem for problem in lessons.problems(course))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("02-idea.md", "No settings here."),
        ("02-idea.md", '+++\nkind = "song"\ntitle = "I"\n+++\n'),
        ("02-idea.md", '+++\nkind = "idea"\n+++\n'),
        ("02-idea.md", "+++\nkind = idea\n+++\n"),
        ("02-idea.md", '+++\nkind = "idea"\ntitle = "I"\n+++\n{{ imdb.rows + 1 }}'),
        ("questions.toml", '[[questions]]\nstep = "99-gone"\nid = "x"\nkind = "single"\ntext = "?"\n'),
        ("questions.toml", QUESTIONS.replace("05-question", "99-gone")),
        ("questions.toml", "questions = 3"),
    ],
)
def test_a_file_of_the_wrong_form_is_named(course: Course, name: str, content: str) -> None:
    (course.lessons / "01-one" / name).write_text(content)
    with pytest.raises(CourseError, match=r"questions\.toml|02-idea\.md"):
        lessons.load(course)


def test_a_question_without_an_explanation_is_named(course: Course) -> None:
    path = course.lessons / "01-one/questions.toml"
    for without in (', why = "it was" }', ', why = " " }'):
        path.write_text(QUESTIONS.replace(', why = "it was" }', without.replace(', why = "it was"', "")))
        with pytest.raises(
            CourseError, match=r"questions\.toml: question “first”: answers\.2\.why: it is (missing|empty)"
        ):
            lessons.load(course)


def test_an_exercise_step_sets_its_stages_own_exercise(tiny_course: Course) -> None:
    path = tiny_course.folder / "lessons/01-doubling/01-it.md"
    path.parent.mkdir(parents=True)
    path.write_text('+++\nkind = "exercise"\ntitle = "E"\n+++\n`tfl check exercise2`\n')
    (stage, *_) = tiny_course.stages
    found = "\n".join(lessons.problems(tiny_course.model_copy(update={"stages": (stage,)})))
    assert "it sets exercise1 and speaks of exercise2" in found


def test_a_term_with_two_headings_is_found(course: Course) -> None:
    with (course.lessons / "glossary.md").open("a") as file:
        file.write("\n## Some term\n\nAgain.\n")
    assert "the glossary explains “some-term” twice" in lessons.problems(course)


def test_damaged_results_are_told(course: Course) -> None:
    (course.lessons / "results.json").write_text(json.dumps({"groups": 1}))
    with pytest.raises(CourseError, match=r"results\.json is damaged"):
        lessons.load(course)


def test_stray_files_are_found(course: Course) -> None:
    (course.lessons / "notes.txt").write_text("x")
    (course.lessons / "01-one/draft.txt").write_text("x")
    found = lessons.problems(course)
    assert any("notes.txt" in problem for problem in found)
    assert any("draft.txt" in problem for problem in found)


def test_links_to_terms_and_pictures_read_well_as_plain_text(tmp_path: Path) -> None:
    text = "A [batch](../glossary.md#batch). ![curves](../plots/a.png)\n[page](https://example.org)"
    assert lessons.plain(text) == "A batch. [picture: curves: plots/a.png]\n[page](https://example.org)"
    assert f"[picture: curves: {tmp_path / 'plots/a.png'}]" in lessons.plain(text, tmp_path / "01-one")


def test_a_link_to_a_term_is_spelled_as_on_github() -> None:
    assert lessons.slug("McNemar's test") == "mcnemars-test"
    assert lessons.slug("padding mask") == "padding-mask"
