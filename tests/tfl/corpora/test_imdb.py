"""IMDB as published: archives and folders, films and stars."""

import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tfl.corpora import imdb
from tfl.corpora.records import Row
from tfl.errors import CorpusError

Files = dict[str, bytes]
Pack = Callable[[Files, str], Path]
FORMS = ["folder", "tar", "tar.gz", "tar.xz", "tar.bz2", "zip"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows_in_the_order_of_ids(reviews: Files, pack: Pack, form: str) -> None:
    rows, rejected = imdb.read(pack(reviews, form))

    assert rejected == []
    assert rows == {
        "train": [
            Row("Not for me.<br />Not at all.", 0, "tt0100", 2),
            Row("Lovely.", 1, "tt0000", 9),
            Row("Fine.", 1, "tt0002", 7),
            Row("A café, lovely too.", 1, "tt0010", 7),
        ],
        "test": [
            Row("A bad one.", 0, "", 1),
            Row("First good one.", 1, "tt0300", 10),
            Row("Second good one.", 1, "tt0301", 8),
        ],
        "unsup": [Row("Who knows.", -1, "tt0200", 0)],
    }


def test_the_top_folder_may_have_another_name_or_none(reviews: Files, pack: Pack) -> None:
    bare = {name.removeprefix("aclImdb/"): content for name, content in reviews.items()}

    assert imdb.read(pack(bare, "tar")) == imdb.read(pack(reviews, "zip"))


def test_reviews_without_lists_of_films_have_no_film(reviews: Files, pack: Pack) -> None:
    rows, _ = imdb.read(pack({name: c for name, c in reviews.items() if "urls" not in name}, "tar"))

    assert {row.film for found in rows.values() for row in found} == {""}


@pytest.mark.parametrize("form", ["tar.gz", "zip"])
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("train/pos/7_11.txt", b"x", "11 stars"),
        ("train/pos/7_8.txt", b" \n", "no text"),
        ("train/pos/7_8.txt", b"x\xff", "not text in UTF-8 (byte 2)"),
        ("train/pos/7_8.txt", b"x" * (imdb.LONGEST + 1), "too long"),
        ("copy/train/pos/2_7.txt", b"x", "twice"),
    ],
)
def test_a_review_that_does_not_fit_is_rejected_by_name(
    reviews: Files, pack: Pack, form: str, name: str, content: bytes, reason: str
) -> None:
    rows, [rejected] = imdb.read(pack({**reviews, name: content}, form))

    assert len(rows["train"]) == 4
    assert rejected.where == name
    assert reason in rejected.reason


@pytest.mark.parametrize("form", FORMS)
def test_other_files_are_passed_over(reviews: Files, pack: Pack, form: str) -> None:
    more = {"aclImdb/train/pos/notes.txt": b"x", "aclImdb/train/pos/._3_7.txt": b"x", "aclImdb/3_7.txt": b"x"}

    assert imdb.read(pack({**reviews, **more}, form)) == imdb.read(pack(reviews, "tar"))


def test_links_and_devices_in_a_tar_are_passed_over(reviews: Files, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not a review")
    path = tmp_path / "aclImdb.tar"
    with tarfile.open(path, "w") as archive:
        for kind, number in ((tarfile.SYMTYPE, 50), (tarfile.LNKTYPE, 51), (tarfile.FIFOTYPE, 52)):
            link = tarfile.TarInfo(f"aclImdb/train/pos/{number}_9.txt")
            link.type, link.linkname = kind, str(secret)
            archive.addfile(link)
        for name, content in reviews.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    rows, rejected = imdb.read(path)

    assert len(rows["train"]) == 4
    assert rejected == []


def test_links_in_a_zip_are_passed_over(reviews: Files, pack: Pack) -> None:
    path = pack(reviews, "zip")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("aclImdb/train/pos/50_9.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")

    assert len(imdb.read(path)[0]["train"]) == 4


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_paths_that_lead_elsewhere_are_passed_over_and_write_nothing(
    reviews: Files, pack: Pack, tmp_path: Path, form: str
) -> None:
    path = pack({**reviews, "../../train/pos/60_9.txt": b"x", "/tmp/train/pos/61_9.txt": b"x"}, form)
    before = set(tmp_path.rglob("*"))
    rows, _ = imdb.read(path)

    assert len(rows["train"]) == 4
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("form", ["tar", "tar.gz", "tar.xz", "tar.bz2", "zip"])
@pytest.mark.parametrize("share", [0.005, 0.01, 0.02, 0.5, 0.9])
def test_an_archive_cut_short_is_refused(reviews: Files, pack: Pack, form: str, share: float) -> None:
    noise = random.Random(0).randbytes(200_000).hex().encode()  # what does not compress is cut in the middle
    path = pack({**reviews, "aclImdb/train/pos/90_9.txt": noise}, form)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])

    with pytest.raises(CorpusError, match="cut short"):
        imdb.read(path)


@pytest.mark.parametrize("form", ["tar.gz", "tar.xz", "tar.bz2", "zip"])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7])
def test_an_archive_with_a_changed_byte_is_refused(reviews: Files, pack: Pack, form: str, share: float) -> None:
    noise = random.Random(0).randbytes(2_000).hex().encode()
    path = pack({name: noise + content for name, content in reviews.items()}, form)
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(CorpusError, match="damaged"):
        imdb.read(path)


def test_an_archive_of_csv_files_says_to_unpack_it(pack: Pack) -> None:
    with pytest.raises(CorpusError, match="Unpack it"):
        imdb.read(pack({"ag_news_csv/train.csv": b"1,a,b\n"}, "zip"))


def test_no_reviews_of_a_class_is_an_error_that_names_it(reviews: Files, pack: Pack) -> None:
    del reviews["aclImdb/test/neg/0_1.txt"]

    with pytest.raises(CorpusError, match="no reviews in test/neg"):
        imdb.read(pack(reviews, "tar"))


def test_progress_is_told_in_bytes_of_the_archive(reviews: Files, pack: Pack) -> None:
    path = pack(reviews, "tar.gz")
    told: list[tuple[str, int, int, str]] = []
    imdb.read(path, lambda *event: told.append(event))

    assert told[0] == ("reading aclImdb.tar.gz", told[0][1], path.stat().st_size, "bytes")


def test_missing_says_what_the_published_corpus_has_more() -> None:
    assert imdb.missing({"train": 25_000, "test": 25_000, "unsup": 50_000}) == ""
    assert imdb.missing({"train": 4, "test": 25_000}) == "train: 4 of 25,000 reviews, unsup: 0 of 50,000 reviews"
