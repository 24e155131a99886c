"""The built-in sample: the same everywhere, and with what the lessons need."""

from collections import Counter, defaultdict
from math import log

import pytest

from tfl.corpora import sample, store
from tfl.corpora import sample_words as words

SHA256 = {
    (sample.NEWS, "train"): "408c1ebcf1186b5562375eb1e0737e79f58220490acc3d758b557de1f4a93f0d",
    (sample.NEWS, "test"): "493c9b284c7039bff83f532a419b359cd6df8c909d4f715d2a88e8fa6a5220e0",
    (sample.REVIEWS, "train"): "c6bf5a654a1d782ffc585b54cffa42945bac76e787cc127b48edd626ba2b6de4",
    (sample.REVIEWS, "test"): "f768ece2b123c6659fc87ec74d62017d824fd9c20abd27a4befb6db8429d3151",
    (sample.REVIEWS, "unsup"): "6c1352f69beb411eacd55288c08a8d7c88a33eecc8719c0c7b03e7b2d8d72d40",
}


def tokens(text: str) -> list[str]:
    return text.lower().replace(".", " ").replace(",", " ").split()


def vocabulary(name: str, split: str) -> Counter[str]:
    return Counter(token for text in sample.load(name, split).texts for token in tokens(text))


def is_twin(text: str) -> bool:
    return " but " in text


def test_it_is_the_same_everywhere_and_always() -> None:
    made = {
        (name, split): known.sha256
        for name in (sample.NEWS, sample.REVIEWS)
        for split, known in sample.info(name).splits.items()
    }

    assert made == SHA256


@pytest.mark.parametrize("name", [sample.NEWS, sample.REVIEWS])
def test_it_always_says_that_it_is_synthetic(name: str) -> None:
    info = sample.info(name)

    assert info.synthetic
    assert info.title.startswith("sample (synthetic) ")


@pytest.mark.parametrize("name", [sample.NEWS, sample.REVIEWS])
def test_what_is_known_fits_what_is_loaded(name: str) -> None:
    info = sample.info(name)
    splits = {split: sample.load(name, split) for split in info.splits}

    assert store.describe(splits, info.classes) == info.splits


def test_no_text_comes_twice() -> None:
    for name in (sample.NEWS, sample.REVIEWS):
        for known in sample.info(name).splits.values():
            assert (known.duplicates, known.also_in_test) == (0, 0)


def test_classes_are_equally_frequent() -> None:
    for name in (sample.NEWS, sample.REVIEWS):
        for split in ("train", "test"):
            assert len(set(sample.info(name).splits[split].per_class.values())) == 1


def test_stars_agree_with_labels() -> None:
    for split in ("train", "test"):
        found = sample.load(sample.REVIEWS, split)
        assert all(
            (stars >= 7) == label and stars not in (0, 5, 6)
            for stars, label in zip(found.stars, found.labels, strict=True)
        )


def test_unlabelled_reviews_have_no_label_and_no_stars() -> None:
    unsup = sample.load(sample.REVIEWS, "unsup")

    assert set(unsup.labels) == {-1}
    assert set(unsup.stars) == {0}


def test_a_test_film_has_5_to_30_reviews_and_there_are_40() -> None:
    counts = Counter(sample.load(sample.REVIEWS, "test").films)

    assert len(counts) == 40
    assert min(counts.values()) >= 5 and max(counts.values()) <= 30


def test_films_differ_in_how_much_they_are_liked() -> None:
    test = sample.load(sample.REVIEWS, "test")
    labels = defaultdict(list)
    for film, label in zip(test.films, test.labels, strict=True):
        labels[film].append(label)
    liked = [sum(found) / len(found) for found in labels.values()]

    assert min(liked) < 0.3 and max(liked) > 0.7


def test_no_film_is_in_two_splits() -> None:
    films = [set(sample.load(sample.REVIEWS, split).films) for split in ("train", "test", "unsup")]

    assert sum(map(len, films)) == len(set.union(*films))


def test_news_share_words_of_feeling_that_labelled_reviews_hardly_have_and_test_reviews_do() -> None:
    shared = {word for group in words.SHARED for word in group}

    def share(name: str, split: str) -> float:
        """How many of them a text has on average."""
        texts = sample.load(name, split).texts
        return sum(token in shared for text in texts for token in tokens(text)) / len(texts)

    assert share(sample.NEWS, "train") > 2
    assert share(sample.REVIEWS, "train") < 0.2
    assert share(sample.REVIEWS, "test") > 0.8


def test_some_words_of_feeling_are_never_in_the_news_and_often_in_unlabelled_reviews() -> None:
    filmic = {word for group in words.FILMIC for word in group}

    assert not filmic & set(vocabulary(sample.NEWS, "train"))
    assert min(vocabulary(sample.REVIEWS, "unsup")[word] for word in filmic) > 20


def test_good_words_keep_company_with_good_words_in_the_news() -> None:
    feeling = {word: good for group in (words.PLAIN, words.SHARED) for good in (0, 1) for word in group[good]}
    same = different = 0
    for text in sample.load(sample.NEWS, "train").texts:
        found = [feeling[token] for token in tokens(text) if token in feeling]
        pairs = [(a, b) for i, a in enumerate(found) for b in found[i + 1 :]]
        same += sum(a == b for a, b in pairs)
        different += sum(a != b for a, b in pairs)

    assert same > 2 * different


@pytest.mark.parametrize("split", ["train", "test"])
def test_three_reviews_in_ten_have_a_twin_of_the_same_words_and_the_other_label(split: str) -> None:
    found = sample.load(sample.REVIEWS, split)
    twins = defaultdict(list)
    for text, label, film in zip(found.texts, found.labels, found.films, strict=True):
        if is_twin(text):
            twins[film, *sorted(tokens(text))].append(label)

    assert all(sorted(labels) == [0, 1] for labels in twins.values())
    assert 2 * len(twins) == round(0.3 * len(found))


def test_a_bag_of_words_is_neither_useless_nor_enough() -> None:
    """Naive Bayes on words is right on exactly half of the twins, and on many other reviews."""
    train, test = (sample.load(sample.REVIEWS, split) for split in ("train", "test"))
    counts = [Counter[str](), Counter[str]()]
    for text, label in zip(train.texts, train.labels, strict=True):
        counts[label].update(tokens(text))

    def predict(text: str) -> int:
        return sum(log((counts[1][word] + 1) / (counts[0][word] + 1)) for word in sorted(tokens(text))) > 0

    right = [predict(text) == label for text, label in zip(test.texts, test.labels, strict=True)]
    on_twins = [ok for ok, text in zip(right, test.texts, strict=True) if is_twin(text)]

    assert sum(on_twins) == len(on_twins) / 2
    assert 0.65 <= sum(right) / len(right) <= sample.BAG_OF_WORDS_CEILING - 0.05
