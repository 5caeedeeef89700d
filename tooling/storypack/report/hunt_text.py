"""A hunt for people: what was looked at, what was found, about whom, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from storypack.engine.candidates import EventAt
from storypack.hunting.findings import Finding, Hunt
from storypack.report.hunt_json import iso
from storypack.report.hunt_tables import looked_in, technique_title
from storypack.report.results import plural
from storypack.report.text import printable

RANK = ("critical", "high", "medium", "low", "informational")
GUESSES = ("unknown", "_json", "csv")  # what events are taken for whose source type nothing tells
MOST_FINDINGS, MOST_ENTITIES, MOST_EVENTS, MOST_NAMES = 200, 15, 3, 8


def render_text(hunt: Hunt, width: int, base: str = "") -> str:
    """The report for a terminal of so many columns; findings by severity. Files below the folder `base` are named from
    there."""
    width = max(width, 60)
    parts = [
        _head(hunt),
        _findings(hunt, width, base),
        _entities(hunt),
        _techniques(hunt),
        _unseen(hunt, width),
        _end(hunt),
    ]
    return "\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(hunt: Hunt) -> Iterator[str]:
    yield f"looked at {plural(hunt.events, 'event')} {looked_in(hunt)}, {span(hunt.span)}"
    for each in hunt.coverage:
        some = each.without_time if each.without_time != each.events else 0
        without = f", {some:,} without a time" if some else ""
        covered = span((each.first, each.last) if each.first is not None and each.last is not None else None)
        files = "" if hunt.place else f" in {plural(each.files, 'file')}"
        yield f"  {printable(each.sourcetype)}: {each.events:,}{files}, {covered}{without}"
    guesses = [each.sourcetype for each in hunt.coverage if each.sourcetype in GUESSES]
    if guesses and not hunt.place:
        yield f"  not recognised: {', '.join(guesses)}; hunt in these files alone and name their --sourcetype"
    for sourcetype, begin, end in hunt.gaps()[:MOST_NAMES]:
        yield f"  nothing of {printable(sourcetype)} {span((begin, end))}"


def _findings(hunt: Hunt, width: int, base: str) -> Iterator[str]:
    by_severity = sorted(hunt.findings, key=lambda each: (RANK.index(each.severity), -each.score, each.number))
    for finding in by_severity[:MOST_FINDINGS]:
        yield ""
        yield from _finding(finding, width, base)
    if len(by_severity) > MOST_FINDINGS:
        yield f"\n{len(by_severity) - MOST_FINDINGS:,} more findings; --format json has all of them"


def _finding(finding: Finding, width: int, base: str) -> Iterator[str]:
    yield f"#{finding.number} {finding.severity} ({finding.score}) {printable(finding.detection)}"
    for line in wrap(printable(finding.title), width - 4):
        yield f"    {line}"
    times = "without a time" if finding.run is None else span((finding.first, finding.last))
    repeated = f", in {finding.runs} runs" if finding.runs > 1 else ""
    yield f"    {times}{repeated}; {', '.join(finding.techniques) or 'no technique'}"
    if finding.contributing:
        yield f"    behind it: findings {', '.join(f'#{number}' for number in finding.contributing)}"
    elif finding.event_count is None:
        yield "    the events behind it cannot be determined"
    for event in finding.events[:MOST_EVENTS]:
        yield f"    {_event(event, width - 4, base)}"
    rest = (finding.event_count or 0) - len(finding.events[:MOST_EVENTS])
    if rest > 0 and not finding.contributing:
        yield f"    and {plural(rest, 'more event')}"
    if finding.allow_lists:
        yield f"    not judged by {', '.join(finding.allow_lists)}: name a site's with --site"
    for note in finding.notes:
        yield f"    note: {printable(note)}"


def _event(event: EventAt, width: int, base: str) -> str:
    file = event.file.removeprefix(f"{base}/") if base else event.file
    place = f"{file}:{event.line}" if event.line else file
    text = f"{printable(place)}  {printable(event.raw)}"
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _entities(hunt: Hunt) -> Iterator[str]:
    entities = hunt.entities
    if entities:
        yield "\nrisk by entity"
    for each in entities[:MOST_ENTITIES]:
        numbers = ", ".join(f"#{number}" for number in each.findings[:MOST_NAMES])
        more = "" if len(each.findings) <= MOST_NAMES else f" and {len(each.findings) - MOST_NAMES} more"
        yield f"  {each.risk:>5}  {each.type} {printable(each.value)}  {numbers}{more}"
    if len(entities) > MOST_ENTITIES:
        yield f"  and {len(entities) - MOST_ENTITIES:,} more"


def _techniques(hunt: Hunt) -> Iterator[str]:
    counted: dict[str, int] = {}
    for finding in hunt.findings:
        for name in finding.techniques:
            counted[name] = counted.get(name, 0) + 1
    if counted:
        yield "\ntechniques"
    for name, count in sorted(counted.items()):
        yield f"  {count:>5}  {technique_title(name)}"


def _unseen(hunt: Hunt, width: int) -> Iterator[str]:
    blind = hunt.in_state("no data")
    if blind:
        yield "\nno data for"
    for outcome in blind:
        yield from wrap(
            f"{outcome.detection}: needs {' or '.join(outcome.needs) or 'other events'}",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    failed = hunt.in_state("not run")
    if failed:
        yield "\nnot run"
    yield from (f"  {printable(outcome.detection)}: {printable(outcome.why)}" for outcome in failed)
    warned = [(outcome, warning) for outcome in hunt.outcomes for warning in outcome.warnings]
    if warned:
        yield "\nwarnings"
    yield from (f"  {printable(outcome.detection)}: {printable(warning)}" for outcome, warning in warned)
    if hunt.unreadable:
        yield "\nnot read to the end"
    yield from (f"  {printable(name)}: {printable(why)}" for name, why in hunt.unreadable.items())
    if hunt.left_out:
        yield f"\nleft out, since it is no text: {printable(_listed(hunt.left_out))}"
    yield from (f"note: {printable(note)}" for note in hunt.notes)


def _end(hunt: Hunt) -> Iterator[str]:
    ran = len(hunt.in_state("findings", "nothing"))
    counted = plural(len(hunt.findings), "finding")
    runs = sum(outcome.runs for outcome in hunt.outcomes)
    how = "over all time at once" if hunt.whole else f"in {plural(runs, 'run')}"
    firing = plural(len(hunt.in_state("findings")), "detection")
    yield f"\n{counted} by {firing}; {ran} of {len(hunt.outcomes)} ran {how}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")


def span(times: tuple[float | None, float | None] | None) -> str:
    if times is None or times[0] is None:
        return "without a time"
    first, last = (iso(each) for each in times)
    return f"at {first}" if first == last else f"{first} to {last}"
