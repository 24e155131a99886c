"""Late policy: when a submission is late, and what that costs."""

import math
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

DAY = timedelta(days=1)


class Deadline(BaseModel):
    """The rule for one exercise.

    A submission is late when it was sent after `due` (or the student's extension, if that is later) and the grace
    time.  Each day that has begun since then costs `per_day` percent of the exercise's points, `most` percent at most.
    """

    model_config = ConfigDict(frozen=True)
    due: AwareDatetime
    grace_minutes: int = Field(0, ge=0)
    per_day: float = Field(10.0, ge=0, le=100)
    most: float = Field(100.0, ge=0, le=100)
    file_dates: bool = False  # believe the dates of files, which copying and downloading change


class Lateness(BaseModel):
    """How late a submission is, and what it loses."""

    model_config = ConfigDict(frozen=True)
    by: timedelta = timedelta(0)
    days: int = 0
    points: float = 0.0  # taken, never negative
    doubt: str = ""  # why nothing could be taken although it may be late


def lateness(
    rule: Deadline | None,
    extension: datetime | None,
    sent: datetime | None,
    sent_from: str,
    told_late: bool,
    worth: int,
) -> Lateness:
    """What the rule says of a submission to an exercise that is `worth` so many points.

    Without a time that can be relied on nothing is taken: the doubt is told instead.
    """
    if rule is None:
        return Lateness()
    until = max(rule.due, extension) if extension else rule.due
    if sent is None or (sent_from == "file date" and not rule.file_dates):
        if told_late:
            return Lateness(doubt="the platform says late, but not by how much")
        if sent and sent > until + timedelta(minutes=rule.grace_minutes):
            return Lateness(doubt="late by its file's date, which copying changes")
        return Lateness()
    by = sent - until
    if by <= timedelta(minutes=rule.grace_minutes):
        return Lateness()
    days = math.ceil(by / DAY)
    percent = min(days * rule.per_day, rule.most)
    return Lateness(by=by, days=days, points=round(worth * percent / 100, 2))
