"""A mark for other programs: our JSON, Gradescope's, JUnit's."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import formats
from grader.marks import Mark, Verdict
from tfl.course import Course
from tfl.errors import SubmissionError

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
SECRET = "the hidden input was 42"

# The fields of Gradescope's specification, as a JSON Schema.
GRADESCOPE = {
    "type": "object",
    "required": ["tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"$ref": "#/$defs/format"},
        "test_output_format": {"$ref": "#/$defs/format"},
        "test_name_format": {"$ref": "#/$defs/format"},
        "visibility": {"$ref": "#/$defs/visibility"},
        "stdout_visibility": {"$ref": "#/$defs/visibility"},
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": {"$ref": "#/$defs/format"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": {"$ref": "#/$defs/format"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": {"$ref": "#/$defs/visibility"},
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
    "$defs": {
        "format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
    },
}


def verdict(id: str, state: Any = "passed", **more: Any) -> Verdict:
    points = more.pop("max_points", 2)
    return Verdict(
        id=id, title=f"Check {id}", points=points if state == "passed" else 0, max_points=points, verdict=state, **more
    )


@pytest.fixture
def mark() -> Mark:
    """One of each kind, with something nasty in each text."""
    return Mark(
        exercise="exercise1",
        file="my\x1b[2J.py",
        checks=(
            verdict("right", output="hello\n"),
            verdict("wrong", "failed", message="1 is expected;\n2 <b>came</b> \x1b[31m", picture=(" ░█", "█  ")),
            verdict("broken", "error", message="KeyError: 'x'", trace=("line 3, in f: return x",), output="\0\x07]]>"),
            verdict("slow", "timeout", message="It took longer than 5 s."),
            verdict("waits", "blocked", message="needs «Check wrong» first"),
            verdict("secret", "failed", message=SECRET, trace=(SECRET,), output=SECRET, picture=(SECRET,), hidden=True),
            verdict("quiet", output=SECRET, hidden=True),
        ),
        isolation="process only",
        seconds=0.12345,
        seed="abc",
        course="1",
        notes=("Read as \x1b[1mPython.",),
        incidents=("It tried to use the network.",),
    )


def test_the_document_is_as_the_docs_describe_it(mark: Mark) -> None:
    schema = json.loads(re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL)[-1])
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(formats.text(mark, "json", training={"shown": True}))
    jsonschema.validate(found, schema)
    assert schema["properties"].keys() == found.keys()
    assert set(schema["properties"]["checks"]["items"]["properties"]) == found["checks"][0].keys()


def test_the_example_in_the_docs_fits_its_own_schema() -> None:
    example, schema = map(json.loads, re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL))
    jsonschema.validate(example, schema)


def test_the_document_gives_the_sums_and_no_training_unless_there_was_one(mark: Mark) -> None:
    found = formats.document(mark)
    assert (found["score"], found["max_score"], found["passed"]) == (4, 14, False)
    assert "training" not in found


@pytest.mark.parametrize("form", ["json", "gradescope", "junit"])
def test_what_a_hidden_check_found_is_in_no_format(mark: Mark, form: formats.Format) -> None:
    assert SECRET not in formats.text(mark, form)


def test_whether_a_hidden_check_passed_is_told(mark: Mark) -> None:
    secret = formats.document(mark)["checks"][5]
    assert (secret["verdict"], secret["points"], secret["hidden"]) == ("failed", 0, True)
    assert secret["message"] == formats.NOT_SHOWN


def test_gradescope_takes_it(mark: Mark) -> None:
    found = json.loads(formats.text(mark, "gradescope"))
    jsonschema.validate(found, GRADESCOPE)
    assert sum(test["score"] for test in found["tests"]) == mark.score
    assert sum(test["max_score"] for test in found["tests"]) == mark.max_score
    assert [test["visibility"] for test in found["tests"]] == ["visible"] * 5 + ["hidden"] * 2
    assert "1 is expected" in found["tests"][1]["output"] and "█" in found["tests"][1]["output"]
    assert "line 3, in f" in found["tests"][2]["output"]


def test_gradescope_shows_no_terminal_escapes(mark: Mark) -> None:
    assert "\\u001b" not in formats.text(mark, "gradescope")


def test_junit_is_well_formed_and_counts_right(mark: Mark) -> None:
    suite = ET.fromstring(formats.text(mark, "junit").encode()).find("testsuite")
    assert suite is not None
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7", "failures": "2", "errors": "2", "skipped": "1",
    }  # fmt: skip
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert [child.tag for child in cases["Check right"]] == ["system-out"]
    assert [child.tag for child in cases["Check wrong"]] == ["failure"]
    assert [child.tag for child in cases["Check broken"]] == ["error", "system-out"]
    assert [child.tag for child in cases["Check waits"]] == ["skipped"]
    failure = cases["Check wrong"].find("failure")
    assert failure is not None and failure.get("message") == "1 is expected;" and "<b>came</b>" in (failure.text or "")
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["score"] == "4" and properties["isolation"] == "process only"


@given(text=st.text())
def test_no_text_breaks_a_format(text: str) -> None:
    check = verdict("odd", "error", message=text, trace=(text,), output=text, picture=(text,))
    found = Mark(
        exercise="exercise1", file=text, checks=(check,), isolation="x", seconds=0, seed="", course="1", notes=(text,)
    )
    ET.fromstring(formats.junit(found))
    jsonschema.validate(json.loads(formats.text(found, "gradescope")), GRADESCOPE)
    assert json.loads(formats.text(found, "json"))["checks"][0]["message"] == text


def test_a_submission_that_cannot_be_read_has_no_points_and_a_reason(tiny_course: Course) -> None:
    exercise = tiny_course.exercises[0]
    mark = formats.unreadable(tiny_course, exercise, "x.py", SubmissionError("x.py is empty.", "Fill it in."))
    assert (mark.score, mark.max_score, mark.passed) == (0, exercise.points, False)
    assert mark.notes == ("x.py is empty. Fill it in.",)
    assert [check.verdict for check in mark.checks] == ["blocked"] * len(exercise.checks)
    jsonschema.validate(json.loads(formats.text(mark, "gradescope")), GRADESCOPE)
