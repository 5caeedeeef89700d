"""The events behind the findings of an instance: those that pass the part of the search that looks at one event at a
time, lie in the run's window, and hold the values by which the search grouped them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from storypack.engine.candidates import EventAt
from storypack.engine.values import to_multi
from storypack.hunting.findings import Finding, Hunt
from storypack.hunting.prefix import MOST_EVENTS, groupings
from storypack.remote.hunts.cutting import prefix
from storypack.remote.hunts.instance import Place
from storypack.remote.hunts.prepared import Prepared
from storypack.remote.hunts.queue import Answer
from storypack.remote.jobs import Question
from storypack.spl import parse

MOST_FINDINGS = 500
"""Findings whose events are fetched, those of the highest score first."""
MOST_VALUES = 50
"""Values of one field by which events are looked for."""
BEFORE = "some of its events may be others: a lookup that the instance lacks judged them only here"
_COUNT, _FIRST, _LAST = "storypack_count", "storypack_first", "storypack_last"


def add_events(result: Hunt, place: Place, searches: Mapping[str, Prepared]) -> None:
    """Give the findings of `result` their events. Raises DeployError."""
    for number, answer in place.queue.answers(_asked(result, place, searches)):
        finding = result.findings[number]
        if answer.error:
            continue
        cut = searches[finding.detection].cut
        notes = (*finding.notes, BEFORE) if cut.here and prefix(cut.there) == cut.there else finding.notes
        result.findings[number] = replace(_with_events(finding, answer), notes=notes)


def _asked(result: Hunt, place: Place, searches: Mapping[str, Prepared]) -> Iterator[tuple[int, Question]]:
    order = sorted(range(len(result.findings)), key=lambda at: (-result.findings[at].score, at))
    asked = 0
    for number in order:
        finding = result.findings[number]
        prepared = searches.get(finding.detection)
        begin = prefix(prepared.cut.there) if prepared is not None else None
        if prepared is None or begin is None or asked >= MOST_FINDINGS:
            continue
        asked += 1
        keys = dict.fromkeys(groupings(parse(prepared.text)))
        yield number, place.question(_text(begin, keys, finding), *finding.window, finding.run)


def _text(begin: str, keys: Iterable[str], finding: Finding) -> str:
    """The search for a finding's events. A condition on a field that no event fulfils is none: the field is made only
    later."""
    conditions = []
    for at, name in enumerate(keys):
        values = to_multi(finding.row.get(name))
        if values:
            pattern = "|".join(map(_escaped, values[:MOST_VALUES]))
            conditions.append(
                f"eval storypack_m{at}=if(isnotnull(mvfind('{name}', \"^(?:{pattern})$\")), 1, 0) "
                f"| eventstats max(storypack_m{at}) AS storypack_a{at} | where storypack_m{at}=storypack_a{at}"
            )
    counted = f"eventstats count AS {_COUNT} min(_time) AS {_FIRST} max(_time) AS {_LAST}"
    shown = f"fields _time _raw sourcetype source host {_COUNT} {_FIRST} {_LAST}"
    return " | ".join([begin, *conditions, counted, f"sort {MOST_EVENTS} _time", shown])


def _escaped(value: str) -> str:
    """A text as a pattern, as it stands in a string of SPL."""
    return re.sub(r"[^\w ]", lambda match: _in_string(match[0]), value)


def _in_string(character: str) -> str:
    match character:
        case "\\":
            return "\\" * 4
        case '"':
            return '\\"'
        case _ if character.isspace():
            return "\\s"
        case _:
            return f"\\{character}"


def _with_events(finding: Finding, answer: Answer) -> Finding:
    if not answer.rows:
        return replace(finding, event_count=0)
    events = tuple(
        EventAt(
            Path(str(row.get("source", ""))),
            str(row.get("source", "")),
            str(row.get("sourcetype", "")),
            None,
            row["_time"] if isinstance(row.get("_time"), int | float) else None,
            str(row.get("_raw", "")),
        )
        for row in answer.rows
    )
    first = answer.rows[0]
    span = [float(str(first[name])) for name in (_FIRST, _LAST) if first.get(name) is not None]
    count = int(float(str(first.get(_COUNT) or len(events))))
    if len(span) != 2:
        return replace(finding, events=events, event_count=count)
    return replace(finding, first=span[0], last=span[1], events=events, event_count=count)
