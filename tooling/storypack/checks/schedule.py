"""Schedules: when a search runs, over which time, and what its runs leave out or see twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.checks.cron import CronError, check_cron, occurs
from storypack.checks.findings import period_seconds
from storypack.checks.windows import Coverage, Seam, coverage, duration, midnight
from storypack.issue import Severity
from storypack.pack.models import Baseline, Detection, Investigation, NamedSchedule, Schedule
from storypack.pack.models.search import Search
from storypack.timemod import TimeModifier, TimeModifierError, parse


def schedules(content: object) -> Iterator[tuple[str, Schedule]]:
    """The schedules that an object spells out, each with the prefix of its keys."""
    if isinstance(content, NamedSchedule):
        yield "", content.schedule
    elif isinstance(content, Search):
        if isinstance(content.schedule, Schedule):
            yield "schedule.", content.schedule
        if content.custom_schedule is not None:
            yield "custom_schedule.", content.custom_schedule


def _modifiers(content: object) -> Iterator[tuple[str, str]]:
    for prefix, schedule in schedules(content):
        yield f"{prefix}earliest_time", schedule.earliest_time
        yield f"{prefix}latest_time", schedule.latest_time
    if isinstance(content, Search):
        for number, test in enumerate(content.tests):
            for key in ("earliest_time", "latest_time"):
                if getattr(test, key) is not None:
                    yield f"tests.{number}.{key}", getattr(test, key)
    if isinstance(content, Investigation):
        for number, step in enumerate(content.steps):
            for key in ("earliest_time", "latest_time"):
                if getattr(step, key) is not None:
                    yield f"steps.{number}.{key}", getattr(step, key)
    if isinstance(content, Detection):
        for number, drilldown in enumerate(content.drilldown_searches):
            for key in ("earliest_offset", "latest_offset"):
                if "$" not in getattr(drilldown, key):  # $info_min_time$ is filled in by Enterprise Security
                    yield f"drilldown_searches.{number}.{key}", getattr(drilldown, key)


def _cron_is_good(text: str) -> bool:
    try:
        check_cron(text)
    except CronError:
        return False
    return occurs(text)


def _parsed(text: str) -> TimeModifier | None:
    try:
        return parse(text)
    except TimeModifierError:
        return None


def _coverage(schedule: Schedule, today: dt.date) -> Coverage | None:
    """What the schedule covers, or None if another rule already complains about its parts."""
    ends = [_parsed(text) for text in (schedule.earliest_time, schedule.latest_time)]
    if not _cron_is_good(schedule.cron_schedule) or None in ends:
        return None
    start = midnight(dt.datetime(today.year, today.month, today.day))
    try:
        return coverage(schedule.cron_schedule, schedule.earliest_time, schedule.latest_time, start)
    except TimeModifierError:
        return None


def _covered(content: object, context: Context) -> Iterator[tuple[str, Schedule, Coverage]]:
    """The schedules that an object spells out and that can be played through, with what they cover."""
    for prefix, schedule in schedules(content):
        found = _coverage(schedule, context.today)
        if found is not None:
            yield prefix, schedule, found


def _moving(schedule: Schedule) -> bool:
    """Whether the window moves on with the clock and is not open at its start."""
    start = _parsed(schedule.earliest_time)
    return start is not None and start.relative and not start.realtime


def _seam(seam: Seam) -> str:
    return f"the runs of {seam.first:%a %d %b %H:%M} and {seam.second:%a %d %b %H:%M}"


@rule(
    "SP120",
    "Cron that Splunk does not read",
    on="content",
    why="Splunk's scheduler reads five fields of numbers. AppInspect accepts names of days and months, Splunk does "
    "not: the search is installed and never runs.",
    example="cron_schedule: every tuesday",
    cure="Write minute, hour, day of the month, month and day of the week in numbers; Sunday is 0.",
)
def cron(content: object, context: Context) -> Faults:
    for prefix, schedule in schedules(content):
        try:
            check_cron(schedule.cron_schedule)
        except CronError as error:
            yield Fault(error.message, f"{prefix}cron_schedule", error.cure)


@rule(
    "SP121",
    "Cron that never comes",
    on="content",
    why="The search is scheduled for a day that no year has, and never runs.",
    example="cron_schedule: 0 0 31 2 *",
    cure="Choose a day that the month has.",
)
def cron_occurs(content: object, context: Context) -> Faults:
    for prefix, schedule in schedules(content):
        try:
            check_cron(schedule.cron_schedule)
        except CronError:
            continue
        if not occurs(schedule.cron_schedule):
            yield Fault(f"'{schedule.cron_schedule}' never comes", f"{prefix}cron_schedule")


@rule(
    "SP122",
    "Not a time modifier",
    on="content",
    why="Splunk refuses to run a search whose time range it can not read.",
    example="earliest_time: 1 hour ago",
    cure="As in -70m@m, -1d@d, @w1, now, or epoch seconds.",
)
def time_modifier(content: object, context: Context) -> Faults:
    for key, text in _modifiers(content):
        try:
            parse(text).resolve(midnight(dt.datetime(context.today.year, 1, 1)).timestamp())
        except TimeModifierError as error:
            yield Fault(error.message, key, error.cure, offset=error.column - 1)


@rule(
    "SP123",
    "Earliest is not before latest",
    on="content",
    why="The window is empty: the search runs, finds nothing, and looks healthy.",
    example="earliest_time: now\nlatest_time: -1h",
    cure="Swap them, or make the window longer.",
)
def empty_window(content: object, context: Context) -> Faults:
    for prefix, schedule, found in _covered(content, context):
        if found.empty:
            window = f"{schedule.earliest_time} is never before {schedule.latest_time}"
            yield Fault(f"the time window is empty: {window}", f"{prefix}earliest_time")
    for number, drilldown in enumerate(content.drilldown_searches if isinstance(content, Detection) else ()):
        if drilldown.earliest_offset == "$info_max_time$" and drilldown.latest_offset.startswith("$info_m"):
            key = f"drilldown_searches.{number}.earliest_offset"
            yield Fault("the drilldown begins where the search's window ends", key, "write $info_min_time$")


@rule(
    "SP124",
    "Time that no run looks at",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="Events between the end of one run's window and the start of the next one's are never searched: an attacker "
    "who is lucky with the clock stays unseen.",
    example="cron_schedule: 0 9 * * 1-5\nearliest_time: -1d@d\nlatest_time: '@d'",
    cure="Make the window as long as the longest time between two runs.",
)
def gap(content: object, context: Context) -> Faults:
    for prefix, _, found in _covered(content, context):
        if found.gap:
            lost = f"{duration(found.gap.seconds)} between {_seam(found.gap)} are searched by neither"
            yield Fault(lost, f"{prefix}earliest_time")


@rule(
    "SP125",
    "Time that two runs look at",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="An event in the overlap is found twice: two findings, and twice the risk. (A baseline may look back as far "
    "as it likes, and throttling at least as long as the overlap takes the second one away.)",
    example="cron_schedule: 0 * * * *\nearliest_time: -24h@h\nlatest_time: '@h'",
    cure="Make the window as long as the time between two runs, or throttle.",
)
def overlap(content: object, context: Context) -> Faults:
    if isinstance(content, Baseline):
        return
    for prefix, schedule, found in _covered(content, context):
        if found.overlap is None or not _moving(schedule):
            continue
        users = context.users_of(content) if isinstance(content, NamedSchedule) else [content]
        if all(_throttled(user, found.overlap.seconds) for user in users):
            continue  # also when no search has the schedule yet: then nothing is found twice
        twice = f"{duration(found.overlap.seconds)} are searched by both {_seam(found.overlap)}"
        yield Fault(twice, f"{prefix}earliest_time")


def _throttled(search: object, seconds: float) -> bool:
    if isinstance(search, Baseline):
        return True
    throttling = search.throttling if isinstance(search, Detection) else None
    return throttling is not None and period_seconds(throttling.period) >= seconds


@rule(
    "SP126",
    "Window that does not move with the clock",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="A fixed start makes each run slower than the last; a real-time window holds a processor of every indexer for "
    "good, and AppInspect refuses it in an app.",
    example="earliest_time: '0'",
    cure="Use a start relative to the run, such as -70m@m.",
)
def fixed_window(content: object, context: Context) -> Faults:
    for prefix, schedule in schedules(content):
        start = _parsed(schedule.earliest_time)
        end = _parsed(schedule.latest_time)
        if (start and start.realtime) or (end and end.realtime):
            yield Fault("the time window is a real-time window", f"{prefix}earliest_time")
        elif start and not start.relative:
            yield Fault(f"the window of every run starts at {schedule.earliest_time}", f"{prefix}earliest_time")


@rule(
    "SP127",
    "Schedule window as long as the period",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="A run that may wait until the next one is due can be skipped altogether (savedsearches.conf.spec, "
    "schedule_window).",
    example="cron_schedule: '*/5 * * * *'\nschedule_window: 10",
    cure="Use auto, or fewer minutes than lie between two runs.",
)
def schedule_window(content: object, context: Context) -> Faults:
    for prefix, schedule, found in _covered(content, context):
        if schedule.schedule_window == "auto" or found.empty:
            continue
        if int(schedule.schedule_window) * 60 >= found.period:
            waits = f"a run may wait {schedule.schedule_window} min, and the next is due after {duration(found.period)}"
            yield Fault(waits, f"{prefix}schedule_window")
