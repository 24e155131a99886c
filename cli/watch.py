"""`tfl watch`."""

import os
import threading
from collections.abc import Iterator
from typing import Annotated, Self

import typer

from cli import checking, show
from cli.edit import open_editor
from cli.hint import show_hint
from cli.keys import Keys
from cli.learner import Desk, OptionalExerciseId, at_desk, own_workspace
from cli.verdicts import is_interactive, wrapped
from grader.client import Grader
from grader.marks import Mark
from grader.submission import read
from tfl import watching
from tfl.course import Exercise
from tfl.errors import GraderError, SubmissionError, TflError

KEYS = "c check now · n next · h hint · e editor · q quit"

app = typer.Typer(add_completion=False)


@app.command()
def watch(
    exercise: OptionalExerciseId = None,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look every second, where the system tells of no changes.")
    ] = False,
) -> None:
    """Check an exercise whenever you save it, and move on to the next when it passes.

    A grader stays warm meanwhile, so verdicts come at once.  What has passed is not checked again until it changes.
    Without an exercise it begins with the first that has not been passed.

    \b
    Keys, on a terminal:
      c  check now     n  the next exercise     h  one more hint     e  open the editor     q  quit

    \b
    Examples:
      tfl watch
      tfl watch exercise3
      tfl watch --poll            on a network drive
    """
    own_workspace()  # its error says how to make one
    desk = at_desk()
    first = desk.exercise(exercise)
    with Keys() as keys, Watch(desk, keys, poll) as watch_:
        watch_.run(first)


class Watch:
    """One exercise after the other: its file is watched in a thread, a warm grader checks it.  A context manager."""

    def __init__(self, desk: Desk, keys: Keys, poll: bool) -> None:
        assert desk.workspace
        self.desk, self.workspace, self.keys, self.poll = desk, desk.workspace, keys, poll
        self.out = show.console()
        self.grader = Grader(desk.course)
        self.mark: Mark | None = None  # the last one of the present exercise
        self.woken, self._wake = os.pipe()  # a byte for each save: the place of its exercise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.grader.close()

    def run(self, exercise: Exercise | None) -> None:
        """Stay with one exercise after the other, until nothing is left to do, or q."""
        while exercise:
            stop = threading.Event()
            saves = watching.saved(self.workspace.path(exercise), stop, self.poll)
            threading.Thread(target=self._look, args=(exercise, saves), daemon=True).start()
            try:
                exercise = self.stay(exercise)
            finally:
                stop.set()

    def _look(self, exercise: Exercise, saves: Iterator[bytes]) -> None:
        for _ in saves:
            os.write(self._wake, self._byte(exercise))

    def _byte(self, exercise: Exercise) -> bytes:
        """What stands for a save of this exercise: its place in the course."""
        return bytes([self.desk.course.exercises.index(exercise)])

    def stay(self, exercise: Exercise) -> Exercise | None:
        """Stay with an exercise until it passes or is left; returns the one to go on with, None to end."""
        self.mark = None
        if self.workspace.untouched(exercise):
            self.introduce(exercise)
        elif self.check(exercise):
            return self.go_on(exercise)
        while True:
            key = self.keys.wait(self.woken)
            if key == "" and self._byte(exercise) not in os.read(self.woken, 4096):
                continue  # a late one, of the exercise before
            if key in ("", "c") and self.check(exercise, again=key == "c"):
                return self.go_on(exercise)
            if key == "n":
                return self.workspace.next(self.workspace.progress(), after=exercise) or exercise
            if key == "q":
                return None
            if key == "h":
                show_hint(self.desk, exercise)
            elif key == "e":
                self.edit(exercise)

    def introduce(self, exercise: Exercise) -> None:
        """What there is to write."""
        show.line(f"{exercise.id}: {exercise.title}", bold=True)
        wrapped(exercise.task, indent="  ")
        self.prompt(exercise)

    def prompt(self, exercise: Exercise) -> None:
        """What is waited for."""
        self.out.print(f"\nwaiting for a save of {exercise.file}", style="dim")
        if self.keys.there:
            self.out.print(KEYS, style="dim")

    def check(self, exercise: Exercise, again: bool = False) -> bool:
        """Check the file as it is now; whether it has passed.  Finished work is checked only `again`."""
        try:
            submission = read(self.workspace.path(exercise), exercise)
            if not again and self.workspace.is_finished(exercise, submission.source, self.workspace.progress()):
                show.line(f"✓ {exercise.id} has passed, and has not changed since.")
                return True
            if self.mark and is_interactive(self.out):
                self.out.clear()
            self.mark = checking.follow(self.grader.check(exercise, submission), exercise, submission)
            checking.keep(self.desk, self.mark, submission)
        except SubmissionError as error:
            show.failure(error.message, error.action)
        except GraderError as error:
            show.failure(error.message, error.action)
            self.grader.close()
            self.grader = Grader(self.desk.course)
        if self.mark and self.mark.passed:
            return True
        self.prompt(exercise)
        return False

    def go_on(self, exercise: Exercise) -> Exercise | None:
        """The exercise after one that has passed."""
        following = self.workspace.next(self.workspace.progress(), after=exercise)
        if following:
            show.line(f"\nOn to {following.id}.  (tfl grade {exercise.id} trains with your code.)\n")
        else:
            show.line("\nAll exercises are passed.  tfl list shows your points.")
        return following

    def edit(self, exercise: Exercise) -> None:
        """Open the editor; one that draws in this terminal gets it for itself."""
        try:
            with self.keys.put_by():
                open_editor(self.workspace.path(exercise), self.workspace.line_to_mend(exercise))
        except TflError as error:
            show.failure(error.message, error.action)
