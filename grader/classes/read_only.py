"""A gradebook in a folder that can be read but not written: its tables are copied, and the copy is opened."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from tfl.errors import GradebookError


def can_be_written(path: Path) -> bool:
    """Whether the file can be, and files beside it: SQLite keeps its journal there."""
    try:
        path.open("r+b").close()
        (path.parent / ".lock").open("a").close()
    except OSError:
        return False
    return True


def copied(path: Path, folder: Path) -> Path:
    """A copy of the tables, with what a killed process has left in the journal.  Raises GradebookError."""
    copy = folder / path.name
    try:
        try:
            address = f"file:{quote(str(path.resolve()))}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)  # whole, also while somebody else grades
        except sqlite3.OperationalError:  # nobody has it open, and the journal's index cannot be made beside it
            for part in (path, path.with_name(f"{path.name}-wal")):
                if part.exists():
                    shutil.copyfile(part, folder / part.name)
    except OSError as error:
        raise GradebookError(f"The gradebook {path} cannot be read: {error.strerror}.", "Ask its owner.") from error
    except sqlite3.DatabaseError as error:
        raise GradebookError(f"The gradebook {path} is damaged: {error}.", "Restore a copy of it.") from error
    return copy
