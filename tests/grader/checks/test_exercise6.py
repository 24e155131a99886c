"""Exercise 6: each defect has its check, and a mended program earns everything however it was mended."""

import pytest

from tests.grader.checks.bench import BLOCKED, COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise6"))

OTHERWISE = {  # other ways to mend the same places
    "torch.cat([vectors.new_zeros(len(SPECIAL), vectors.shape[1]), vectors])": "nn.functional.pad(vectors, "
    "(0, 0, 2, 0))",
    "padding_value=PAD": "padding_value=1.0",
    "states.masked_fill(~real.unsqueeze(2), 0).sum(dim=1)": "(states * real.unsqueeze(2)).sum(dim=1)",
    "src_key_padding_mask=tokens == PAD": (
        "src_key_padding_mask=torch.zeros(tokens.shape).masked_fill(tokens == PAD, -torch.inf)"
    ),
    "torch.optim.lr_scheduler.ExponentialLR(optimizer, DECAY)": (
        "torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: DECAY**epoch)"
    ),
    "@torch.no_grad()\n": "@torch.inference_mode()\n",
    "torch.load(file, weights_only=True)": "torch.load(file)",  # weights only is PyTorch's default since 2.6
}

DEFECTS = [
    wrong(
        "rows behind the words",
        (
            "torch.cat([vectors.new_zeros(len(SPECIAL), vectors.shape[1]), vectors])",
            "torch.cat([vectors, vectors.new_zeros(len(SPECIAL), vectors.shape[1])])",
        ),
        fails={"word-vectors": "reads a row two off"},
    ),
    wrong("padding is <unk>", (", padding_value=PAD", ""), fails={"padding-id": "fill up with PAD"}),
    wrong(
        "padding in the mean",
        ("return total / real.sum(dim=1, keepdim=True).clamp(min=1)", "return states.mean(dim=1)"),
        fails={"pooling": "padding were counted too"},
    ),
    wrong(
        "divided by all places",
        ("real.sum(dim=1, keepdim=True).clamp(min=1)", "real.shape[1]"),
        fails={"pooling": "[text, feature]"},
    ),
    wrong(
        "attention over the batch",
        (", batch_first=True)\n", ")\n"),
        fails={"batch-mates": "", "table-size": "", "seed": ""},
    ),
    wrong(
        "no padding mask",
        ("layer(states, src_key_padding_mask=tokens == PAD)", "layer(states)"),
        fails={"attention-mask": "do words attend to padding"},
    ),
    wrong(
        "the mask turned round",
        ("src_key_padding_mask=tokens == PAD", "src_key_padding_mask=tokens != PAD"),
        fails={"attention-mask": "do words attend to padding"},
    ),
    wrong(
        "a row a word",
        ("place_codes(max_len, width), persistent=False", "place_codes(len(table), width)"),
        fails={"table-size": "not for each word"},
    ),
    wrong(
        "never stepped",
        ("        scheduler.step()  # a scheduler that is made and never stepped changes nothing\n", ""),
        fails={"scheduler": "made and never stepped"},
    ),
    wrong(
        "stepped with every batch",
        ("            optimizer.step()\n", "            optimizer.step()\n            scheduler.step()\n"),
        fails={"scheduler": "The learning rate of each epoch"},
    ),
    wrong(
        "a rate that falls on paper only",
        ('"rate": float(scheduler.get_last_lr()[0])', '"rate": rate * DECAY ** len(history)'),
        ("        scheduler.step()  # a scheduler that is made and never stepped changes nothing\n", ""),
        fails={"scheduler": ""},
    ),
    wrong(
        "dropout goes on",
        ("    model.eval()  # or dropout goes on, and every call gives another answer\n", ""),
        fails={"eval-mode": "is dropout still on?"},
    ),
    wrong(
        "no seed",
        (
            "    torch.manual_seed(seed)  # decides the first weights, the order of the batches and what "
            "dropout drops\n",
            "",
        ),
        fails={"seed": "twice"},
    ),
    wrong(
        "always the same seed",
        ("torch.manual_seed(seed)", "torch.manual_seed(0)"),
        fails={"seed": "another seed must give another run"},
    ),
    wrong(
        "the seed comes too late",
        (
            "    torch.manual_seed(seed)  # decides the first weights, the order of the batches and what "
            "dropout drops\n    model = ReviewModel(vectors, classes)\n",
            "    model = ReviewModel(vectors, classes)\n    torch.manual_seed(seed)\n",
        ),
        fails={"seed": "the seed must decide the first weights"},
    ),
    wrong("unpickled", ("weights_only=True", "weights_only=False"), fails={"safe-loading": "the program was run"}),
    wrong(
        "no places at all",
        ("vectors + self.places[: tokens.shape[1]]", "vectors"),
        fails={"table-size": "the same words in reverse", "alone-or-together": ""},
    ),
    wrong(
        "<unk> is masked too",
        ("src_key_padding_mask=tokens == PAD", "src_key_padding_mask=tokens <= PAD"),
        fails={"attention-mask": "words do not see <unk>"},
    ),
    wrong(
        "<unk> is left out of the mean",
        ("self.encode(tokens), tokens != PAD", "self.encode(tokens), tokens > PAD"),
        fails={"alone-or-together": "texts of <unk> alone"},
    ),
    wrong("eval mode in training", ("    model.train()\n", "    model.eval()\n"), fails={"learns": "in train mode"}),
    wrong(
        "a fixed order",
        ("torch.randperm(len(texts))", "torch.arange(len(texts))"),
        fails={"learns": "in a fixed order"},
    ),
    wrong(
        "the last batch is left out",
        (".split(BATCH):", ".split(BATCH)[: max(1, len(texts) // BATCH)]:"),
        fails={"learns": "every text must come once"},
    ),
    wrong(
        "the mean of the batches' means",
        ("loss.item() * len(indices)", "loss.item() * len(texts) / -(-len(texts) // BATCH)"),
        fails={"learns": "the mean loss of each epoch over all texts"},
    ),
    wrong("nothing learned", ("            loss.backward()\n", ""), fails={"scheduler": "The loss of each epoch"}),
]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_our_solution_earns_everything(seed: str) -> None:
    assert BENCH.failures(BENCH.solution, seed) == {}


def test_other_ways_to_mend_it_earn_everything() -> None:
    source = BENCH.solution
    for ours, other in OTHERWISE.items():
        assert source.count(ours) == 1, ours
        source = source.replace(ours, other)
    assert BENCH.failures(source) == {}


@pytest.mark.parametrize("answer", DEFECTS, ids=lambda answer: answer.name)
def test_each_defect_has_its_check(answer: Wrong) -> None:
    answer.confirm(BENCH)


def test_the_stub_has_every_defect() -> None:
    found = BENCH.failures(COURSE.stub(BENCH.exercise).read_text(encoding="utf-8"))
    assert found.keys() == {check.id for check in BENCH.exercise.checks}
    assert {check for check, message in found.items() if message == BLOCKED} == {
        "attention-mask",
        "alone-or-together",
        "learns",
    }
