"""Downloads: checked, tried again, never half there."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tfl import corpora
from tfl.corpora import fetch as fetching
from tfl.corpora.fetch import Address, fetch
from tfl.errors import CorpusError, DownloadError, UnknownName

Serve = Callable[..., None]


class Server(ThreadingHTTPServer):
    """A server on this machine; its answers can be whole, cut short, or refused."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = b""
        self.cut_short = 0  # so many answers are
        self.status = 200
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/aclImdb_v1.tar.gz"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        short = self.server.asked <= self.server.cut_short
        self.wfile.write(self.server.content[: len(self.server.content) // 2 if short else None])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(
    reviews: dict[str, bytes],
    pack: Callable[[dict[str, bytes], str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Server]:
    """A server that hands out a tiny aclImdb from the address that `fetch` asks."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # pooch waits before it tries again
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        running.content = pack(reviews, "tar.gz").read_bytes()
        address = Address(running.url, hashlib.md5(running.content).hexdigest())
        monkeypatch.setitem(fetching.ADDRESSES, "imdb", {"all": address})
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_corpus_is_downloaded_and_imported(server: Server) -> None:
    [report] = fetch(["imdb"])

    assert report.corpus == corpora.info("imdb")
    assert corpora.load("imdb", "test").stars == [1, 10, 8]


def test_the_download_is_removed_after_its_import(server: Server, tmp_path: Path) -> None:
    fetch(["imdb"])

    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_progress_is_told_up_to_the_end(server: Server) -> None:
    told: list[tuple[str, int, int, str]] = []
    fetch(["imdb"], progress=lambda *event: told.append(event))
    downloading = [event for event in told if event[0] == "downloading aclImdb_v1.tar.gz"]

    size = len(server.content)
    assert downloading[-1] == ("downloading aclImdb_v1.tar.gz", size, size, "bytes")


def test_a_download_that_breaks_off_is_tried_again_from_its_start(server: Server) -> None:
    server.cut_short = 2
    [report] = fetch(["imdb"])

    assert server.asked == 3
    assert report.corpus.splits["train"].rows == 4


def test_a_download_that_always_breaks_off_is_an_error_and_leaves_nothing(
    server: Server, tmp_path: Path, data_dir: Path
) -> None:
    server.cut_short = 99

    with pytest.raises(DownloadError, match=r"aclImdb_v1\.tar\.gz could not be downloaded from 127"):
        fetch(["imdb"])
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "part" not in path.name] == [
        tmp_path / "aclImdb.tar.gz"
    ]


def test_other_bytes_than_were_published_are_refused(server: Server, data_dir: Path) -> None:
    server.content += b"?"

    with pytest.raises(DownloadError, match="not the published one"):
        fetch(["imdb"])
    assert list(data_dir.iterdir()) == []


def test_an_address_that_refuses_says_so(server: Server) -> None:
    server.status = 404

    with pytest.raises(DownloadError, match=r"does not hand out aclImdb_v1\.tar\.gz \(404"):
        fetch(["imdb"])


def test_without_network_one_sentence_says_what_else_can_be_done(server: Server) -> None:
    server.shutdown()
    server.server_close()

    with pytest.raises(DownloadError) as error:
        fetch(["imdb"])
    assert error.value.action == (
        "Import a copy you have with `tfl data import PATH`, or use the built-in sample with --corpus sample."
    )


def test_a_download_stays_until_its_import_has_succeeded(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CorpusError("The disk is full.")

    with monkeypatch.context() as broken, pytest.raises(CorpusError):
        broken.setattr(fetching, "import_source", fail)
        fetch(["imdb"])
    fetch(["imdb"])

    assert server.asked == 1


def test_only_the_two_real_corpora_can_be_fetched() -> None:
    with pytest.raises(UnknownName, match="Did you mean imdb"):
        fetch(["imdbb"])
