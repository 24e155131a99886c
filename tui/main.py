"""`tfl-tui`: reads the command line, then runs the app."""

import argparse
import gc
import os
import sys
from pathlib import Path

from tfl import __version__, paths
from tfl.errors import EXIT_FAILED, EXIT_USAGE, TflError

NO_TERMINAL = (
    "tfl-tui needs a terminal; without one, `tfl list`, `tfl lesson`, `tfl check`, `tfl train` and `tfl compare` "
    "do the same."
)
PORT = 8000


def main() -> None:
    """The `tfl-tui` command: runs the app and ends the process with its exit code."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.serve:
        sys.exit(_serve(arguments))
    # Textual reads keys from standard input and draws on standard error; textual-serve's web driver does neither.
    web = "TEXTUAL_DRIVER" in os.environ
    if not web and not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        print(NO_TERMINAL, file=sys.stderr)
        sys.exit(EXIT_USAGE)

    gc.disable()  # modules stay: looking for some that could go takes a tenth of the time to the first picture
    from tui.app import TflApp  # --help and the sentence above need no Textual
    from tui.learner import Learner

    try:
        learner = Learner(course=arguments.course)
    except TflError as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    app = TflApp(arguments.runs_dir, learner, arguments.place, arguments.results)
    gc.freeze()
    gc.enable()
    app.run()
    if app.unwritten:  # the app's end may have been faster than its message
        print(f"✗ {app.unwritten}", file=sys.stderr)
    sys.exit(app.return_code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tfl-tui",
        description="The course in the terminal: lessons, live checks, training.  Press ? inside for the keys.",
        epilog="Everything it does, `tfl` does in plain text: tfl --help.",
    )
    parser.add_argument("--version", action="version", version=f"tfl {__version__}")
    parser.add_argument(
        "place", nargs="?", default="", help="Where to begin: 3 (a stage), 3.2 (a step), exercise3, runs, compare …"
    )
    parser.add_argument(
        "--runs-dir",
        type=Path,
        default=paths.runs_dir(),
        metavar="PATH",
        help="The folder of the runs (default: TFL_RUNS, or ./runs).",
    )
    parser.add_argument("--course", type=Path, metavar="PATH", help="Another course's folder.")
    parser.add_argument(
        "--results", type=Path, metavar="PATH", help="An instructor's results folder (tfl class grade --out PATH)."
    )
    web = parser.add_argument_group("in a browser")
    web.add_argument("--serve", action="store_true", help="Serve the app to browsers on this machine.")
    web.add_argument("--host", default="localhost", help="Listen here (default: localhost, this machine alone).")
    web.add_argument("--port", type=int, default=PORT, help=f"… on this port (default: {PORT}).")
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    from tui.serve import serve  # textual-serve is an extra

    command = [sys.executable, "-P", "-m", "tui"]
    if arguments.place:
        command.append(arguments.place)
    command += ["--runs-dir", str(arguments.runs_dir)]
    for option in ("course", "results"):
        if value := getattr(arguments, option):
            command += [f"--{option}", str(value)]
    try:
        serve(command, arguments.host, arguments.port)
    except TflError as error:
        print(f"✗ {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(
            f"✗ {arguments.host}:{arguments.port} cannot be used: {error.strerror}.  Try another --port.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    return 0
