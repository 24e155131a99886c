"""Films ranked by the sentiment of their test reviews, which the model was never trained on.

    test review → log-odds of "positive" → score of its film → rank → compared with the film's true mean stars

The logits of all test reviews are kept beside the run in `test_logits.safetensors`, with the checksums of the
weights and of the test split that they belong to; those of other weights or reviews are computed anew.
"""

import csv
import math
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from tfl import corpora, paths
from tfl.batches import head_and_tail, make_examples
from tfl.corpora import CorpusInfo, Split
from tfl.device import Device
from tfl.errors import CorpusError, UsageError
from tfl.evaluation import predict_logits
from tfl.events import Event, Notice, Progress
from tfl.files import atomic, digest
from tfl.loading import LoadedRun
from tfl.parts import REFERENCE, Parts
from tfl.prediction import log_odds
from tfl.text.tokenized import tokenized
from tfl.text.tokenizer import tokenize
from tfl.text.vocabulary import UNK

LOGITS = "test_logits.safetensors"
CHUNK = 1_000  # reviews between two reports of progress
STRENGTH = 5.0  # how many average reviews a film starts with
MANY = 5  # reviews from which on a film's mean stars say something about it
EXCERPT_LENGTH = 160  # longest excerpt, characters

Emit = Callable[[Event], None]


@dataclass(frozen=True)
class Review:
    """The most telling review of a film: that of which the model is surest, in the direction of the score."""

    row: int  # in the test split
    probability: float  # of "positive"
    stars: int  # 0 unknown
    excerpt: str  # the sentence that moved the model most


@dataclass(frozen=True)
class Film:
    """A film in the ranking."""

    rank: int
    film: str  # its id
    title: str  # "" where unknown
    score: float  # between 0 and 1
    reviews: int
    stars: float | None  # mean of its reviews, 1 to 10
    review: Review


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation between scores and mean stars; None where it is not defined."""

    at_least: int  # reviews that a film had to have
    films: int
    spearman: float | None


@dataclass(frozen=True)
class Recommendation:
    """The ranking's two ends, and how well all of it agrees with the stars."""

    films: int
    reviews: int
    mean: float  # probability of "positive" over all reviews: where scores are shrunk to
    strength: float
    correlations: list[Correlation]
    top: list[Film]  # best first
    bottom: list[Film]  # worst first


def recommend(
    run: LoadedRun,
    top: int,
    bottom: int,
    titles: dict[str, str],
    device: Device,
    data_dir: Path | None = None,
    emit: Emit = lambda event: None,
    parts: Parts = REFERENCE,
) -> Recommendation:
    """Rank the films of the run's small corpus.

    `titles` holds what is known of them, by film id.  Raises what `corpora.info` raises, and CorpusError when
    the test reviews do not say which films they are about.
    """
    info, split = _test_split(run, data_dir, emit)
    logits = review_logits(run, info, device, data_dir, emit, parts)
    probabilities = logits.softmax(dim=1)[:, 1].tolist()
    rows = _rows_of_films(split)
    about = [row for own in rows.values() for row in own]
    scores = parts.film_scores([split.films[row] for row in about], [probabilities[row] for row in about], STRENGTH)
    stars = {film: mean_stars(split, own) for film, own in rows.items()}

    def correlation(at_least: int) -> Correlation:
        rated = [film for film in scores if stars[film] is not None and len(rows[film]) >= at_least]
        found = parts.rank_correlation([scores[film] for film in rated], [stars[film] for film in rated])
        return Correlation(at_least, len(rated), None if math.isnan(found) else found)

    ranked = list(enumerate(parts.rank_films(scores), start=1))
    shown = ranked[:top] + ranked[::-1][:bottom]
    reviews = most_telling_reviews(
        run, split, logits, [(rows[film], score >= 0.5) for _, (film, score) in shown], device, parts
    )
    films = [
        Film(rank, film, titles.get(film, ""), score, len(rows[film]), stars[film], review)
        for (rank, (film, score)), review in zip(shown, reviews, strict=True)
    ]
    return Recommendation(
        films=len(rows),
        reviews=len(about),
        mean=sum(probabilities[row] for row in about) / len(about),
        strength=STRENGTH,
        correlations=[correlation(MANY), correlation(1)],
        top=films[: len(ranked[:top])],
        bottom=films[len(ranked[:top]) :],
    )


def _rows_of_films(split: Split) -> dict[str, list[int]]:
    rows = defaultdict(list)
    for row, film in enumerate(split.films):
        if film:
            rows[film].append(row)
    if not rows:
        raise CorpusError(
            "The test reviews do not say which films they are about.",
            "Import the aclImdb folder or archive with its urls_pos.txt and urls_neg.txt.",
        )
    return rows


def mean_stars(split: Split, rows: Sequence[int]) -> float | None:
    """The mean of the star ratings that are known, 1 to 10."""
    known = [split.stars[row] for row in rows if split.stars[row]]
    return sum(known) / len(known) if known else None


# ----------------------------------------------------------------------------------------------- test reviews


def _test_split(run: LoadedRun, data_dir: Path | None, emit: Emit) -> tuple[CorpusInfo, Split]:
    name = corpora.PAIRS[run.config.pair][1]
    info = corpora.info(
        name,
        data_dir,
        notice=lambda text: emit(Notice(text=text)),
        progress=lambda stage, done, total, unit: emit(Progress(stage=stage, done=done, total=total, unit=unit)),
    )
    return info, corpora.load(name, "test", data_dir)


def review_logits(
    run: LoadedRun,
    info: CorpusInfo,
    device: Device,
    data_dir: Path | None,
    emit: Emit,
    parts: Parts = REFERENCE,
) -> Tensor:
    """The logits of every test review, (n, 2) float32: those kept beside the run, or computed and kept."""
    key = {"weights": digest(run.folder.weights), "split": info.splits["test"].sha256}
    path = run.folder.path / LOGITS
    if (kept := _read(path, key)) is not None:
        return kept
    logits = _compute(run, info, device, data_dir, emit, parts)
    try:
        with atomic(path, "wb") as file:
            file.write(save({"logits": logits}, key))
    except OSError as error:  # the answer is there all the same
        emit(Notice(text=f"The predictions could not be kept in {path}: {error.strerror}."))
    return logits


def _read(path: Path, key: dict[str, str]) -> Tensor | None:
    """The logits in `path` if they are whole and belong to these weights and reviews."""
    try:
        with safe_open(path, framework="pt") as file:
            return file.get_tensor("logits") if file.metadata() == key else None
    except (OSError, SafetensorError):
        return None


def _compute(
    run: LoadedRun, info: CorpusInfo, device: Device, data_dir: Path | None, emit: Emit, parts: Parts
) -> Tensor:
    def report(stage: str, done: int, total: int) -> None:
        rate = done / (time.perf_counter() - started)
        left = (total - done) / rate
        emit(Progress(stage=stage, done=done, total=total, unit="reviews", seconds_left=left, rate=rate))

    started = time.perf_counter()
    tokens = tokenized(info.name, "test", data_dir, lambda done, total: report("tokenizing test", done, total))
    ids = tokens.encode(run.vocabulary)
    count, model, pieces = len(tokens), run.model.to(device.torch), []
    started = time.perf_counter()
    for start in range(0, count, CHUNK):
        rows = range(start, min(start + CHUNK, count))
        examples = make_examples(ids, tokens.offsets, tokens.labels, rows, run.config.small_tokens)
        pieces.append(predict_logits(model, examples, device, parts))
        report("judging test reviews", rows.stop, count)
    return torch.cat(pieces)


# --------------------------------------------------------------------------------------------------- excerpts


def most_telling_reviews(
    run: LoadedRun,
    split: Split,
    logits: Tensor,
    films: Sequence[tuple[Sequence[int], bool]],
    device: Device,
    parts: Parts = REFERENCE,
) -> list[Review]:
    """For each film, given as the rows of its reviews and whether its score is positive, its telling review.

    The excerpt is found by occlusion, as in `tfl.prediction`: the sentence that moves the log-odds most towards
    the film's score.
    """
    odds = logits[:, 1] - logits[:, 0]  # unlike probabilities they do not saturate, so there is one extreme
    rows = [(max if positive else min)(own, key=lambda row: odds[row].item()) for own, positive in films]
    cut = [sentences(split.texts[row]) for row in rows]
    hidden = log_odds(run, [ids for own in cut for ids in _without_each(run, own)], device, parts).split(
        [len(own) for own in cut]
    )
    reviews = []
    for row, own, (_, positive), without in zip(rows, cut, films, hidden, strict=True):
        telling = int(without.argmin() if positive else without.argmax())
        reviews.append(Review(row, odds[row].sigmoid().item(), split.stars[row], shorten(own[telling])))
    return reviews


def _without_each(run: LoadedRun, own: Sequence[str]) -> Iterator[Tensor]:
    """The token ids of a review, as often as it has sentences, each time with one of them hidden."""
    ids = [torch.from_numpy(run.vocabulary.encode(tokenize(sentence))) for sentence in own]
    for index, sentence in enumerate(ids):
        others = [*ids[:index], torch.full_like(sentence, UNK), *ids[index + 1 :]]
        yield head_and_tail(torch.cat(others), run.config.small_tokens)


def sentences(text: str) -> list[str]:
    """The sentences of a review, without tags and line breaks."""
    plain = re.sub(r"<br\s*/?>", "\n", text)
    pieces = [" ".join(piece.split()) for piece in re.split(r"\n+|(?<=[.!?])[\"')]*\s+", plain)]
    return [piece for piece in pieces if piece] or [""]


def shorten(text: str) -> str:
    """The beginning of a long text, cut between two words."""
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[:EXCERPT_LENGTH].rpartition(" ")[0].rstrip(" ,;:") + " …"


# ----------------------------------------------------------------------------------------------------- titles


def read_titles(path: Path | None, data_dir: Path | None = None) -> dict[str, str]:
    """Film id → "title (year)", from a table with the tab-separated columns imdb_id, title and perhaps year.

    Without a path, from `movie_titles/titles.tsv` in the data folder; where that is not, no title is known.
    Raises UsageError for a file that is not such a table.
    """
    if path is None:
        path = (data_dir or paths.data_dir()) / "movie_titles" / "titles.tsv"
        if not path.exists():
            return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not {"imdb_id", "title"} <= set(table.fieldnames or []):
                raise UsageError(
                    f"{path} is not a table of film titles.",
                    "Its first line names tab-separated columns: imdb_id, title and, if you like, year.",
                )
            return {
                row["imdb_id"]: f"{row['title']} ({row['year']})" if row.get("year") else row["title"]
                for row in table
                if row["title"]
            }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read as film titles: {error}.", "Give a UTF-8 text file.") from error
