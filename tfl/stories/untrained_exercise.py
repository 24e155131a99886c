"""Layers unfrozen in a model with random weights that is then never trained."""

import copy

import torch
from torch import Tensor, nn

from solutions.exercise3_layer_unfreezing import freeze, unfreeze
from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

FEATURES, WIDTH = 20, 32
CHOSEN = ("last.*", "classifier.*")


class Body(nn.Module):
    """Two layers and a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, WIDTH)
        self.last = nn.Linear(WIDTH, WIDTH)
        self.classifier = nn.Linear(WIDTH, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.last(self.first(x).relu()).relu())


def task(turn: float, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Examples (n, 20) and classes (n,) of one question; a turned one is another, related question."""
    dice = torch.Generator().manual_seed(7)
    pairs = torch.randn(FEATURES, 2, generator=dice)
    direction, other = pairs[:, 0], pairs[:, 1]
    x = torch.randn(count, FEATURES, generator=torch.Generator().manual_seed(seed))
    projected = x @ (direction + turn * other)
    return x, ((projected.abs() > 3.5) ^ (projected > 0)).long()  # not linear: the body has something to learn


def train(model: nn.Module, x: Tensor, y: Tensor, steps: int) -> None:
    """Train what may learn."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(steps):
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()


@torch.no_grad()
def accuracy(model: nn.Module) -> float:
    """On the question that we want answered, on unseen examples."""
    x, y = task(0.15, 2000, seed=99)
    return (model(x).argmax(dim=1) == y).float().mean().item()


def tell() -> Story:
    """The exercise as it was set; then with pre-trained weights; then with a training, each looked into."""
    torch.manual_seed(0)
    random = Body()
    pretrained = copy.deepcopy(random)
    train(pretrained, *task(0.0, 1500, seed=1), steps=150)  # a large corpus with a related question
    x, y = task(0.15, 120, seed=2)  # few examples of ours

    models: dict[str, Body] = {}
    for name, start, trained in (
        ("random, not trained (the lab)", random, False),
        ("random, trained", random, True),
        ("pre-trained, not trained", pretrained, False),
        ("pre-trained, trained", pretrained, True),
    ):
        model = copy.deepcopy(start)
        nn.init.normal_(model.classifier.weight, std=0.05, generator=torch.Generator().manual_seed(3))
        nn.init.zeros_(model.classifier.bias)
        freeze(model)
        unfreeze(model, CHOSEN)
        if trained:
            train(model, x, y, steps=60)
        models[name] = model
    lab = models["random, not trained (the lab)"]
    learn = sum(p.numel() for p in lab.parameters() if p.requires_grad)
    total = sum(p.numel() for p in lab.parameters())
    return (
        symptom(
            "The exercise is solved: the layers are unfrozen as asked, the counts are right.  And the model's "
            "accuracy is near that of a coin.",
            table(
                ["", ""],
                [("parameters that learn", f"{learn:,} of {total:,}"), ("accuracy", accuracy(lab))],
            ),
        ),
        experiment(
            "Compare every part with where it came from: is it what the pre-training left, and has it moved since?",
            table(
                ["part", "may learn", "equals the pre-trained one", "has moved"],
                [
                    (
                        part,
                        lab.get_parameter(f"{part}.weight").requires_grad,
                        _equal(lab, pretrained, part),
                        not _equal(lab, random, part),
                    )
                    for part in ("first", "last")
                ],
            ),
        ),
        cause(
            "The layers were chosen in a model with random weights: the pre-trained ones were never loaded.  And the "
            "exercise ends there; nothing was trained.  Unfreezing a layer only allows it to learn.  It teaches it "
            "nothing."
        ),
        mend(
            "Load first, choose second, train third; then check that what should move has moved, and nothing else.",
            table(
                ["", "accuracy", "first kept", "last moved"],
                [
                    (
                        name,
                        accuracy(model),
                        _equal(model, pretrained if "pre" in name else random, "first"),
                        not _equal(model, pretrained if "pre" in name else random, "last"),
                    )
                    for name, model in models.items()
                ],
            ),
        ),
    )


def _equal(one: Body, other: Body, part: str) -> bool:
    return torch.equal(one.get_parameter(f"{part}.weight"), other.get_parameter(f"{part}.weight"))
