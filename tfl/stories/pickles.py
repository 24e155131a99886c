"""A file of weights that runs a program when it is loaded.

The program writes one line into a temporary folder and nothing else.  This is the only module of tfl that touches
pickle, to show why no other one does.
"""

import io
import pickle
import pickletools
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors

from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

NOTE = "I ran with all your rights."


class Gift:
    """Looks like a model's weights; when it is unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """How to build this object again: evaluate an expression.  What it does is up to whoever made the file.

        This one leaves a note, and gives weights, so that nobody suspects it.
        """
        note = f"__import__('pathlib').Path({str(self.path)!r}).write_text({NOTE!r})"
        return eval, (f"[{note}, {{'classifier.weight': [0.5, -0.5]}}][-1]",)


def calls_in(pickled: bytes) -> list[str]:
    """The functions that a pickle would call, read without running it."""
    texts: list[str] = []
    called = []
    for opcode, argument, _ in pickletools.genops(pickled):
        if isinstance(argument, str):
            texts.append(argument)
        if opcode.name == "GLOBAL":
            called.append(str(argument).replace(" ", "."))
        if opcode.name == "STACK_GLOBAL":
            called.append(".".join(texts[-2:]))
    return called


def tell() -> Story:
    """Load the gift three ways, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.txt"
        pickled = pickle.dumps(Gift(note))
        weights = pickle.loads(pickled)
        said = note.read_text(encoding="utf-8")
        note.unlink()

        file = io.BytesIO()
        torch.save(Gift(note), file)
        file.seek(0)
        try:
            torch.load(file, weights_only=True)
            refused = "loaded it"
        except pickle.UnpicklingError as error:
            refused = f"refused: {str(error).partition('.')[0]}"
        plain = save_tensors({"classifier.weight": torch.zeros(2, 4)})
        return (
            symptom(
                "A colleague loads a checkpoint from a forum.  It holds what it should.  And a file lies in the "
                "folder that nobody has made.",
                table(
                    ["after pickle.load", ""],
                    [("weights", ", ".join(weights)), ("a new file says", f"“{said}”")],
                ),
            ),
            experiment(
                "Read the pickle without running it: pickletools.dis, or here a list of what it would call.",
                table(["bytes", "calls"], [(str(len(pickled)), name) for name in calls_in(pickled)]),
            ),
            cause(
                "A pickle is not data.  It is a small program that says how to build data, and one of its "
                "instructions is: call this function with these arguments.  Any function that Python can import, "
                "with your rights.  torch.load reads pickles too."
            ),
            mend(
                "torch.load(file, weights_only=True), the default since PyTorch 2.6.  Better still a format in which "
                "there is nothing to call: tfl writes safetensors, JSON and plain text.",
                table(
                    ["way of loading", "what happened", "note left"],
                    [
                        ("pickle.load", "weights, and a note", True),
                        ("torch.load, weights only", refused, note.exists()),
                        ("safetensors", f"{len(plain)} bytes of JSON and numbers", note.exists()),
                    ],
                ),
            ),
        )
