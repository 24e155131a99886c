"""Figures on their way from runs to the lessons and the README."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tfl import comparison, comparison_files
from tfl.comparison import Comparison, Row, Spread
from tfl.config import config
from tfl.errors import CourseError, RunError
from tfl.lessons.figures import Figure, Results
from tfl.results import comparisons, experiments, lab, readme, recommender, steps, texts
from tfl.runs import RunFolder, RunRecord, Score

HISTORY = [
    {"epoch": epoch, "phase": 1, "seconds": 2.0, "train_loss": train, "train_accuracy": 0.8, "validation_loss": loss}
    | {"validation_accuracy": 0.7}
    for epoch, (train, loss) in enumerate([(0.5, 0.48), (0.3, 0.41), (0.1, 0.62)], start=1)
]


def record(runs: Path, strategy: str, test: float, seed: int = 0, **choices: object) -> RunRecord:
    """A finished run in the folder `runs`, with a history and curves."""
    chosen = config(**{"strategy": strategy, "seed": seed, "pair": "real", **choices})
    made = RunRecord(
        id=chosen.id,
        strategy=strategy,
        pair=chosen.pair,
        corpus="IMDB",
        seed=seed,
        labels=chosen.labels,
        state="finished",
        config=chosen.model_dump(mode="json"),
        versions={"torch": "2"},
        parameters_trainable=10,
        seconds=4.0,
        best_epoch=2,
        epochs_run=3,
        train=Score(loss=0.1, accuracy=0.9),
        validation=Score(loss=0.4, accuracy=0.8),
        test=Score(loss=0.4, accuracy=test),
        test_interval=(test - 0.1, test + 0.1),
        confusion=[[40, 10], [5, 45]],
    )
    folder = RunFolder(runs / made.id)
    folder.path.mkdir(parents=True)
    folder.save(made)
    folder.write_history(HISTORY)
    folder.curves.write_bytes(b"curves")
    return made


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def compared(runs: Path) -> Comparison:
    """A small comparison, written as `tfl compare` does."""
    made = [
        record(runs, "scratch", 0.8),
        record(runs, "scratch", 0.9, seed=1),
        record(runs, "final-layer", 0.7, adapt=True),
        record(runs, "scratch", 0.6, labels=200),
    ]
    configs = [
        config(strategy=one.strategy, seed=one.seed, pair="real", labels=one.labels, adapt=one.config["adapt"])
        for one in made
    ]
    rows = comparison.rows(configs, {one.id: one for one in made}, {None: 24781, 200: 200})
    found = Comparison(
        corpus="IMDB",
        pair="real",
        synthetic=False,
        classes=["neg", "pos"],
        seeds=[0, 1],
        command="tfl compare",
        notes=["a part"],
        rows=rows,
        pretraining=[
            comparison.Pretraining(objective="words", pretrained_on="AG News + reviews", runs=["p"], seconds=3.0),
            comparison.Pretraining(
                objective="words+topic",
                pretrained_on="AG News",
                runs=["q"],
                seconds=50.0,
                test=Spread(mean=0.92, low=0.92, high=0.92),
            ),
        ],
        device="CPU",
        seconds=100,
        seconds_now=10,
        peak_memory=10**9,
    )
    return comparison_files.write(found, runs)


def test_a_comparison_becomes_figures_with_where_they_come_from(runs: Path, compared: Comparison) -> None:
    group = comparisons.gather(runs)
    known = Results(groups={"imdb": group})
    assert (group.command, group.seeds, group.notes, group.corpus) == ("tfl compare", [0, 1], ["a part"], "IMDB")
    assert group.versions == {"torch": "2"}
    test = known.figure("imdb.scratch.test")
    assert (test.value, test.low, test.high) == (pytest.approx(0.85), 0.8, 0.9)
    assert known.figure("imdb.final_layer_adapted.test").value == 0.7
    assert known.figure("imdb.labels_200.scratch.test").value == 0.6
    assert known.figure("imdb.scratch.false_positive").value == 10
    assert known.figure("imdb.scratch.gap").value == pytest.approx(0.1)
    assert known.figure("imdb.pretraining.topics.test").value == 0.92
    assert known.figure("imdb.pretraining.words_adapted.seconds").value == 3
    assert known.figure("imdb.seconds").value == 50  # a seed


def test_the_epochs_are_told_by_their_ends_and_the_lowest_loss(runs: Path, compared: Comparison) -> None:
    known = Results(groups={"imdb": comparisons.gather(runs)})
    assert known.figure("imdb.scratch.epochs").value == 3
    assert known.figure("imdb.scratch.lowest_loss_epoch").value == 2
    assert known.figure("imdb.scratch.epoch_1.train_loss").value == 0.5
    assert known.figure("imdb.labels_200.scratch.lowest_loss.validation_loss").value == 0.41
    assert known.figure("imdb.scratch.last_epoch.validation_loss").value == 0.62


def test_plots_are_copied_and_older_ones_removed(runs: Path, compared: Comparison, tmp_path: Path) -> None:
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "imdb_old.png").write_bytes(b"")
    (plots / "other.png").write_bytes(b"")
    comparisons.copy_plots(runs, "imdb", plots)
    names = {path.name for path in plots.iterdir()}
    assert {"imdb_scratch.png", "imdb_scratch_200.png", "imdb_learning_curves.png", "other.png"} <= names
    assert "imdb_old.png" not in names


def test_without_a_comparison_it_says_what_to_do(runs: Path) -> None:
    with pytest.raises(RunError, match="tfl compare"):
        comparisons.gather(runs)


def test_runs_are_found_by_what_they_were_asked(runs: Path) -> None:
    record(runs, "scratch", 0.8)
    blind = record(runs, "scratch", 0.7, word_order=False)
    record(runs, "scratch", 0.5, word_order=False, labels=200)
    record(runs, "scratch", 0.5, word_order=False, recipe=1)
    record(runs, "scratch", 0.5, word_order=False, epochs=9)
    assert [one.id for one in comparisons.records_where(runs, strategy="scratch", word_order=False)] == [blind.id]


def test_word_order_compares_equal_seeds(runs: Path) -> None:
    for seed, test in ((0, 0.8), (1, 0.9)):
        record(runs, "scratch", test, seed=seed)
    record(runs, "scratch", 0.7, word_order=False)
    group = experiments.word_order({"real": runs})
    assert group.figures["real.with_places"].value == 0.8
    assert group.figures["real.without_places"].value == 0.7


def test_only_seeds_that_all_have_are_compared(runs: Path) -> None:
    found = {
        "one": [record(runs, "scratch", 0.1 * seed, seed=seed) for seed in (0, 1, 2)],
        "other": [record(runs, "full", 0.5, seed=seed) for seed in (1, 2, 3)],
    }
    kept = comparisons.same_seeds(found)
    assert [[one.seed for one in own] for own in kept.values()] == [[1, 2], [1, 2]]
    with pytest.raises(RunError, match="no run of gone"):
        comparisons.same_seeds({**found, "gone": []})
    with pytest.raises(RunError, match="no seed in common"):
        comparisons.same_seeds({"one": found["one"][:1], "other": found["other"]})


def test_what_several_seeds_gave_is_told_with_its_spread(runs: Path) -> None:
    for seed, test in ((0, 0.80), (1, 0.84), (2, 0.91)):
        record(runs, "scratch", test, seed=seed)
        record(runs, "scratch", test - 0.1, seed=seed, word_order=False)
    figure = experiments.word_order({"real": runs}).figures["real.with_places"]
    assert figure.value == pytest.approx(0.85)
    assert (figure.low, figure.high) == (0.80, 0.91)


def test_choices_of_layers_are_told_apart(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "LAYERS", {"norms": ("*norm*",), "linear2": ("*.linear2.*",)})
    monkeypatch.setattr(experiments, "step_seconds", lambda choices, blocks: dict.fromkeys(choices, float(blocks)))
    for pattern, test in (("*norm*", 0.75), ("*.linear2.*", 0.77)):
        made = record(runs, "unfreeze", test, layers=(pattern,))
        RunFolder(runs / made.id).write_history([{**epoch, "phase": 1 + (epoch["epoch"] > 2)} for epoch in HISTORY])
    monkeypatch.setattr(experiments, "ON_SAMPLE", {"linear2": {"strategy": "unfreeze", "layers": ("*.linear2.*",)}})
    record(runs, "unfreeze", 0.6, pair="sample", adapt=True, layers=("*.linear2.*",))
    group = experiments.layers(runs, runs, tmp_path)
    assert group.figures["norms.test"].value == 0.75
    assert group.figures["linear2.test"].value == 0.77
    assert group.figures["sample.linear2.test"].value == 0.6
    assert group.figures["linear2.step_seconds"].value == 2
    assert group.figures["deep.linear2.step_seconds"].value == 12
    assert (tmp_path / "layers.png").exists()
    with pytest.raises(RunError, match="make results"):
        monkeypatch.setattr(experiments, "LAYERS", {"bias": ("*.bias",)})
        experiments.layers(runs, runs, tmp_path)


def test_every_choice_of_layers_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "REVIEWS", 2)
    monkeypatch.setattr(steps, "ROUNDS", 1)
    found = steps.step_seconds({"norms": ("*norm*",), "everything": ("*",)}, blocks=1)
    assert found.keys() == {"norms", "everything"}
    assert all(seconds > 0 for seconds in found.values())


def test_topics_are_compared_with_and_without_words_before(runs: Path) -> None:
    for objective, tests in (("words+topic", (0.86, 0.7)), ("topic", (0.85, 0.65))):
        for strategy, test in zip(("full", "final-layer"), tests, strict=True):
            record(runs, strategy, test, objective=objective)
    figures = experiments.topics(runs).figures
    assert [figures[f"{name}.test"].value for name in ("full", "final_layer", "full_topic", "final_layer_topic")] == [
        0.86,
        0.7,
        0.85,
        0.65,
    ]


def test_the_recommender_is_measured_for_each_seed(
    runs: Path, compared: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    stars = {"a": 9.0, "b": 2.0}
    split = SimpleNamespace(films=["a", "a", "b", ""])
    monkeypatch.setattr(recommender.corpora, "info", lambda name: SimpleNamespace(name=name))
    monkeypatch.setattr(recommender.corpora, "load", lambda name, split_name: split)
    monkeypatch.setattr(recommender, "mean_stars", lambda split, rows: stars[split.films[rows[0]]])
    monkeypatch.setattr(recommender, "load_run", lambda folder: folder.record())
    monkeypatch.setattr(
        recommender, "_of_model", lambda run, films, stars: [("plain.all", (run.test.accuracy, "correlation"))]
    )
    monkeypatch.setattr(recommender, "MODELS", ("scratch",))
    group = recommender.gather(runs)
    figures = group.figures
    assert group.seeds == [0, 1]
    assert (figures["films"].value, figures["reviews"].value, figures["mean_stars"].value) == (2, 3, 5.5)
    assert figures["lonely_films"].value == 0.5
    assert figures["scratch.plain.all"].value == pytest.approx(0.85)
    assert (figures["scratch.plain.all"].low, figures["scratch.plain.all"].high) == (0.8, 0.9)


def test_the_models_parts_add_up() -> None:
    figures = {name: figure.value for name, figure in experiments.model().figures.items()}
    whole = figures["embedding"] + figures["layers"] * figures["block"] + figures["classifier"]
    assert whole == figures["parameters"]
    assert figures["last_block"] == figures["first_block"] == figures["block"]
    assert figures["classifier"] == 2 * figures["features"] + 2


def test_padding_is_the_share_of_cells_that_stand_for_nothing() -> None:
    assert texts.padding([np.array([3, 9, 4, 10, 3])]) == pytest.approx(21 / 50)
    assert texts.padding([np.array([10, 9]), np.array([4, 3, 3])]) == pytest.approx(3 / 32)
    assert texts.padding([np.array([10, 9])], lambda longest: 16) == pytest.approx(13 / 32)
    lengths = np.full(100, 7)
    assert texts.padding_at_random(lengths, 32) == 0


def test_the_labs_ratios_are_read_as_the_benchmark_prints_them() -> None:
    about = dict.fromkeys(("corpus", "processor", "cores", "load before", "torch", "python"), "x")
    about |= dict.fromkeys(("reviews", "figures", "precision"), "y")
    ratios = [
        {"task": task, "peer": peer, "ratio": 9.5, "peer_seconds": 26.1, "tfl_seconds": 2.75}
        for task, peer in (("full fine-tuning, an epoch", "lab"), ("full fine-tuning, an epoch", "plain encoder"))
    ]
    group = lab.gather(json.dumps({"about": about, "ratios": ratios}))
    assert group.figures["full.ratio"] == Figure(value=9.5, kind="ratio")
    assert group.figures["full_plain.lab_seconds"].value == 26.1


def test_a_row_has_a_name_that_a_text_can_say() -> None:
    assert comparisons.key(Row(strategy="final-layer", adapted=True, labels=200)) == "labels_200.final_layer_adapted"


# ------------------------------------------------------------------------------------------------------- the README


@pytest.fixture
def known(runs: Path, compared: Comparison) -> Results:
    return Results(groups={"imdb": comparisons.gather(runs)})


def test_the_table_stands_between_its_marks(known: Results, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
    readme.write_readme(page, known)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| from scratch | – | 4.0 s | .850 (.800–.900) | .830 | .600 |" in text
    assert "Made by `tfl compare` (seeds 0, 1)" in text
    readme.write_readme(page, known)
    assert page.read_text() == text


def test_a_page_without_marks_is_left_alone(known: Results, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing here")
    with pytest.raises(CourseError, match="no place"):
        readme.write_readme(page, known)
    assert page.read_text() == "nothing here"
