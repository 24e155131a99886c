"""What jobs say in the pictures of the app: a training, a comparison, a ranking, a grading."""

from typing import Any

from grader import training
from grader.training.report import Report, Row, Share
from tfl.events import Epoch, Event, Finished, Notice, Progress, Result, Stage, Started, Step


def epochs(count: int) -> list[Event]:
    """A training that overfits from its fourth epoch."""
    return [
        Epoch(
            run="full-sample-s0",
            epoch=epoch,
            train_loss=0.7 * 0.7**epoch,
            train_accuracy=1 - 0.5 * 0.7**epoch,
            validation_loss=0.7 * 0.8**epoch + 0.05 * max(0, epoch - 4),
            validation_accuracy=0.88 - 0.4 * 0.7**epoch - 0.01 * max(0, epoch - 4),
            seconds=2.5,
        )
        for epoch in range(1, count + 1)
    ]


TRAINING: list[Event] = [
    Started(job="train", title="full fine-tuning on sample (synthetic) reviews, seed 0"),
    Notice(text="Only the sample is here, so the pre-training is on its news."),
    Stage(name="training", detail="full"),
    *epochs(7),
    Step(run="full-sample-s0", epoch=8, step=31, steps=75, loss=0.1432, examples_per_second=1834, seconds_left=12.0),
]

COMPARING: list[Event] = [
    Started(job="compare", title="comparison"),
    Stage(name="training", detail="gradual"),
    Step(run="gradual-sample-s0", epoch=2, step=31, steps=75, loss=0.4, examples_per_second=1834, seconds_left=12.0),
]

REPORT = Report(
    exercise="exercise1",
    title="The same model with places and without",
    corpus="sample (synthetic)",
    size="1,200 reviews",
    claim="Without places a transformer cannot tell two reviews with the same words apart.",
    shown=True,
    finding="With your places .955 of the test reviews are right, without any .815: the intervals do not overlap.",
    rows=[
        Row(
            name=name,
            whose=whose,
            epochs=6,
            seconds=seconds,
            parameters_trainable=99_908,
            train=train,
            validation=Share.of(right, 200),
            test=Share.of(2 * right - 3, 400),
        )
        for name, whose, seconds, train, right in (
            ("with places", "yours", 14.2, 0.991, 192),
            ("with places", "reference", 13.9, 0.990, 191),
            ("without places", "reference", 13.1, 0.874, 164),
        )
    ],
    plots=["runs/graded/exercise1/accuracy.png"],
    chart=[
        "yours: with places  ████████████████████████████████████▌    .955",
        "with places         ████████████████████████████████████▎    .950",
        "without places      ██████████████████████████████▉          .815",
    ],
    seconds=44.0,
    device="CPU, 1 thread, float32",
    isolation="namespaces+landlock+seccomp",
    folder="runs/graded/exercise1",
    notes=["Your table was computed anew for each batch; the reference keeps it."],
)

RANKING: dict[str, Any] = {
    "run": "full-sample-s0-0a1b2c",
    "corpus": "sample (synthetic) reviews",
    "films": 40,
    "reviews": 400,
    "correlations": [{"spearman": 0.81}],
    **{
        end: [
            {
                "rank": rank,
                "film": f"tt{rank:07}",
                "title": title,
                "score": score,
                "stars": stars,
                "reviews": 12,
                "review": {
                    "excerpt": "It begins like any other evening, and then the second act takes the floor away.",
                    "probability": 0.981,
                    "stars": 9,
                },
            }
            for rank, title, score, stars in films
        ]
        for end, films in {
            "top": [
                (1, "The Quiet Harbour", 0.941, 8.9),
                (2, "A film whose name is so long that no list of films was ever made for it, Part Two", 0.912, 8.1),
                (3, "Seven Lamps", 0.887, None),
                (4, "Käthe und der Mond", 0.853, 7.4),
            ],
            "bottom": [(40, "Nothing Happens Twice", 0.082, 2.1)],
        }.items()
    },
}

SAID: dict[str, list[Event]] = {  # by the name of the job
    "train": TRAINING,
    "compare": COMPARING,
    "recommend": [
        Started(job="recommend", title="ranking"),
        Progress(stage="judging reviews", done=400, total=400),
        Result(value=RANKING),
        Finished(seconds=2.0),
    ],
    training.WORK: [
        Started(job="grade", title="training with your code"),
        Result(value=REPORT.model_dump()),
        Finished(seconds=44.0),
    ],
}
