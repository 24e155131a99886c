"""Where things live on this machine.

| what                | default                                   | changed by              |
|---------------------|-------------------------------------------|-------------------------|
| imported corpora    | the platform's user data folder, `tfl/`   | `TFL_DATA`, --data-dir  |
| token-id caches     | the platform's user cache folder, `tfl/`  | `TFL_CACHE`             |
| runs, comparisons   | `./runs`                                  | `TFL_RUNS`, --runs-dir  |
| settings of tfl-tui | the platform's user config folder, `tfl/` | `TFL_CONFIG`            |
"""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path


def data_dir() -> Path:
    """The folder that holds the corpora."""
    return Path(os.environ.get("TFL_DATA") or user_data_path("tfl", appauthor=False))


def cache_dir() -> Path:
    """The folder for what can be computed again."""
    return Path(os.environ.get("TFL_CACHE") or user_cache_path("tfl", appauthor=False))


def runs_dir() -> Path:
    """The folder that holds the runs."""
    return Path(os.environ.get("TFL_RUNS") or "runs")


def config_dir() -> Path:
    """The folder that holds a person's settings."""
    return Path(os.environ.get("TFL_CONFIG") or user_config_path("tfl", appauthor=False))
