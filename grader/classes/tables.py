"""The tables of a gradebook, and the steps that bring an older one up to date.

A step is SQL and is never changed once it is released; `PRAGMA user_version` counts those that a file has seen.
(Alembic would bring its own configuration and folder for what is one file with seven tables.)
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Engine, ForeignKey, String, TypeDecorator, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tfl.errors import GradebookError


class Moment(TypeDecorator[datetime]):
    """A time, kept as ISO text in UTC: SQLite has no type for it, and text can be read by anybody."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: Moment}


class StudentRow(Base):
    """Somebody of whom there is something to tell."""

    __tablename__ = "student"
    id: Mapped[str] = mapped_column(primary_key=True)
    enrolled: Mapped[bool]  # stands in the roster
    details: Mapped[str]  # the roster's Student as JSON


class AttemptRow(Base):
    """One file that one student has sent for one exercise."""

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(ForeignKey("student.id"))
    exercise: Mapped[str]
    path: Mapped[str]  # where it lay among what was handed in
    digest: Mapped[str]  # SHA-256 of its content; with its name, where the gradebook keeps a copy
    sent: Mapped[datetime | None]
    sent_from: Mapped[str]  # who says so: timestamp.txt, archive, file date
    late: Mapped[bool]  # the platform says that it is late
    upload: Mapped[int]  # the platform's number of the file: the higher the later
    again: Mapped[int]  # the number in a repeated file's name
    note: Mapped[str]  # how its exercise was found, where its name did not say
    arrived: Mapped[datetime]


class GradingRow(Base):
    """One mark of one attempt; the one with the highest id counts."""

    __tablename__ = "grading"
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    graded: Mapped[datetime]
    course: Mapped[str]  # the course's version
    checks: Mapped[str]  # fingerprint of the checks that were run
    isolation: Mapped[str]
    seed: Mapped[str]
    score: Mapped[int | None]  # None: the grader itself failed, so there is no mark
    max_score: Mapped[int | None]
    seconds: Mapped[float]
    mark: Mapped[str]  # the Mark as JSON
    failure: Mapped[str]  # why there is no mark
    remarks: Mapped[str] = mapped_column(default="")  # what is odd in the text, a line each


class WaitingRow(Base):
    """An attempt that is to be graded (or trained): put in before the work begins, taken out with its result."""

    __tablename__ = "waiting"
    attempt: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    work: Mapped[str] = mapped_column(primary_key=True)  # "check" or "train"


class TrainingRow(Base):
    """What training with an attempt's parts has shown."""

    __tablename__ = "training"
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    trained: Mapped[datetime]
    result: Mapped[str]  # JSON
    picture: Mapped[str]  # a PNG in base64, or nothing
    failure: Mapped[str]


class DeadlineRow(Base):
    """A rule about lateness; the newest of an exercise counts, the others stay as the record."""

    __tablename__ = "deadline"
    id: Mapped[int] = mapped_column(primary_key=True)
    exercise: Mapped[str]
    rule: Mapped[str]  # policy.Deadline as JSON
    made: Mapped[datetime]


class ExtensionRow(Base):
    """More time for one student; the newest counts."""

    __tablename__ = "extension"
    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(ForeignKey("student.id"))
    exercise: Mapped[str]
    until: Mapped[datetime]
    reason: Mapped[str]
    made: Mapped[datetime]


class AdjustmentRow(Base):
    """Points that a person has given or taken, with the reason."""

    __tablename__ = "adjustment"
    id: Mapped[int] = mapped_column(primary_key=True)
    student: Mapped[str] = mapped_column(ForeignKey("student.id"))
    exercise: Mapped[str]
    points: Mapped[float]
    reason: Mapped[str]
    by: Mapped[str]
    made: Mapped[datetime]


class OddityRow(Base):
    """A file that nothing could be made of when it last arrived."""

    __tablename__ = "oddity"
    path: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


class SettingRow(Base):
    """What holds for the whole gradebook."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


STEPS: Sequence[str] = (
    """
    CREATE TABLE student (id TEXT PRIMARY KEY, enrolled BOOLEAN NOT NULL, details TEXT NOT NULL);
    CREATE TABLE attempt (
        id INTEGER PRIMARY KEY, student TEXT NOT NULL REFERENCES student, exercise TEXT NOT NULL, path TEXT NOT NULL,
        digest TEXT NOT NULL, sent TEXT, sent_from TEXT NOT NULL, late BOOLEAN NOT NULL, upload INTEGER NOT NULL,
        again INTEGER NOT NULL, note TEXT NOT NULL, arrived TEXT NOT NULL, UNIQUE (exercise, path, digest)
    );
    CREATE INDEX attempt_of ON attempt (student, exercise);
    CREATE TABLE grading (
        id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL REFERENCES attempt, graded TEXT NOT NULL,
        course TEXT NOT NULL, checks TEXT NOT NULL, isolation TEXT NOT NULL, seed TEXT NOT NULL, score INTEGER,
        max_score INTEGER, seconds REAL NOT NULL, mark TEXT NOT NULL, failure TEXT NOT NULL
    );
    CREATE INDEX grading_of ON grading (attempt);
    CREATE TABLE waiting (
        attempt INTEGER NOT NULL REFERENCES attempt, work TEXT NOT NULL, PRIMARY KEY (attempt, work)
    );
    CREATE TABLE deadline (id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, rule TEXT NOT NULL, made TEXT NOT NULL);
    CREATE TABLE extension (
        id INTEGER PRIMARY KEY, student TEXT NOT NULL REFERENCES student, exercise TEXT NOT NULL, until TEXT NOT NULL,
        reason TEXT NOT NULL, made TEXT NOT NULL
    );
    CREATE TABLE adjustment (
        id INTEGER PRIMARY KEY, student TEXT NOT NULL REFERENCES student, exercise TEXT NOT NULL,
        points REAL NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, made TEXT NOT NULL
    );
    CREATE TABLE oddity (path TEXT PRIMARY KEY, reason TEXT NOT NULL);
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
    """
    CREATE TABLE training (
        id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL REFERENCES attempt, trained TEXT NOT NULL,
        result TEXT NOT NULL, picture TEXT NOT NULL, failure TEXT NOT NULL
    );
    CREATE INDEX training_of ON training (attempt);
    """,
    "ALTER TABLE grading ADD COLUMN remarks TEXT NOT NULL DEFAULT ''",
)


def migrate(engine: Engine, path: str) -> None:
    """Bring a gradebook up to date, each step in a transaction of its own.

    Raises GradebookError when it was written by a newer tfl.
    """
    done = False
    while not done:
        # The lock comes before the look, so that two processes do not take the same step.
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            version = connection.execute(text("PRAGMA user_version")).scalar_one()
            if version > len(STEPS):
                raise GradebookError(f"The gradebook {path} was written by a newer tfl.", "Install that one.")
            done = version == len(STEPS)
            if not done:
                for statement in filter(None, map(str.strip, STEPS[version].split(";"))):
                    connection.execute(text(statement))
                connection.execute(text(f"PRAGMA user_version = {version + 1}"))
