"""An empty data folder, and small corpora as they are published."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and an empty cache folder beside it; nothing else of this machine is seen."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("TFL_DATA", str(folder))
    monkeypatch.setenv("TFL_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def news(data_dir: Path) -> Path:
    """A small AG News in the data folder, as published."""
    folder = data_dir / "ag_news"
    folder.mkdir()
    for split in ("train", "test"):
        (folder / f"{split}.csv").write_text("".join(f"{label},{split},{label}\n" for label in "1234"))
    return folder


@pytest.fixture
def reviews() -> dict[str, bytes]:
    """The files of a tiny aclImdb, in no good order."""
    return {
        "aclImdb/test/pos/1_8.txt": b"Second good one.",
        "aclImdb/test/pos/0_10.txt": b"First good one.",
        "aclImdb/test/neg/0_1.txt": b"A bad one.",
        "aclImdb/train/neg/0_2.txt": b"Not for me.<br />Not at all.",
        "aclImdb/train/pos/0_9.txt": b"Lovely.",
        "aclImdb/train/pos/10_7.txt": "A café, lovely too.".encode(),
        "aclImdb/train/pos/2_7.txt": b"Fine.",
        "aclImdb/train/unsup/0_0.txt": b"Who knows.",
        "aclImdb/train/urls_pos.txt": b"\n".join(b"http://imdb/title/tt00%02d/usercomments" % i for i in range(11)),
        "aclImdb/train/urls_neg.txt": b"http://imdb/title/tt0100/usercomments\n",
        "aclImdb/train/urls_unsup.txt": b"http://imdb/title/tt0200/usercomments\n",
        "aclImdb/test/urls_pos.txt": b"http://imdb/title/tt0300/x\nhttp://imdb/title/tt0301/x\n",
        "aclImdb/test/urls_neg.txt": b"no film here\n",
        "aclImdb/imdb.vocab": b"the\nand\n",
        "aclImdb/README": b"Large Movie Review Dataset",
    }


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[dict[str, bytes], str], Path]:
    """Put files into "folder", "zip", "tar", "tar.gz", "tar.xz" or "tar.bz2"; returns its path."""

    def pack_(files: dict[str, bytes], form: str) -> Path:
        path = tmp_path / ("aclImdb" if form == "folder" else f"aclImdb.{form}")
        if form == "folder":
            for name, content in files.items():
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_bytes(content)
        elif form == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in files.items():
                    archive.writestr(name, content)
        else:
            with tarfile.open(path, f"w:{form[4:]}") as archive:  # type: ignore[call-overload]
                for name, content in files.items():
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
        return path

    return pack_
