"""The gradebook: every attempt, every mark, every decision, in one SQLite file that survives a power cut.

    RESULTS/gradebook.sqlite    the tables (`tables.py`)
            sources/            a copy of every file that was sent, under its checksum

A mark and the taking of its attempt off the waiting list are one transaction, flushed to disk: whatever happens, an
attempt is either still waiting, or graded once.  One process at a time grades; any number may read.

Where the folder can be read but not written (somebody else's, an old disk) a copy of the tables is opened, so that what
an older tfl has written can be brought up to date; what only reads works, and everything else says why it does not.
"""

import fcntl
import hashlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, create_engine, delete, event, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from grader.classes import tables
from grader.classes.arrivals import Oddity
from grader.classes.read_only import can_be_written, copied
from grader.classes.roster import Roster, Student
from grader.classes.tables import (
    AttemptRow,
    GradingRow,
    OddityRow,
    SettingRow,
    StudentRow,
    TrainingRow,
    WaitingRow,
)
from grader.marks import Mark
from tfl.errors import GradebookError, UnknownName

FILE = "gradebook.sqlite"
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class NewAttempt:
    """A file that has arrived, with what is known of it."""

    student: Student
    exercise: str
    path: str
    real: Path
    sent: datetime | None
    sent_from: str
    late: bool = False
    number: tuple[int, int] = (0, 0)  # the platform's number of the upload, the number in a repeated file's name
    note: str = ""

    def order(self) -> tuple[int, datetime, int, str]:
        """Sorts a student's attempts, the latest last."""
        return (self.number[0], self.sent or EVER, self.number[1], self.path)


LATEST = (AttemptRow.upload, func.coalesce(AttemptRow.sent, ""), AttemptRow.again, AttemptRow.path, AttemptRow.id)


class Gradebook:
    """The gradebook of a folder of results."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        """Raises GradebookError when there is none, when it is damaged, or when a newer tfl wrote it."""
        self.folder = folder
        self.path = folder / FILE
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        if create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise GradebookError(f"{folder} cannot be made: {error.strerror}.", "Name another folder.") from error
        elif not self.path.exists():
            raise GradebookError(f"There is no gradebook in {folder}.", "`tfl class grade … --out` makes one.")
        if self.path.exists() and not can_be_written(self.path):
            self._copy = tempfile.TemporaryDirectory(prefix="tfl-gradebook-")
        at = copied(self.path, Path(self._copy.name)) if self._copy else self.path
        self.engine = create_engine(f"sqlite:///{at}", connect_args={"timeout": 30})
        event.listen(self.engine, "connect", _settings)
        event.listen(self.engine, "begin", _begin)
        with self.told_plainly():
            tables.migrate(self.engine, str(self.path))
        self.session = Session(self.engine, expire_on_commit=False)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed: this is a copy of a gradebook that cannot be written."""
        return self._copy is not None

    def close(self) -> None:
        """Let go of the file."""
        self.session.close()
        self.engine.dispose()
        if self._copy:
            self._copy.cleanup()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the gradebook for grading.

        Raises GradebookError while another process does, or when it is read-only.
        """
        self._must_be_writable()
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise GradebookError(
                    f"Another process is grading into {self.folder}.", "Wait for it, or choose another folder."
                ) from None
            yield

    def _must_be_writable(self) -> None:
        if self.is_read_only:
            raise GradebookError(
                f"The gradebook {self.path} can be read here, but not written.",
                "Copy its whole folder to where you may write, and name the copy.",
            )

    @contextmanager
    def told_plainly(self) -> Iterator[None]:
        """What the database says, as a GradebookError."""
        try:
            yield
        except OperationalError as error:
            raise GradebookError(
                f"The gradebook {self.path} cannot be used: {error.orig}.", "Is it writable?"
            ) from error
        except DatabaseError as error:
            raise GradebookError(
                f"The gradebook {self.path} is damaged: {error.orig}.", "Restore a copy of it."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Change the gradebook: all or nothing.  Raises GradebookError when it is read-only."""
        self._must_be_writable()
        with self.told_plainly():
            self.session.rollback()  # what was read before is no part of it
            self.session.connection(execution_options={"writes": True})
            try:
                yield self.session
                self.session.commit()
            except BaseException:
                self.session.rollback()
                raise

    # ---------------------------------------------------------------------------------- students and attempts

    def enrol(self, students: Iterable[Student]) -> None:
        """Take in a roster; who is not in it any more stays, as a stranger."""
        with self.transaction() as session:
            session.execute(update(StudentRow).values(enrolled=False))
            for student in students:
                row = {"enrolled": True, "details": student.model_dump_json(exclude_defaults=True)}
                session.execute(
                    insert(StudentRow)
                    .values(id=student.id, **row)
                    .on_conflict_do_update(index_elements=["id"], set_=row)
                )

    def students(self) -> Iterator[tuple[Student, bool]]:
        """Everybody, with whether they stand in the roster, by name."""
        rows = self.session.execute(select(StudentRow.details, StudentRow.enrolled)).all()
        found = [(Student.model_validate_json(details), enrolled) for details, enrolled in rows]
        yield from sorted(found, key=lambda pair: (not pair[1], (pair[0].last or pair[0].shown).casefold(), pair[0].id))

    def student(self, name: str) -> Student:
        """The student of this id or name.  Raises UnknownName."""
        known = [student for student, _ in self.students()]
        found = Roster(known).find([name])
        if len(found) == 1:
            return found[0]
        # Several of one name are told apart by their ids.
        raise UnknownName("student", name, [one.id for one in found] or [one.shown for one in known])

    def add_attempts(self, attempts: Sequence[NewAttempt]) -> int:
        """Keep attempts with copies of their files; returns how many were not known yet.

        A known file that now belongs to somebody else (the roster has changed) moves there with its marks.
        """
        new = 0
        digests = [self._keep(attempt) for attempt in attempts]
        with self.transaction() as session:
            for attempt, digest in zip(attempts, digests, strict=True):
                session.execute(
                    insert(StudentRow)
                    .values(
                        id=attempt.student.id,
                        enrolled=False,
                        details=attempt.student.model_dump_json(exclude_defaults=True),
                    )
                    .on_conflict_do_nothing()
                )
                values = {
                    "student": attempt.student.id,
                    "sent": attempt.sent,
                    "sent_from": attempt.sent_from,
                    "late": attempt.late,
                    "upload": attempt.number[0],
                    "again": attempt.number[1],
                    "note": attempt.note,
                }
                key = {"exercise": attempt.exercise, "path": attempt.path, "digest": digest}
                known = session.scalar(select(AttemptRow).filter_by(**key))
                if known is None:
                    session.add(AttemptRow(**key, **values, arrived=datetime.now(UTC)))
                    new += 1
                elif known.student != attempt.student.id:
                    known.student = attempt.student.id
                session.flush()
            session.execute(
                delete(StudentRow).where(
                    StudentRow.enrolled.is_(False), ~select(AttemptRow).filter_by(student=StudentRow.id).exists()
                )
            )
        return new

    def _keep(self, attempt: NewAttempt) -> str:
        """Copy a file into the gradebook's own folder; returns its checksum.

        Copies are not flushed to disk one by one, which would take minutes for a large class: one that a power cut
        has spoilt is noticed by its checksum, and replaced when the file arrives again.
        """
        content = attempt.real.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        kept = self.source(digest, attempt.path)
        if not kept.exists() or kept.read_bytes() != content:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_bytes(content)
            part.replace(kept)
        return digest

    def content(self, attempt: AttemptRow) -> bytes:
        """What was sent.  Raises GradebookError when the copy is missing or is not what it was."""
        kept = self.source(attempt.digest, attempt.path)
        content = kept.read_bytes() if kept.exists() else b""
        if hashlib.sha256(content).hexdigest() != attempt.digest:
            raise GradebookError(
                f"The copy of {attempt.path} in {self.folder} is missing or spoilt.",
                "`tfl class grade … --resume` with the submissions puts it back.",
            )
        return content

    def source(self, digest: str, path: str) -> Path:
        """Where the copy of a file lies: under its checksum, with its own name as far as that is harmless."""
        name = Path(path).name
        plain = "".join(char if char.isalnum() or char in "._-() " else "_" for char in name).lstrip(".")[-80:]
        return self.folder / "sources" / digest[:16] / (plain or "file.py")

    def note_oddities(self, oddities: Iterable[Oddity]) -> None:
        """Replace the list of files that nothing could be made of."""
        with self.transaction() as session:
            session.execute(delete(OddityRow))
            for oddity in oddities:
                row = {"reason": oddity.reason}
                session.execute(insert(OddityRow).values(path=oddity.path, **row).on_conflict_do_nothing())

    def oddities(self) -> list[Oddity]:
        """The files that nothing could be made of."""
        rows = self.session.execute(select(OddityRow.path, OddityRow.reason).order_by(OddityRow.path))
        return [Oddity(path, reason) for path, reason in rows]

    # ------------------------------------------------------------------------------------------- waiting, marks

    def wait(self, attempts: Select[Any], work: str = "check") -> int:
        """Put attempts (a select of their ids) on the waiting list; returns how many wait now."""
        with self.transaction() as session:
            ids = [(id, work) for (id,) in session.execute(attempts)]
            for id, work in ids:
                session.execute(insert(WaitingRow).values(attempt=id, work=work).on_conflict_do_nothing())
            return session.scalar(select(func.count()).select_from(WaitingRow).filter_by(work=work)) or 0

    def waiting(self, work: str = "check", after: int = 0, limit: int = 100) -> list[AttemptRow]:
        """The next attempts on the waiting list, by id."""
        wanted = (
            select(AttemptRow)
            .join(WaitingRow, WaitingRow.attempt == AttemptRow.id)
            .where(WaitingRow.work == work, AttemptRow.id > after)
            .order_by(AttemptRow.id)
            .limit(limit)
        )
        rows = list(self.session.scalars(wanted))
        self.session.expunge_all()  # a class of ten thousand must not pile up in memory
        return rows

    def _take_off(self, session: Session, attempt: int, work: str) -> bool:
        gone = session.execute(delete(WaitingRow).filter_by(attempt=attempt, work=work))
        return bool(gone.rowcount)  # type: ignore[attr-defined]

    def record(self, gradings: Sequence[GradingRow]) -> list[GradingRow]:
        """Commit marks, all or none, and take their attempts off the list; returns those that were recorded.

        A mark whose attempt does not wait any more comes too late (another worker was faster) and is dropped.
        """
        with self.transaction() as session:
            wanted = [grading for grading in gradings if self._take_off(session, grading.attempt, "check")]
            session.add_all(wanted)
            session.flush()
        self.session.expunge_all()
        return wanted

    def record_training(self, training: TrainingRow) -> bool:
        """Commit what a training has shown, once."""
        with self.transaction() as session:
            if not self._take_off(session, training.attempt, "train"):
                return False
            session.add(training)
        self.session.expunge_all()
        return True

    def grading(self, id: int) -> tuple[GradingRow, AttemptRow]:
        """A mark and its attempt.  Raises UnknownName."""
        row = self.session.execute(
            select(GradingRow, AttemptRow)
            .join(AttemptRow, GradingRow.attempt == AttemptRow.id)
            .where(GradingRow.id == id)
        ).first()
        if row is None:
            known = self.session.scalars(select(GradingRow.id).order_by(GradingRow.id.desc()).limit(8))
            raise UnknownName("mark", str(id), map(str, known))
        return row[0], row[1]

    # ------------------------------------------------------------------------------------------------- settings

    def setting(self, name: str, default: str = "") -> str:
        """A setting of the gradebook."""
        return self.session.scalar(select(SettingRow.value).filter_by(name=name)) or default

    def set(self, **settings: str) -> None:
        """Change settings of the gradebook."""
        with self.transaction() as session:
            for name, value in settings.items():
                statement = insert(SettingRow).values(name=name, value=value)
                session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def grading(attempt: int, checks: str, mark: Mark, remarks: Sequence[str] = ()) -> GradingRow:
    """A mark as a row."""
    return GradingRow(
        attempt=attempt,
        graded=datetime.now(UTC),
        course=mark.course,
        checks=checks,
        isolation=mark.isolation,
        seed=mark.seed,
        score=mark.score,
        max_score=mark.max_score,
        seconds=mark.seconds,
        mark=mark.model_dump_json(),
        failure="",
        remarks="\n".join(remarks),
    )


def ungraded(attempt: int, course: str, checks: str, failure: str) -> GradingRow:
    """That there is no mark, because the grader itself failed."""
    return GradingRow(
        attempt=attempt,
        graded=datetime.now(UTC),
        course=course,
        checks=checks,
        isolation="",
        seed="",
        score=None,
        max_score=None,
        seconds=0.0,
        mark="",
        failure=failure,
        remarks="",
    )


def _settings(connection: sqlite3.Connection, _: object) -> None:
    """WAL: readers do not wait.  FULL: a commit is on the disk, also after a power cut."""
    connection.isolation_level = None  # transactions begin where `_begin` says
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Who means to write takes the lock at once: one who has read before could not wait for it any more."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
