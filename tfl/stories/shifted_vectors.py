"""Special tokens before the words, rows of vectors not shifted: every word reads the vector two rows on."""

import torch
from torch import Tensor

from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

SPECIALS = ("<unk>", "<pad>")
ORDER = 17  # seed of it
GOOD = ("superb", "gripping", "warm", "stellar", "moving", "witty", "tender", "bright", "honest", "lively", "bold")
BAD = ("dull", "wooden", "flat", "dismal", "tedious", "clumsy", "hollow", "bleak", "shallow", "lazy", "stale")
WIDTH = 8
SPLITS = 200  # of the words into known and unseen ones


def words() -> list[str]:
    """The words in the order of the file of vectors, which has nothing to do with what they mean."""
    order = torch.randperm(2 * len(GOOD), generator=torch.Generator().manual_seed(ORDER)).tolist()
    return [(*GOOD, *BAD)[i] for i in order]


def vocabulary() -> dict[str, int]:
    """The id of each word: two special tokens, then the words."""
    return {word: row for row, word in enumerate([*SPECIALS, *words()])}


def vectors() -> Tensor:
    """A vector for each word of the file (22, 8): words of praise on one side, of blame on the other, and noise."""
    noise = torch.randn(2 * len(GOOD), WIDTH, generator=torch.Generator().manual_seed(0))
    noise[:, 0] += torch.tensor([2.0 if word in GOOD else -2.0 for word in words()])
    return noise


def table_of(mended: bool) -> Tensor:
    """The embedding (24, 8): rows of zeros for the special tokens, before the words' or, as in the lab, behind them."""
    zeros = torch.zeros(len(SPECIALS), WIDTH)
    return torch.cat([zeros, vectors()] if mended else [vectors(), zeros])


def nearest(embedding: Tensor, word: str) -> list[str]:
    """The three words whose vectors are most like that of `word`."""
    ids = vocabulary()
    others = [one for one in words() if one != word]
    rows = torch.tensor([ids[one] for one in others])
    like = torch.cosine_similarity(embedding[rows], embedding[ids[word]][None], dim=1)
    return [others[i] for i in like.topk(3).indices.tolist()]


def accuracy(embedding: Tensor) -> float:
    """How often a linear classifier that knows half of the words is right on the others, over many splits.

    The simplest one: a word is praise when its vector lies nearer to the mean of the known words of praise.
    """
    ids = vocabulary()
    x = embedding[torch.tensor([ids[word] for word in words()])]  # (22, 8)
    y = torch.tensor([word in GOOD for word in words()])
    right = total = 0
    for split in range(SPLITS):
        known = torch.zeros(len(y), dtype=torch.bool)
        known[torch.randperm(len(y), generator=torch.Generator().manual_seed(split))[: len(y) // 2]] = True
        if y[known].all() or not y[known].any():
            continue
        praise, blame = x[known & y].mean(dim=0), x[known & ~y].mean(dim=0)
        said = (x[~known] - (praise + blame) / 2) @ (praise - blame) > 0
        right += int((said == y[~known]).sum())
        total += len(said)
    return right / total


def tell() -> Story:
    """Ask single words who they are, then see what the shift costs a classifier."""
    broken, mended = table_of(mended=False), table_of(mended=True)
    random = torch.randn(len(vocabulary()), WIDTH, generator=torch.Generator().manual_seed(1))
    return (
        symptom(
            "Word vectors that know praise from blame are put under a classifier.  On words that it was not trained on "
            "it does no better than a coin, nor does it with random vectors.  Its accuracy there:",
            table(["vectors", "accuracy"], [("random", accuracy(random)), ("the good ones", accuracy(broken))]),
        ),
        experiment(
            "Ask single words who their nearest neighbours are.",
            table(
                ["word", "neighbours"],
                [(word, ", ".join(nearest(broken, word))) for word in ("superb", "dull", "witty", "clumsy")],
            ),
        ),
        cause(
            f"The vocabulary begins with {' and '.join(SPECIALS)}, so the first word of the file has id 2.  The table "
            "of vectors begins with that word in row 0.  Nobody moved the rows: each word reads the vector of the "
            "word two lines further down, and the last two words read nothing.",
            table(
                ["id", "word", "row holds the vector of"],
                [(str(row), word, [*words(), "nobody", "nobody"][row]) for word, row in list(vocabulary().items())[:6]],
            ),
        ),
        mend(
            "Put two rows in front: torch.cat([zeros(2, d), vectors]).  And keep the experiment as a test: every "
            "word must read its own vector.",
            table(
                ["", "as in the lab", "mended"],
                [
                    (
                        "neighbours of superb",
                        ", ".join(nearest(broken, "superb")),
                        ", ".join(nearest(mended, "superb")),
                    ),
                    ("neighbours of dull", ", ".join(nearest(broken, "dull")), ", ".join(nearest(mended, "dull"))),
                    ("accuracy on unseen words", accuracy(broken), accuracy(mended)),
                ],
            ),
        ),
    )
