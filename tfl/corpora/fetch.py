"""Downloading the two public corpora from their own addresses, and importing them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tfl import paths
from tfl.corpora import ag_news, imdb
from tfl.corpora.importer import ImportReport, import_source
from tfl.corpora.records import Progress
from tfl.corpora.sources import Source
from tfl.errors import DownloadError, UnknownName


@dataclass(frozen=True)
class Address:
    """Where a published file is, and the checksum that makes it the right one."""

    url: str
    md5: str


AG_NEWS_URL = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv"
IMDB_URL = "https://ai.stanford.edu/~amaas/data/sentiment"
ADDRESSES: dict[str, dict[str, Address]] = {  # corpus → its files, keyed as `Source.files` is
    ag_news.NAME: {split: Address(f"{AG_NEWS_URL}/{split}.csv", ag_news.MD5[split]) for split in ("train", "test")},
    imdb.NAME: {"all": Address(f"{IMDB_URL}/aclImdb_v1.tar.gz", "7c2ac02c03563afcf9b574c7e56c153a")},
}
RETRIES = 2
TIMEOUT = 30  # seconds without an answer
CHUNK = 1 << 16  # bytes
NO_DOWNLOAD = "Import a copy you have with `tfl data import PATH`, or use the built-in sample with --corpus sample."


def fetch(names: Iterable[str], data_dir: Path | None = None, progress: Progress | None = None) -> list[ImportReport]:
    """Download corpora and import them into the data folder, replacing those that are there.

    Downloads wait in the cache folder until their import has succeeded.
    Raises UnknownName; DownloadError when an address does not answer or sends other bytes than published.
    """
    names = list(names)
    for name in names:
        if name not in ADDRESSES:
            raise UnknownName("corpus to fetch", name, ADDRESSES)
    reports = []
    for name in names:
        downloads = {key: _download(address, progress) for key, address in ADDRESSES[name].items()}
        source = Source("imdb" if name == imdb.NAME else "ag-news", downloads)
        reports.append(import_source(source, data_dir or paths.data_dir(), progress=progress))
        for path in downloads.values():
            path.unlink()
    return reports


def _download(address: Address, progress: Progress | None) -> Path:
    """The file at an address, verified; a broken download is tried again from its start."""
    import pooch  # here, because it loads the whole of requests
    from requests import HTTPError, RequestException

    host, file = urlsplit(address.url).netloc, address.url.rpartition("/")[2]
    pooch.get_logger().setLevel(logging.ERROR)
    store = pooch.create(
        path=paths.cache_dir() / "downloads",
        base_url="",
        registry={file: f"md5:{address.md5}"},
        urls={file: address.url},
        retry_if_failed=RETRIES,
    )
    bar = _Bar(f"downloading {file}", progress) if progress else False
    try:
        return Path(store.fetch(file, downloader=pooch.HTTPDownloader(bar, CHUNK, timeout=TIMEOUT)))
    except HTTPError as error:
        raise DownloadError(f"{host} does not hand out {file} ({error}).", NO_DOWNLOAD) from error
    except RequestException as error:
        raise DownloadError(f"{file} could not be downloaded from {host}.", NO_DOWNLOAD) from error
    except ValueError as error:  # pooch's word for a wrong checksum
        raise DownloadError(f"{host} sent a {file} that is not the published one.", NO_DOWNLOAD) from error
    except OSError as error:
        raise DownloadError(
            f"{file} could not be kept in {store.path}: {error.strerror}.",
            "Free some space or choose another folder with TFL_CACHE.",
        ) from error


class _Bar:
    """What pooch asks of a progress bar: a settable `total`, `update`, `reset`, `close`."""

    def __init__(self, stage: str, progress: Progress) -> None:
        self.stage = stage
        self.progress = progress
        self.total = 0
        self.done = 0

    def update(self, count: int) -> None:
        # The server may compress what it sends, so more can arrive than it announced.
        self.done = min(self.done + count, self.total) if self.total else self.done + count
        self.progress(self.stage, self.done, self.total, "bytes")

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass
