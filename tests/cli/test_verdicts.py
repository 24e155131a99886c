"""A mark as it is printed."""

import pytest

from cli.verdicts import Sheet
from grader.marks import Mark, Verdict

ENDED = "It ended the process with exit status 0, instead of returning."
NOTICED = "It tried to use the network."


def test_what_a_check_has_said_is_not_said_again_as_an_incident(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = Verdict(id="a", title="A", points=0, max_points=1, verdict="error", message=ENDED)
    mark = Mark(
        exercise="exercise1",
        file="mine.py",
        checks=(verdict,),
        isolation="namespaces+landlock+seccomp",
        seconds=0.1,
        seed="s",
        course="1",
        incidents=(ENDED, NOTICED),
    )
    sheet = Sheet()
    sheet.verdict(verdict)
    sheet.end(mark)
    out = capsys.readouterr().out
    assert out.count(ENDED) == 1 and f"! {NOTICED}" in out
