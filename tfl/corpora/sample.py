"""The sample: a large and a small corpus made here from a fixed seed, to learn with, without a download.

Both are synthetic and always say so.  They are made so that transfer has something true to transfer:

- *Words the large corpus reveals.*  News stories are good or bad news (wins and defeats, profits and losses),
  and their words of feeling come in company of the same kind.  The labelled reviews say nearly everything in
  plain words ("good", "dull"); the test reviews also use those that news shares ("stellar", "dismal").
- *Words the unlabelled reviews reveal.*  A third group ("gripping", "wooden") is never in the news, so
  continuing pre-training on the unlabelled reviews has something to add.
- *Word order.*  3 reviews in 10 open with "Not really dull but really good." or, in a twin that has the very
  same words, with "Not really good but really dull."; the rest of both is the same and says nothing.  A model
  that cannot see word order gives twins the same answer, so it is right on exactly half of them: it cannot
  pass `BAG_OF_WORDS_CEILING`.  Other twins say "Really good but not really dull.", so that pairs of
  neighbouring words do not tell either.
- *Something to overfit.*  Film titles, plots and days say nothing about the label.
- *Topics lean.*  Most World stories are bad news and most Sci/Tech stories good: topics alone tell a little.

As in IMDB, train, test and unlabelled reviews are about different films, stars are 1 to 4 or 7 to 10, and
both classes are equally frequent.  Because test reviews use other words than the labelled ones, accuracy on a
validation split of the labelled reviews is higher than on test; pre-training is what closes the gap.

Accuracies measured on the test reviews (one seed), with all 1,200 labelled reviews and with 200:

    logistic regression on words                                      .71   .60
    logistic regression on words and word pairs                       .69   .61
    logistic regression on the mean of word vectors from the news     .81   .79
    the same, from the news and the unlabelled reviews                .83   .83
    transformer of width 48 from scratch, without word order          .74
    transformer of width 48 from scratch (rate 3e-3, 10 epochs)       .84
"""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeVar

from tfl.corpora import sample_words as words
from tfl.corpora import store
from tfl.corpora.records import UNLABELLED, CorpusInfo, Row, Split, make_splits

NEWS = "sample-news"
REVIEWS = "sample-reviews"
TITLES = {NEWS: "sample (synthetic) news", REVIEWS: "sample (synthetic) reviews"}
CLASSES = {NEWS: words.TOPICS, REVIEWS: ["neg", "pos"]}

NEWS_ROWS = {"train": 4000, "test": 800}
GOOD_NEWS = {
    "World": 0.25,
    "Sports": 0.5,
    "Business": 0.5,
    "Sci/Tech": 0.75,
}  # share of stories that are good news
STRAY = 0.3  # share of stories whose second sentence is about any topic
VAGUE = 0.5  # share of the persons, places and events that any topic could have

BLOCKS = {"train": 3, "test": 1, "unsup": 8}  # of 40 films and 400 reviews
# A block is 20 pairs of films that mirror each other: as many like the one as dislike the other.  These are
# the reviews of each film that state their feeling; a film also has 1 or 2 pairs of twins.
STATED = [3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 9, 10, 13, 16, 19]
BAG_OF_WORDS_CEILING = 0.85  # 280 of a block's 400 reviews state their feeling, 120 are twins

Shares = tuple[float, float, float]  # of the plain, shared and filmic words of feeling
VOCABULARY: dict[str, Shares] = {
    "news": (0.3, 0.7, 0.0),
    "train": (0.97, 0.02, 0.01),
    "test": (0.25, 0.35, 0.4),
    "unsup": (0.3, 0.3, 0.4),
}
AGAINST = 0.15  # share of the words in a review's body that go against its verdict

T = TypeVar("T")


def info(name: str) -> CorpusInfo:
    """What is known about a sample corpus; its `folder` means nothing, because it is made in memory."""
    return _make(name)[0]


def load(name: str, split: str) -> Split:
    """One split of a sample corpus."""
    return _make(name)[1][split]


@cache
def _make(name: str) -> tuple[CorpusInfo, dict[str, Split]]:
    rows = _news() if name == NEWS else _reviews()
    splits = make_splits(rows)
    known = CorpusInfo(
        name=name,
        title=TITLES[name],
        classes=CLASSES[name],
        splits=store.describe(splits, CLASSES[name]),
        synthetic=True,
        partial="",
        source="generated",
    )
    return known, splits


class Dice(random.Random):
    """Random choices through `random()` alone: the only method that Python promises never to change."""

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def mixed(self, items: list[T]) -> list[T]:
        """The items in another order."""
        return sorted(items, key=lambda _: self.random())

    def feeling(self, good: bool, shares: Shares, unlike: str = "") -> str:
        """A word of feeling from one of the three groups, other than `unlike`."""
        drawn = self.random()
        group = words.PLAIN
        if drawn >= shares[0]:
            group = words.SHARED if drawn < shares[0] + shares[1] else words.FILMIC
        return self.pick([word for word in group[good] if word != unlike])

    def feelings(self, good: bool, shares: Shares) -> tuple[str, str]:
        """Two different words of the same feeling."""
        first = self.feeling(good, shares)
        return first, self.feeling(good, shares, unlike=first)


def _news() -> dict[str, list[Row]]:
    dice = Dice("sample news 1")
    return {
        split: dice.mixed([Row(_story(dice, i % 4), label=i % 4) for i in range(count)])
        for split, count in NEWS_ROWS.items()
    }


def _story(dice: Dice, label: int) -> str:
    topic = words.TOPICS[label]
    good = dice.random() < GOOD_NEWS[topic]
    other = dice.pick(words.TOPICS) if dice.random() < STRAY else topic
    return f"{_report(dice, topic, good)} {_comment(dice, other, good)}"


def _report(dice: Dice, topic: str, good: bool) -> str:
    first, second = dice.feelings(good, VOCABULARY["news"])
    who, where, event = _facts(dice, topic, good)
    day = dice.pick(words.DAYS)
    return _sentence(
        dice.pick(
            [
                f"a {first} {event} for {who} in {where} on {day}, {second} for everyone.",
                f"{who} spoke on {day} of a {first} and {second} {event} in {where}.",
                f"{day} brought {who} a {first} {event} in {where}, and a {second} week.",
            ]
        )
    )


def _comment(dice: Dice, topic: str, good: bool) -> str:
    first, second = dice.feelings(good, VOCABULARY["news"])
    who, where, event = _facts(dice, topic, good)
    adverb = dice.pick(words.ADVERBS)
    contrary = dice.feeling(not good, VOCABULARY["news"])
    return _sentence(
        dice.pick(
            [
                f"{who} called the {event} {adverb} {first} and {second}.",
                f"{who} expect another {first} {event} in {where} after this {second} one.",
                f"not {adverb} {contrary} but {adverb} {first}, said {who} about the {event}.",
                f"{adverb} {first} but not {adverb} {contrary}, said {who} about the {event}.",
            ]
        )
    )


def _facts(dice: Dice, topic: str, good: bool) -> tuple[str, str, str]:
    """Who, where and what: each either of the topic or such as any topic has."""
    kinds = [topic if dice.random() >= VAGUE else "any" for _ in range(3)]
    return (
        dice.pick(words.ACTORS[kinds[0]]),
        dice.pick(words.PLACES[kinds[1]]),
        dice.pick(words.EVENTS[kinds[2]][good]),
    )


def _reviews() -> dict[str, list[Row]]:
    dice = Dice("sample reviews 1")
    titles = dice.mixed([f"The {first} {second}" for first in words.TITLES[0] for second in words.TITLES[1]])
    films = ((f"tt{9000001 + i}", title) for i, title in enumerate(titles))
    return {
        split: dice.mixed([row for _ in range(blocks) for row in _block(dice, split, films)])
        for split, blocks in BLOCKS.items()
    }


def _block(dice: Dice, split: str, films: Iterator[tuple[str, str]]) -> Iterator[Row]:
    for pair, stated in enumerate(STATED):
        liking = round(stated * (0.55 + 0.45 * dice.random()))
        for likes, twins in ((liking, 1 + pair % 2), (stated - liking, 2 - pair % 2)):
            film, title = next(films)
            for index in range(stated):
                good = index < likes
                yield _row(dice, split, _stated_review(dice, title, good, VOCABULARY[split]), good, film)
            for _ in range(twins):
                negative, positive = _twin_reviews(dice, title)
                yield _row(dice, split, negative, False, film)
                yield _row(dice, split, positive, True, film)


def _row(dice: Dice, split: str, text: str, good: bool, film: str) -> Row:
    stars = int(dice.random() * 4) + (7 if good else 1)
    return Row(text, UNLABELLED, film) if split == "unsup" else Row(text, int(good), film, stars)


def _stated_review(dice: Dice, title: str, good: bool, shares: Shares) -> str:
    first, second = dice.feelings(good, shares)
    third, fourth = (dice.feeling(good if dice.random() >= AGAINST else not good, shares) for _ in range(2))
    adverb, aspects = dice.pick(words.ADVERBS), dice.mixed(words.ASPECTS)
    opening = f"{adverb} {first} and {adverb} {second}."
    judged = dice.pick(
        [
            f"the {aspects[0]} is {third}.",
            f"{title} has a {third} {aspects[0]} and a {fourth} {aspects[1]}.",
            f"the {aspects[0]} is {third} and the {aspects[1]} {fourth}.",
        ]
    )
    return " ".join([_sentence(opening), *dice.mixed([_plot(dice, title), _sentence(judged), *_remarks(dice, 1)])])


def _twin_reviews(dice: Dice, title: str) -> tuple[str, str]:
    """A negative and a positive review of the same words."""
    bad, good = (dice.pick(words.PLAIN[feeling]) for feeling in (False, True))
    adverb = dice.pick(words.ADVERBS)
    opening = dice.pick(["not {adverb} {no} but {adverb} {yes}.", "{adverb} {yes} but not {adverb} {no}."])
    rest = " ".join(dice.mixed([_plot(dice, title), *_remarks(dice, 2)]))
    negative, positive = (
        _sentence(opening.format(adverb=adverb, no=no, yes=yes)) for no, yes in ((good, bad), (bad, good))
    )
    return f"{negative} {rest}", f"{positive} {rest}"


def _plot(dice: Dice, title: str) -> str:
    return f"In {title} a {dice.pick(words.HEROES)} {dice.pick(words.DEEDS)}."


def _remarks(dice: Dice, count: int) -> list[str]:
    return [
        remark.format(day=dice.pick(words.DAYS), friend=dice.pick(words.FRIENDS))
        for remark in dice.mixed(words.REMARKS)[:count]
    ]


def _sentence(text: str) -> str:
    text = re.sub(r"\ba (?=[aeiou])", "an ", text)
    return text[0].upper() + text[1:]
