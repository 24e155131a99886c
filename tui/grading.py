"""The app's warm grader: started when an exercise is first opened, for one thread at a time."""

import threading
from collections.abc import Iterator
from pathlib import Path

from grader.client import Grader
from grader.marks import Mark, Verdict
from grader.submission import Submission, read
from tfl.course import Course, Exercise
from tfl.errors import GraderError


class Grading:
    """Checks files; a grader that broke is replaced by a new one."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._turn = threading.Lock()
        self._grader: Grader | None = None
        self._closed = False

    def warm(self) -> str:
        """Start the grader, wait until it is ready, and say how submissions are walled in.  Raises GraderError."""
        with self._turn:
            return self._ready().isolation

    def check(self, exercise: Exercise, submission: Submission) -> Iterator[Verdict | Mark]:
        """The verdict of each check as it comes, and at last the mark.  Raises GraderError."""
        with self._turn:
            grader = self._ready()
            try:
                yield from grader.check(exercise, submission)
            except GraderError:
                grader.close()
                self._grader = None
                raise

    def read(self, path: Path, exercise: Exercise) -> Submission:
        """A file as a submission.  Raises SubmissionError."""
        return read(path, exercise)

    def close(self) -> None:
        """End the grader."""
        self._closed = True
        if self._grader:
            self._grader.close()

    def _ready(self) -> Grader:
        if self._closed:
            raise GraderError("The app is closing.")
        if self._grader is None:
            self._grader = Grader(self.course)
        return self._grader
