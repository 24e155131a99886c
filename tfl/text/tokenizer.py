"""The only module that touches torchtext.

torchtext 0.6 is the last release that loads beside a current torch.  Of it we use `basic_english`: lower case,
punctuation split off, `<br />` dropped.  Its `Vectors` is not used: it unpickles a cache and turns off the checking
of certificates.
"""

from collections.abc import Callable
from functools import cache

NAME = "torchtext basic_english"


@cache
def _basic_english() -> Callable[[str], list[str]]:
    from torchtext.data.utils import get_tokenizer

    return get_tokenizer("basic_english")


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words and punctuation marks: "Not bad!" → ["not", "bad", "!"]."""
    return _basic_english()(text)
