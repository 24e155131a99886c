"""What a person has chosen for the app, kept from one start to the next: `tui.json` in the folder of settings."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tfl import files, paths

DARK, LIGHT = "tfl-dark", "tfl-light"


class Settings(BaseModel):
    """The choices; what a newer tfl has added stays in the file."""

    model_config = ConfigDict(extra="allow", validate_assignment=True)

    theme: str = DARK
    editor: str = ""  # a command; empty: VISUAL, EDITOR, or one that is found


def path() -> Path:
    """Where they are kept."""
    return paths.config_dir() / "tui.json"


def load() -> tuple[Settings, str]:
    """The settings, and what must be told of how they were read: a damaged file is not used, and not touched."""
    try:
        return Settings.model_validate(json.loads(path().read_text(encoding="utf-8"))), ""
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError, ValidationError):
        return Settings(), f"{path()} cannot be read; the usual settings are used.  Remove it to be rid of this notice."


def save(settings: Settings) -> str:
    """Keep them; returns why that was not possible, if it was not."""
    try:
        files.write_json(path(), settings.model_dump(mode="json"))
    except OSError as error:
        return f"The settings cannot be kept in {path()}: {error.strerror}."
    return ""
