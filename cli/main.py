"""`tfl`: the command line.  A command's module is imported only when the command is called."""

import importlib
import os
import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from tfl import __version__
from tfl.errors import EXIT_FAILED, EXIT_INTERRUPTED, TflError

COMMANDS = {  # name → (the module that has its `app`, what it does), in the order of the help
    "init": ("cli.init", "Make a workspace: the exercises to fill in, your progress."),
    "list": ("cli.list", "List the exercises: their state, your points, what is next."),
    "lesson": ("cli.lesson", "Read a lesson, and answer its questions."),
    "story": ("cli.story", "Tell a detective story: something that was wrong with the lab."),
    "check": ("cli.check", "Run an exercise's checks on your file."),
    "watch": ("cli.watch", "Check on every save, and move on when an exercise passes."),
    "grade": ("cli.grade", "Run the checks, then train for real with your code."),
    "hint": ("cli.hint", "Show one more hint."),
    "edit": ("cli.edit", "Open an exercise in your editor, at the place to work on."),
    "diff": ("cli.diff", "Compare your answer with the reference, once it passes."),
    "solution": ("cli.solution", "Show the reference answer."),
    "reset": ("cli.reset", "Start an exercise again; your file is kept."),
    "notebook": ("cli.notebook", "Export exercises as notebooks, and import them again."),
    "data": ("cli.data", "Get the corpora: fetch or import them, see what is here."),
    "pretrain": ("cli.pretrain", "Pre-train a model on the large corpus."),
    "train": ("cli.train", "Train on the small corpus with one strategy."),
    "compare": ("cli.compare", "Train what is missing and compare the strategies."),
    "runs": ("cli.runs", "List, show and remove runs."),
    "predict": ("cli.predict", "Say what a trained model makes of a text, and why."),
    "recommend": ("cli.recommend", "Rank films by what their reviews say."),
    "course": ("cli.course", "For those who make courses: prove one, add a check."),
    "class": ("cli.class_", "Grade a class, and tell it how it did."),
    "doctor": ("cli.doctor", "Look over this machine and say what is missing."),
}

EPILOG = """\
\b
Exit codes:
  0    done
  1    what was asked for did not succeed
  2    wrong use, or a submission that cannot be read
  3    the grader itself failed
  130  interrupted

\b
Examples:
  tfl init && cd tfl-course          a workspace with the exercises
  tfl watch                          checks your files on every save
  tfl compare --corpus sample        every strategy on the built-in sample, in minutes
  tfl data import ~/Downloads        use copies of AG News and IMDB that you have
  tfl train full --help              what a command can do
"""


class _LazyGroup(TyperGroup):
    """Lists the commands from `COMMANDS` and imports the one that is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (_, help_line) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=help_line))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, listed, rest = super().resolve_command(ctx, args)
        if listed is None:  # only while the shell completes an unfinished name
            return name, listed, rest
        command: typer.Typer = importlib.import_module(COMMANDS[str(name)][0]).app
        command.rich_markup_mode = app.rich_markup_mode
        return name, typer.main.get_command(command), rest


app = typer.Typer(
    cls=_LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain lines: they load fast, and pipes and screen readers can do without boxes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tfl {__version__}")
        raise typer.Exit


@app.callback(epilog=EPILOG)
def tfl(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error arose; may stand anywhere in the line.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Learn transfer learning by doing it: pre-train a small transformer, adapt it, see what carried over."""


def main() -> None:
    """The `tfl` command: runs it and ends the process with its exit code.  No traceback without --debug."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # an ASCII terminal shows ✓ as ?
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        os.environ["TFL_DEBUG"] = "1"
        arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        app(arguments, prog_name="tfl")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except TflError as error:
        _fail(error.message, error.action, error.exit_code)
    except Exception as error:
        _fail(
            f"Something went wrong inside tfl: {type(error).__name__}: {error}.",
            "Run it again with --debug to see where.",
            EXIT_FAILED,
        )


def _fail(message: str, action: str, exit_code: int) -> NoReturn:
    from cli import show

    show.failure(message, action, traceback.format_exc())
    sys.exit(exit_code)
