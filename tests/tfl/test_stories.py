"""The detective stories show what they say: the symptom is there, and the mend removes it."""

import importlib
from pathlib import Path

import pytest
import torch

from tfl.errors import UnknownName
from tfl.events import Event, Result, Started
from tfl.stories import (
    STORIES,
    batch_first,
    eval_mode,
    forgotten_scheduler,
    padding_mask,
    pickles,
    shifted_vectors,
    untrained_exercise,
)
from tfl.stories.telling import Story, table
from tfl.stories.work import story


def told(name: str) -> Story:
    return importlib.import_module(STORIES[name].module).tell()


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_from_symptom_to_mend(name: str) -> None:
    parts = told(name)
    assert [part.heading for part in parts] == ["Symptom", "Experiment", "Cause", "Mend"]
    assert parts[0].table and parts[1].table and parts[3].table  # what is claimed is shown
    for part in parts:
        assert part.text and "\x1b" not in part.text
        for row in part.table.rows if part.table else ():
            assert len(row) == len(part.table.columns)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_fits_a_terminal_of_eighty_columns(name: str) -> None:
    for part in told(name):
        if part.table:
            lines = [part.table.columns, *part.table.rows]
            widths = [max(len(line[column]) for line in lines) for column in range(len(part.table.columns))]
            assert sum(widths) + 3 * len(widths) <= 80


def test_the_first_review_is_moved_by_its_neighbour_only_without_batch_first() -> None:
    broken, mended = batch_first.Reader(batch_first=False), batch_first.Reader(batch_first=True)
    assert batch_first.moved(broken, of_other=True) > 0.01
    assert batch_first.moved(mended, of_other=True) < 1e-6
    assert batch_first.moved(mended, of_other=False) > 0.01
    assert max(batch_first.answers(mended)) - min(batch_first.answers(mended)) < 1e-5


def test_padding_moves_an_answer_until_attention_and_mean_leave_it_out() -> None:
    reader = padding_mask.Reader()

    def spread(masked_attention: bool, masked_mean: bool) -> float:
        found = padding_mask.answers(reader, padding_mask.PAD, masked_attention, masked_mean)
        return max(found) - min(found)

    assert spread(False, False) > 0.05
    assert spread(True, False) > 0.01
    assert spread(False, True) > 0.01
    assert spread(True, True) < 1e-5


def test_shifted_vectors_are_worth_nothing_and_mended_ones_a_great_deal() -> None:
    broken, mended = (shifted_vectors.accuracy(shifted_vectors.table_of(mended)) for mended in (False, True))
    assert abs(broken - 0.5) < 0.1
    assert mended > 0.9
    ids = shifted_vectors.vocabulary()
    for row, word in enumerate(shifted_vectors.words()):
        assert torch.equal(shifted_vectors.table_of(True)[ids[word]], shifted_vectors.vectors()[row])
        assert not torch.equal(shifted_vectors.table_of(False)[ids[word]], shifted_vectors.vectors()[row])


def test_a_scheduler_that_is_stepped_settles_the_loss() -> None:
    forgotten, stepped = forgotten_scheduler.train(False), forgotten_scheduler.train(True)
    assert {rate for rate, _ in forgotten} == {forgotten_scheduler.RATE}
    assert stepped[-1][0] == pytest.approx(forgotten_scheduler.RATE * forgotten_scheduler.GAMMA**11)
    assert forgotten_scheduler.jumps(stepped) < forgotten_scheduler.jumps(forgotten) / 5
    assert stepped[-1][1] < forgotten[-1][1]


def test_a_critic_in_eval_mode_gives_one_answer() -> None:
    assert len(set(eval_mode.calls(evaluating=False))) == eval_mode.CALLS
    assert len(set(eval_mode.calls(evaluating=True))) == 1
    assert eval_mode.first_answer(0) == eval_mode.first_answer(0)


def test_a_story_leaves_the_dice_as_they_were() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    told("eval-mode")
    assert torch.equal(before, torch.get_rng_state())


def test_a_table_of_places_costs_by_its_rows() -> None:
    assert eval_mode.saved_bytes(1000, persistent=True) > 1000 * eval_mode.WIDTH * 4
    assert eval_mode.saved_bytes(1000, persistent=False) < 2000


def test_the_gift_writes_its_note_and_nothing_else(tmp_path: Path) -> None:
    import pickle

    note = tmp_path / "note.txt"
    pickled = pickle.dumps(pickles.Gift(note))
    assert list(tmp_path.iterdir()) == []  # making it does nothing
    assert pickles.calls_in(pickled) == ["builtins.eval"]
    assert pickle.loads(pickled) == {"classifier.weight": [0.5, -0.5]}
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert note.read_text() == pickles.NOTE


def test_only_pre_trained_and_trained_layers_answer_well() -> None:
    mend = untrained_exercise.tell()[-1]
    assert mend.table
    accuracies = {row[0]: float(row[1]) for row in mend.table.rows}
    best = accuracies["pre-trained, trained"]
    assert best > 0.65
    assert all(best > accuracy + 0.05 for name, accuracy in accuracies.items() if name != "pre-trained, trained")
    assert accuracies["random, not trained (the lab)"] < 0.6


def test_numbers_and_truths_are_written_for_people() -> None:
    assert table(["a"], [[0.12345], [-0.5], [True], [False], [7]]).rows == (
        ("0.123",),
        ("−0.500",),
        ("yes",),
        ("no",),
        ("7",),
    )


def test_the_job_tells_a_story_as_plain_data() -> None:
    events: list[Event] = []
    story({"name": "padding-mask"}, events.append)
    started, result = events
    assert isinstance(started, Started) and isinstance(result, Result)
    assert result.value["title"] == STORIES["padding-mask"].title
    assert [part["heading"] for part in result.value["parts"]] == ["Symptom", "Experiment", "Cause", "Mend"]


def test_a_story_that_does_not_exist_names_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="padding-mask"):
        story({"name": "padding"}, lambda event: None)
