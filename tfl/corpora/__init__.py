"""The texts that models are trained on: AG News, IMDB, and a synthetic sample of both kinds."""

from tfl.corpora.corpus import NAMES, PAIRS, PairName, default_pair, info, is_present, load
from tfl.corpora.records import UNLABELLED, CorpusInfo, Notice, Progress, Split, SplitInfo

__all__ = [
    "NAMES",
    "PAIRS",
    "UNLABELLED",
    "CorpusInfo",
    "Notice",
    "PairName",
    "Progress",
    "Split",
    "SplitInfo",
    "default_pair",
    "info",
    "is_present",
    "load",
]
