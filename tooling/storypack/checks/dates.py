"""Dates of creation and modification."""

from __future__ import annotations

import datetime as dt

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.pack.models.base import Content

# Somebody east of the clock that checks may already write tomorrow's date.
_TOLERANCE = dt.timedelta(days=1)


@rule(
    "SP110",
    "Date in the future",
    on="content",
    policy=True,
    why="Enterprise Security shows these dates, and reviewers sort by them; a date to come is a slip of the pen.",
    example="creation_date: 2062-11-22",
    cure="Write the day on which the change was made.",
)
def in_the_future(content: Content, context: Context) -> Faults:
    for key in ("creation_date", "modification_date"):
        day: dt.date = getattr(content, key)
        if day > context.today + _TOLERANCE:
            yield Fault(f"{key} {day} is in the future (today is {context.today})", key)


@rule(
    "SP111",
    "Modified before created",
    on="content",
    policy=True,
    why="One of the two dates is wrong, and nobody can tell which.",
    example="creation_date: 2026-11-22\nmodification_date: 2026-11-20",
    cure="Set modification_date to the day of the last change.",
)
def modified_before_created(content: Content, context: Context) -> Faults:
    if content.modification_date < content.creation_date:
        days = f"{content.modification_date} is before creation_date {content.creation_date}"
        yield Fault(f"modification_date {days}", "modification_date")
