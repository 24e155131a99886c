"""The lessons: short steps of Markdown, questions beside them, a glossary, and figures that were measured.

    lessons/<NN>-<stage id>/<NN>-<step>.md     one idea each, with a few settings on top (steps.py)
                           /questions.toml     the questions of the stage (questions.py)
            glossary.md                        a heading for each term
            results.json                       what was measured; texts ask for it by name (figures.py)

Nothing here imports torch, so every front end may read it.
"""

from tfl.lessons.figures import Results, results
from tfl.lessons.proof import problems
from tfl.lessons.questions import Answer, Feedback, Question
from tfl.lessons.steps import BENCHES, KINDS, Lesson, Step, find, load, plain
from tfl.lessons.terms import glossary, slug

__all__ = [
    "BENCHES",
    "KINDS",
    "Answer",
    "Feedback",
    "Lesson",
    "Question",
    "Results",
    "Step",
    "find",
    "glossary",
    "load",
    "plain",
    "problems",
    "results",
    "slug",
]
