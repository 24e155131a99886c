"""`tfl-tui`: reads the command line, then runs the app."""

import argparse
import sys
from pathlib import Path

from tfl import __version__, paths
from tfl.errors import EXIT_USAGE

NO_TERMINAL = "tfl-tui needs a terminal; without one, `tfl runs list`, `tfl train` and `tfl compare` do the same."


def main() -> None:
    """The `tfl-tui` command: runs the app and ends the process with its exit code."""
    parser = argparse.ArgumentParser(
        prog="tfl-tui",
        description="Watch runs and train in the terminal.  Press ? inside for the keys.",
        epilog="Everything it does, `tfl` does in plain text: tfl --help.",
    )
    parser.add_argument("--version", action="version", version=f"tfl {__version__}")
    parser.add_argument(
        "--runs-dir",
        type=Path,
        default=paths.runs_dir(),
        metavar="PATH",
        help="The folder of the runs (default: TFL_RUNS, or ./runs).",
    )
    arguments = parser.parse_args()
    # Textual reads keys from standard input and draws on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        print(NO_TERMINAL, file=sys.stderr)
        sys.exit(EXIT_USAGE)

    from tui.app import TflApp  # --help and the sentence above need no Textual

    app = TflApp(arguments.runs_dir)
    app.run()
    sys.exit(app.return_code)
