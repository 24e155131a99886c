"""A mark for other programs: our own JSON (docs/json.md), Gradescope's results.json, JUnit's XML.

All of them are for learners' eyes: what a hidden check found out is left out.
Sources: https://gradescope-autograders.readthedocs.io/en/latest/specs/, and JUnit's XML as Jenkins and GitLab read it.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal
from xml.etree import ElementTree as ET

from grader.marks import Mark, Verdict
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError
from tfl.printable import defused

SCHEMA = 1  # of `document`; grows when a field changes its meaning or goes, not when one is added

Format = Literal["json", "gradescope", "junit"]

NOT_SHOWN = "This check keeps its details to itself."
UNREADABLE = "The submission cannot be read."


def text(mark: Mark, form: Format, training: Mapping[str, Any] | None = None) -> str:
    """A mark in one of the formats, ready to be written to a file."""
    match form:
        case "json":
            return json.dumps(document(mark, training), indent=2, ensure_ascii=False) + "\n"
        case "gradescope":
            return json.dumps(gradescope(mark), indent=2, ensure_ascii=False) + "\n"
        case "junit":
            return junit(mark)


def shown(verdict: Verdict) -> Verdict:
    """What a learner may see of a verdict: of a hidden check, whether it passed."""
    if not verdict.hidden:
        return verdict
    message = verdict.message if verdict.verdict in ("passed", "blocked") else NOT_SHOWN
    return verdict.model_copy(update={"message": message, "picture": (), "trace": (), "output": ""})


def unreadable(course: Course, exercise: Exercise, file: str, error: SubmissionError) -> Mark:
    """The mark of a submission that cannot be read: no points, and the reason."""
    return Mark(
        exercise=exercise.id,
        file=file,
        checks=tuple(
            Verdict(
                id=check.id,
                title=check.title,
                points=0,
                max_points=check.points,
                verdict="blocked",
                message=UNREADABLE,
                hidden=check.hidden,
            )
            for check in exercise.checks
        ),
        isolation="not run",
        seconds=0.0,
        seed="",
        course=course.version,
        notes=(str(error),),
    )


def document(mark: Mark, training: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What `tfl check --json` and `tfl grade --json` print: see docs/json.md."""
    checks = [shown(check).model_dump(mode="json") for check in mark.checks]
    told = {
        "schema": SCHEMA,
        "exercise": mark.exercise,
        "file": mark.file,
        "passed": mark.passed,
        "score": mark.score,
        "max_score": mark.max_score,
        "checks": checks,
        "isolation": mark.isolation,
        "seconds": round(mark.seconds, 3),
        "seed": mark.seed,
        "course": mark.course,
        "notes": list(mark.notes),
        "incidents": list(mark.incidents),
    }
    return told if training is None else told | {"training": dict(training)}


def gradescope(mark: Mark) -> dict[str, Any]:
    """Gradescope's results.json.  Hidden checks count, and students do not see them."""
    return {
        "execution_time": round(mark.seconds, 3),
        "output": "\n".join(defused(line) for line in (*mark.notes, *mark.incidents)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "number": str(number),
                "name": check.title,
                "name_format": "text",
                "score": check.points,
                "max_score": check.max_points,
                "status": "passed" if check.verdict == "passed" else "failed",
                "output": details(check),
                "output_format": "text",
                "visibility": "hidden" if check.hidden else "visible",
                "extra_data": {"id": check.id, "verdict": check.verdict},
            }
            for number, check in enumerate(map(shown, mark.checks), 1)
        ],
        "extra_data": {
            "exercise": mark.exercise,
            "isolation": mark.isolation,
            "seed": mark.seed,
            "course": mark.course,
        },
    }


def junit(mark: Mark) -> str:
    """JUnit's XML: a test case for each check."""
    states = [check.verdict for check in mark.checks]
    counts = {
        "tests": len(states),
        "failures": states.count("failed"),
        "errors": states.count("error") + states.count("timeout"),
        "skipped": states.count("blocked"),
    }
    attributes = {"name": mark.exercise} | {name: str(count) for name, count in counts.items()}
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", attributes | {"time": f"{mark.seconds:.3f}"})
    properties = ET.SubElement(suite, "properties")
    facts = {"file": mark.file, "isolation": mark.isolation, "seed": mark.seed, "course": mark.course}
    for name, value in (facts | {"score": str(mark.score), "max_score": str(mark.max_score)}).items():
        ET.SubElement(properties, "property", {"name": name, "value": defused(value)})
    for check in map(shown, mark.checks):
        identity = {"classname": mark.exercise, "name": check.title, "time": f"{check.seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", identity)
        kind = {"failed": "failure", "error": "error", "timeout": "error", "blocked": "skipped"}.get(check.verdict)
        if kind:
            first = defused(check.message).split("\n")[0]
            found = ET.SubElement(case, kind, {"message": first})
            if kind != "skipped":
                found.set("type", check.verdict)
                found.text = details(check)
        if check.output:
            ET.SubElement(case, "system-out").text = defused(check.output)
    ET.SubElement(suite, "system-out").text = "\n".join(defused(line) for line in (*mark.notes, *mark.incidents))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def details(verdict: Verdict) -> str:
    """Everything that a verdict says beyond its title, as plain lines."""
    blocks = [verdict.message] if verdict.message else []
    if verdict.picture:
        blocks.append("Where it differs (█ most):\n" + "\n".join(f"|{line}|" for line in verdict.picture))
    if verdict.trace:
        blocks.append("In your code:\n" + "\n".join(f"  {line}" for line in verdict.trace))
    if verdict.output:
        blocks.append("Printed:\n" + "\n".join(f"  {line}" for line in verdict.output.rstrip("\n").split("\n")))
    return defused("\n\n".join(blocks))
