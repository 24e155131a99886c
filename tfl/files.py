"""Writing files so that a killed process never leaves half of one."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary file beside `path`; on success flush it to disk and rename it into place.

    On any error (a full disk, Ctrl-C) the temporary file is removed and `path` keeps its old content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    encoding = None if "b" in mode else "utf-8"
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open(mode.replace("w", "x"), encoding=encoding) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` atomically, as UTF-8."""
    with atomic(path) as file:
        file.write(text)


def write_json(path: Path, value: object) -> None:
    """Write `value` to `path` atomically, as indented JSON that ends in a newline."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def digest(path: Path, algorithm: str = "sha256") -> str:
    """The hexadecimal checksum of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
