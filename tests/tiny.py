"""A configuration whose training takes a moment: a fifth of the sample, and a model of a few thousand weights."""

from typing import Any

TINY: dict[str, Any] = {
    "pair": "sample",
    "part": 0.2,
    "vocabulary": 500,
    "large_tokens": 24,
    "small_tokens": 32,
    "width": 16,
    "hidden": 16,
    "precision": "float32",
}
