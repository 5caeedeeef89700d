"""The engine's own cases on a real instance: where do we differ?

A case brings its events along in the search itself (`makeresults format=json`), so nothing is indexed and nothing is
written. What that cannot carry (searches that read an index, lookups, tables that are written) is left out by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from storypack.conformance.cases import Case
from storypack.conformance.rows import difference
from storypack.reference.unknown import Point
from storypack.remote.harmless import check_reads_only
from storypack.remote.jobs import cell
from storypack.remote.narrow import CannotNarrow, generates, nodes
from storypack.spl import parse, tree
from storypack.spl.macros import definitions, expand
from storypack.spl.source import SplError
from storypack.splunkd.connection import Connection, ns
from storypack.splunkd.errors import DeployError, Refused

Row = dict[str, Any]
Outcome = Literal["same", "differs", "refused", "left out"]
_RAW = "sent_as_raw"
_JOINT = "\u2063"
"""Joins the values of a field on the way: an invisible separator, which no case holds."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case on the instance. `detail` says what differs, why it was left out, or what the instance said."""

    case: Case
    outcome: Outcome
    detail: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class PointResult:
    """A point that nobody has established, on the instance: the readings whose rows came (their ids), and the rows."""

    point: Point
    readings: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    error: str = ""


class CannotCarry(ValueError):
    """Why a case cannot be run on an instance."""


def ask_points(connection: Connection, app: str, points: Sequence[Point]) -> Iterator[PointResult]:
    """Each point's probe on the instance."""
    for point in points:
        try:
            rows = _oneshot(connection, app, point.probe.spl)
        except Refused as refusal:
            yield PointResult(point, (), error=refusal.message)
            continue
        readings = tuple(
            reading
            for reading, expected in point.probe.rows.items()
            if not difference({"fields": _fields(expected, rows), "rows": expected, "ordered": True}, rows)
        )
        yield PointResult(point, readings, tuple(rows))


def ask_cases(connection: Connection, app: str, cases: Sequence[Case]) -> Iterator[CaseResult]:
    """Each case on the instance. Raises DeployError when the instance is gone."""
    for case in cases:
        try:
            text = carried(case)
        except CannotCarry as error:
            yield CaseResult(case, "left out", str(error))
            continue
        try:
            rows = _oneshot(connection, app, text, "" if case.now is None else f"{case.now:.3f}")
        except Refused as refusal:
            yield CaseResult(case, "refused", refusal.message)
            continue
        wrong = difference(case.expected, rows)
        yield CaseResult(case, "differs" if wrong else "same", wrong, tuple(rows))


def carried(case: Case) -> str:
    """The case as one search that brings its events along. Raises CannotCarry."""
    if case.lookups:
        raise CannotCarry("it reads a lookup")
    try:
        text = expand(case.spl, definitions(case.macros or {})).text
        pipeline = parse(text)
        check_reads_only(text)
    except SplError as error:
        raise CannotCarry(f"it cannot be read: {error.message}") from error
    except CannotNarrow as error:
        raise CannotCarry(str(error)) from error
    first = pipeline.commands[0] if pipeline.commands else None
    if pipeline.leading_pipe or generates(first):
        if case.events:
            raise CannotCarry("it begins with a command that reads an index")
        return text if pipeline.leading_pipe else f"| {text}"
    if any("_raw" not in event for event in case.events) and _reads_raw(first):
        raise CannotCarry("it looks for words in the raw text, which the events of the case do not have")
    if any(isinstance(node, tree.TimeModifier) for node in nodes(pipeline)):
        raise CannotCarry("it names its time range, which only a search of an index does")
    if any(_reads_index(node) for node in nodes(pipeline) if node is not pipeline):
        raise CannotCarry("a subsearch of it reads an index")
    rest = text if not isinstance(first, tree.Search) or not first.implied else f"search {text}"
    return f"{_events(case.events)} | {rest}"


def _reads_index(node: object) -> bool:
    """Whether a pipeline within the search begins with events of an index."""
    first = node.commands[0] if isinstance(node, tree.Pipeline) and node.commands else None
    return isinstance(first, tree.Search) and isinstance(node, tree.Pipeline) and not node.leading_pipe


def _events(events: Sequence[Row]) -> str:
    """The head of a search that makes these events, several values of a field included."""
    several = {name for event in events for name, value in event.items() if isinstance(value, list)}
    plain = [
        {
            _RAW if name == "_raw" else name: _JOINT.join(map(str, value)) if isinstance(value, list) else value
            for name, value in event.items()
        }
        for event in events
    ]
    data = json.dumps(plain, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    if not events:
        return "| makeresults count=0"
    made = f'| makeresults format=json data="{data}" | fields - _raw'  # it is the JSON itself
    if any("_raw" in event for event in events):
        made += f" | rename {_RAW} AS _raw"
    return made + "".join(f" | eval '{name}'=split('{name}', \"{_JOINT}\")" for name in sorted(several))


def _reads_raw(command: object) -> bool:
    """Whether a search names words, which are looked for in `_raw`."""
    return isinstance(command, tree.Search) and command.term is not None and _has_word(command.term)


def _has_word(term: tree.Term) -> bool:
    if isinstance(term, tree.And | tree.Or):
        return any(map(_has_word, term.terms))
    if isinstance(term, tree.Not):
        return _has_word(term.term)
    return isinstance(term, tree.Keyword) and term.text != "*"


def _oneshot(connection: Connection, app: str, text: str, now: str = "") -> list[Row]:
    """The rows of a search that is waited for: texts, or lists of texts. `Refused` with the instance's words."""
    body = {"search": text, "exec_mode": "oneshot", "count": "0", "earliest_time": "0", "latest_time": ""}
    given = {name: value for name, value in (body | {"now": now}).items() if value}
    path = ns(app, "search/jobs")
    answer = connection.query(path, given)
    for message in answer.get("messages") or []:
        if str(message.get("type", "")).upper() in ("FATAL", "ERROR"):
            raise Refused(400, str(message.get("text", "")))
    results = answer.get("results")
    if not isinstance(results, list):
        raise DeployError("the instance's answer to a search has no results")
    return [{name: cell(path, name, value) for name, value in row.items()} for row in results]


def _fields(expected: Sequence[Row], rows: Sequence[Row]) -> list[str]:
    """The fields that rows of a probe can differ in."""
    names = dict.fromkeys(name for row in [*expected, *rows] for name in row if not name.startswith("_"))
    return list(names)
