"""What the app knows of its learner: the course, the workspace if there is one, and the progress in it."""

from functools import cached_property
from pathlib import Path

from tfl import course as courses
from tfl import lessons, progress, standing, workspace
from tfl.course import Course, Exercise, Stage
from tfl.errors import WorkspaceError
from tfl.lessons import Lesson
from tfl.progress import Progress
from tfl.standing import Next, Standing
from tfl.workspace import Workspace


class Learner:
    """Reads the progress again when its file has changed: another tfl may be at work on it too."""

    def __init__(self, folder: Path | None = None, course: Path | None = None) -> None:
        """`folder`: where to look for a workspace, from there upwards (default: the current folder).

        Raises CourseError, and WorkspaceError for a workspace that is damaged.
        """
        self.start = (folder or Path.cwd()).absolute()
        found = workspace.search(self.start)
        self.course: Course = found.course if found and not course else courses.load(course)
        self.workspace: Workspace | None = found if found and found.course.folder == self.course.folder else None
        self.progress = Progress()
        self._stamp: object = None
        self.look()

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """The lesson of each stage.  Raises CourseError."""
        return lessons.load(self.course)

    @cached_property
    def glossary(self) -> dict[str, str]:
        """Term → definition."""
        return lessons.glossary(self.course)

    def lesson(self, stage: Stage) -> Lesson:
        """The lesson of a stage."""
        return next(lesson for lesson in self.lessons if lesson.stage.id == stage.id)

    def exercise(self, stage: Stage) -> Exercise | None:
        """The exercise of a stage, if it has one."""
        return self.course.exercise(stage.exercise) if stage.exercise else None

    def standings(self) -> list[Standing]:
        """How far each stage has come."""
        return standing.standings(self.course, self.lessons, self.progress, self.workspace)

    def next(self) -> Next | None:
        """Where to go on."""
        return standing.whats_next(self.standings(), self.progress)

    def look(self) -> bool:
        """Read the progress again if its file has changed; whether it had.  Raises WorkspaceError."""
        if not self.workspace:
            return False
        file = self.workspace.folder / progress.FILE
        stamp = file.stat().st_mtime_ns if file.exists() else 0
        files = tuple(_modified(self.workspace.path(exercise)) for exercise in self.course.exercises)
        if self._stamp == (stamp, files):
            return False
        self._stamp = (stamp, files)
        self.progress = self.workspace.progress()
        return True

    def make_workspace(self) -> Workspace:
        """Make a workspace in the folder where the app was started.  Raises WorkspaceError."""
        if other := workspace.search(self.start):
            raise WorkspaceError(
                f"{other.folder} is a workspace of another course, “{other.course.title}”.", "Choose another folder."
            )
        self.workspace, _ = workspace.create(self.start, self.course)
        self._stamp = None
        self.look()
        return self.workspace

    def renew(self) -> str:
        """Bring a workspace of an older course up to date; says what was done, if anything.  Raises WorkspaceError.

        What the learner has begun is left alone: a newer stub is put beside it.
        """
        if not self.workspace or not self.workspace.outdated:
            return ""
        self.workspace, done = workspace.create(self.workspace.folder)
        self._stamp = None
        self.look()
        beside = [workspace.beside(Path(name)).name for name, what in done.items() if what == "kept, newer beside"]
        kept = f"  Your own work stays as it is; the newer files lie beside it: {', '.join(beside)}." if beside else ""
        return f"The course is now version {self.course.version}, and this workspace has been brought up to date.{kept}"


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
