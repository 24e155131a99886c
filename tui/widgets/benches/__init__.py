"""The benches that stand beside lessons: things to play with, computed live by `tfl.benches`."""

import importlib

from tui.widgets.benches.base import Bench

_CLASSES = {  # name → "module:class", imported when it is first opened
    "positions": "tui.widgets.benches.positions:PositionsBench",
    "text": "tui.widgets.benches.text:TextBench",
    "layers": "tui.widgets.benches.layers:LayersBench",
    "prediction": "tui.widgets.benches.prediction:PredictionBench",
    "recommender": "tui.widgets.benches.recommender:RecommenderBench",
}


def make(name: str) -> Bench:
    """The bench of this name."""
    module, _, cls = _CLASSES[name].partition(":")
    made: Bench = getattr(importlib.import_module(module), cls)()
    return made


__all__ = ["Bench", "make"]
