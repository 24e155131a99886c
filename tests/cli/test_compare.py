"""`tfl compare`: what it asks of the job, and the table it prints."""

from collections.abc import Iterator

import pytest

from cli import compare
from tests.cli.conftest import JobLine
from tfl.comparison import Comparison, Pretraining, Row, Spread
from tfl.events import Event, Failed, Result

FOUND = Comparison(
    corpus="sample (synthetic)",
    pair="sample",
    synthetic=True,
    classes=["neg", "pos"],
    seeds=[0, 1],
    command="tfl compare",
    notes=["Quick: 20% of every split."],
    rows=[
        Row(
            strategy="full",
            adapted=True,
            pretrained_on="sample news + reviews",
            labelled=1200,
            seeds=[0, 1],
            parameters_trainable=99_138,
            epochs=8,
            seconds=12.3,
            validation=Spread(mean=0.9, low=0.9, high=0.9),
            test=Spread(mean=0.85, low=0.84, high=0.86),
            interval=(0.81, 0.88),
            gap=0.05,
            note="below the linear baseline",
        ),
        Row(strategy="baseline", labelled=1200, note="needs scikit-learn."),
    ],
    pretraining=[Pretraining(objective="words", pretrained_on="sample news", runs=[], seconds=0.1)],
    figures=["comparison/learning_curves.png"],
    device="CPU",
    seconds=90,
    seconds_now=120,
    peak_memory=1_500_000_000,
)


class Compare(JobLine):
    """Runs `tfl compare` with a job that finds `FOUND`."""

    command = ("compare",)

    def answer(self) -> Iterator[Event]:
        assert self.job == "compare"
        yield Result(value={**FOUND.model_dump(mode="json"), "runs_dir": "my-runs"})


@pytest.fixture
def tfl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Compare:
    return Compare(monkeypatch, capsys, compare)


# --- what is asked for


def test_the_usual_comparison_is_of_every_strategy_with_one_seed(tfl: Compare) -> None:
    assert tfl().code == 0
    asked = {key: tfl.request[key] for key in ("seeds", "labels", "strategies", "choices")}
    assert asked == {
        "seeds": [0],
        "labels": None,
        "strategies": [],
        "choices": {"pair": "sample", "precision": "auto"},
    }


def test_lists_are_written_with_commas(tfl: Compare) -> None:
    assert tfl("--seeds", "0,1,2", "--labels", "200,all", "--strategies", "scratch,full").code == 0
    asked = [tfl.request[key] for key in ("seeds", "labels", "strategies")]
    assert asked == [[0, 1, 2], [200, None], ["scratch", "full"]]


def test_quick_is_a_fifth(tfl: Compare) -> None:
    tfl("--quick")
    assert tfl.request["choices"]["part"] == 0.2


def test_the_same_command_goes_on_after_an_interruption(tfl: Compare) -> None:
    tfl.ending = Failed(message="Stopped.", exit_code=130)
    assert tfl("--seeds", "0,1", "--quick").code == 130
    assert tfl.request["continue"] == "tfl compare --seeds 0,1 --quick"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--seeds one", "“one” is not a number. Write --seeds 0,1,2."),
        ("--seeds 0,,1", "“” is not a number."),
        ("--labels 200,most", "“most” is not a number. Write --labels 200,1000,all."),
        ("--labels 3", "--labels should be greater than or equal to 8, not 3."),
        ("--strategies ful", "Did you mean full"),
    ],
)
def test_a_wrong_request_is_told_before_a_job_starts(tfl: Compare, line: str, said: str) -> None:
    assert tfl(*line.split()).code == 2
    assert said in tfl.err
    assert not tfl.request


# --- what is shown


def test_the_table_is_titled_by_its_corpus_and_seeds(tfl: Compare) -> None:
    tfl()
    assert "Comparison on sample (synthetic), seeds 0, 1\n" in tfl.out
    assert "Quick: 20% of every split.\n" in tfl.out


def test_a_row_tells_what_was_trained_and_what_came_of_it(tfl: Compare) -> None:
    tfl()
    [row] = [line for line in tfl.out.splitlines() if line.startswith("full ")]
    for cell in ("sample news + reviews", "1,200", "99,138", " 12 ", "0.900", "0.850 (0.840–0.860)", "+0.050"):
        assert cell in row
    assert row.rstrip().endswith("below the linear baseline")


def test_a_row_without_a_run_says_why(tfl: Compare) -> None:
    tfl()
    [row] = [line for line in tfl.out.splitlines() if line.startswith("baseline ")]
    assert "needs scikit-learn." in row


def test_it_says_what_it_cost_and_where_everything_is(tfl: Compare) -> None:
    tfl()
    assert "1.5 minutes of training in all" in tfl.out
    assert "Peak memory 1.50 GB" in tfl.out
    assert "my-runs/comparison.md" in tfl.out
    assert "my-runs/comparison/learning_curves.png" in tfl.out
