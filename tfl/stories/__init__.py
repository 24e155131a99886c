"""Detective stories: seven things that were wrong with the lab, each shown in seconds.

    symptom → experiment → cause → mend

Each story makes the defect again in small and computes its numbers while it is told; nothing is written down
beforehand.  Here are only their titles, which front ends list; a story's module imports torch and is told by the job
`story`.
"""

from typing import NamedTuple


class Title(NamedTuple):
    """What a list of stories says of one."""

    title: str
    symptom: str
    stage: str  # id of the stage where it belongs
    module: str


STORIES = {
    "shifted-vectors": Title(
        "The dictionary that was two rows off",
        "Good word vectors help no more than random ones.",
        "preparing-data",
        "tfl.stories.shifted_vectors",
    ),
    "padding-mask": Title(
        "The words that were not there",
        "The same review gets another answer when it is padded.",
        "preparing-data",
        "tfl.stories.padding_mask",
    ),
    "batch-first": Title(
        "The review that listened to its neighbours",
        "A review's answer depends on which reviews it is judged with.",
        "positional-encodings",
        "tfl.stories.batch_first",
    ),
    "forgotten-scheduler": Title(
        "The brake that nobody pressed",
        "A learning rate should fall, and the loss keeps jumping.",
        "from-scratch",
        "tfl.stories.forgotten_scheduler",
    ),
    "eval-mode": Title(
        "The critic who changed their mind",
        "One review, judged five times, gets five answers.",
        "evaluation",
        "tfl.stories.eval_mode",
    ),
    "pickle": Title(
        "The file that ran a program",
        "Loading weights does something that nobody asked for.",
        "pre-training",
        "tfl.stories.pickles",
    ),
    "untrained-exercise": Title(
        "The layers that nobody trained",
        "The layers are unfrozen as asked, and the model still guesses.",
        "chosen-layers",
        "tfl.stories.untrained_exercise",
    ),
}
