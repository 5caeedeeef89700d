"""Searches over what the instance holds, run by the embedded engine: events by index, macros, lookups, `| rest`.

An event is `{"time", "host", "source", "sourcetype", "index", "event", "fields"}`, `event` being its raw text. Its time
is the one that it came with, whatever the text says. `| rest PATH` asks the instance itself; rows of searches that the
engine cannot answer come from `state.canned`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from splunkd.state import State
from splunkd.values import boolean
from storypack.engine import EngineError, Result
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.events.formats.registry import format_named
from storypack.engine.events.origin import EventFile
from storypack.engine.events.reading import RawEvents
from storypack.engine.events.shapes import Compression, Shape
from storypack.engine.knowledge.apps import match_types
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.scan import FileScan
from storypack.engine.memory import DictSource
from storypack.engine.run import fetch_result, open_session
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ScanRequest
from storypack.engine.sql import Kind, Sql
from storypack.engine.text import parse_search
from storypack.spl.macros import MacroDefinition
from storypack.timemod import TimeModifierError, resolve

ORIGIN = ("index", "sourcetype", "source", "host")
_REST = re.compile(r"\|\s*rest\s+(?P<path>\S+)(?P<options>[^|]*)(?P<rest>.*)", re.DOTALL)
_DELETE = re.compile(r"\|\s*delete\s*$")
Ask = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Question:
    """A search in a namespace. `earliest` and `latest` are time modifiers, empty = all time."""

    spl: str
    owner: str
    app: str
    earliest: str = ""
    latest: str = ""
    now: float = field(default_factory=time.time)


class SearchFailed(Exception):
    """The search cannot be run; the text is what the job's message says."""


def search(state: State, question: Question, ask: Ask) -> Result:
    """The rows of a search. `ask` answers `| rest`: a path's entries as rows. SearchFailed when it cannot run."""
    for pattern, rows in state.canned:
        if re.search(pattern, question.spl):
            return Result([dict(row) for row in rows], tuple(dict.fromkeys(name for row in rows for name in row)))
    spl = re.sub(r"^\s*search\s", "", question.spl)
    try:
        earliest, latest = (bound(text, question.now) for text in (question.earliest, question.latest))
    except TimeModifierError as error:
        raise SearchFailed(f"Invalid time: {error.message}") from None
    try:
        if asked := _REST.fullmatch(spl.strip()):
            return _run(state, question, DictSource(ask(_path(asked))), f"search *{asked['rest']}", None, None)
        with HeldEvents(state, question) as source:
            if _DELETE.search(spl):
                return _delete(state, question, source, _DELETE.sub("", spl), earliest, latest)
            return _run(state, question, source, spl, earliest, latest)
    except EngineError as error:
        raise SearchFailed(str(error)) from error


def bound(text: str, now: float) -> float | None:
    """A time bound in epoch seconds; None for none."""
    return None if text in ("", "0") else resolve(text, now)


def _run(state: State, question: Question, source: Any, spl: str, earliest: float | None,
         latest: float | None) -> Result:  # fmt: skip
    with (
        open_session(source, macros(state, question.owner, question.app), question.now) as session,
        session.between(earliest, latest),
    ):
        result = fetch_result(compile_pipeline(parse_search(spl, session), session), session)
        for name, table in session.written.items():
            _write_lookup(state, question.app, name, table)
    return result


def _delete(state: State, question: Question, source: Any, spl: str, earliest: float | None,
            latest: float | None) -> Result:  # fmt: skip
    """`| delete`: the events that the search finds are gone; one row tells how many."""
    found = _run(state, question, source, f"{spl} | table index sourcetype source host _time _raw", earliest, latest)
    gone = {(*(row.get(name) for name in ORIGIN), round(float(row["_time"]), 3), row["_raw"]) for row in found.rows}
    kept = [e for e in state.events if (*(e[name] for name in ORIGIN), round(e["time"], 3), e["event"]) not in gone]
    deleted = len(state.events) - len(kept)
    state.events[:] = kept
    row = {"splunk_server": "splunkd.example.com", "index": "__ALL__", "deleted": deleted, "errors": 0}
    return Result([row], tuple(row))


# --- what the instance knows ------------------------------------------------------------------------------------


def macros(state: State, owner: str, app: str) -> dict[str, MacroDefinition]:
    """The macros that a namespace sees."""
    found = {}
    for one in state.apps.every(owner, app, "macros"):
        args = tuple(arg.strip() for arg in one.settings.get("args", "").split(",") if arg.strip())
        found[one.name] = MacroDefinition(
            one.name.partition("(")[0],
            args,
            one.settings.get("definition", ""),
            iseval=bool(boolean(one.settings.get("iseval", "0"))),
        )
    return found


def lookups(state: State, owner: str, app: str) -> dict[str, LookupTable]:
    """Lookups by file name and by definition; a KV Store collection is one as well."""
    found: dict[str, LookupTable] = {}
    texts = {one.name: one.settings["eai:data"] for one in state.apps.every(owner, app, "lookups")}
    for name, text in texts.items():
        found[name] = _table(name, list(csv.DictReader(io.StringIO(text))), {})
    for one in state.apps.every(owner, app, "transforms"):
        if one.settings.get("external_type") == "kvstore":
            place = (one.acl.app, "nobody", one.settings.get("collection", one.name))
            names = tuple(re.split(r"[,\s]+", one.settings.get("fields_list", "").strip()))
            rows = list(state.collections.get(place, {}).values())
            found[one.name] = _table(one.name, rows, one.settings, names)
        elif one.settings.get("filename") in texts:
            rows = list(csv.DictReader(io.StringIO(texts[one.settings["filename"]])))
            found[one.name] = _table(one.name, rows, one.settings)
    return found


def _table(name: str, rows: list[dict[str, Any]], settings: Mapping[str, str],
           names: tuple[str, ...] = ()) -> LookupTable:  # fmt: skip
    return LookupTable(
        name,
        names or tuple(dict.fromkeys(key for row in rows for key in row)),
        rows,
        match_types(settings.get("match_type", "")),
        case_sensitive=boolean(settings.get("case_sensitive_match", "1")) is not False,
        min_matches=int(settings.get("min_matches") or 0),
        max_matches=int(settings["max_matches"]) if settings.get("max_matches") else None,
        default_match=settings.get("default_match", ""),
    )


def _write_lookup(state: State, app: str, name: str, table: LookupTable) -> None:
    """What `outputlookup` wrote stays: in the CSV's file, or in the collection."""
    several = state.apps.one("nobody", app, "transforms", name)
    settings = several[0].settings if several else {}
    home = state.app(several[0].acl.app if several else app)
    if settings.get("external_type") == "kvstore":
        rows = {str(row.get("_key") or number): dict(row) for number, row in enumerate(table.rows)}
        state.collections[home.id, "nobody", settings.get("collection", name)] = {
            key: {**row, "_key": key, "_user": "nobody"} for key, row in rows.items()
        }
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, table.fields, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows)
    home.put("lookups", settings.get("filename", name), {"eai:data": out.getvalue()})


def _path(asked: re.Match[str]) -> str:
    """The path of `| rest`, with its options as the query."""
    options = [word for word in shlex.split(asked["options"]) if "=" in word and not word.startswith("splunk_server")]
    path = asked["path"].strip("\"'")
    return path + ("&" if "?" in path else "?") + "&".join(options) if options else path


# --- the events -------------------------------------------------------------------------------------------------


class HeldEvents(FileSource):
    """The instance's events as a source of the engine, with the built-in search-time knowledge."""

    def __init__(self, state: State, question: Question) -> None:
        super().__init__(
            [],
            clock=question.now,
            lookups=lookups(state, question.owner, question.app),
            saved_searches={
                one.name: one.settings.get("search", "")
                for one in state.apps.every(question.owner, question.app, "savedsearches")
            },
        )
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for event in state.events:
            groups.setdefault(tuple(event[name] for name in ORIGIN), []).append(event)
        self.events[:] = [
            self._load(f"held_{number}", EventFile(Path(), sourcetype, source, host, index), events)
            for number, ((index, sourcetype, source, host), events) in enumerate((groups or {("",) * 4: []}).items())
        ]

    def scan(self, request: ScanRequest, session: Session) -> FileScan:
        scan = super().scan(request, session)
        for _, fields in scan.parts:
            came_with = "TRY_CAST(json_extract_string(__indexed, '$._time') AS DOUBLE)"
            fields.time = Sql(f"coalesce({came_with}, {fields.time.text})", Kind.NUMBER)
        return scan

    def _load(self, table: str, file: EventFile, events: list[dict[str, Any]]) -> RawEvents:
        self.root.execute(f"CREATE TABLE {table} (_raw VARCHAR, __indexed VARCHAR, __position BIGINT)").fetchall()
        if events:
            columns = [
                [event["event"] for event in events],
                [json.dumps({**event.get("fields", {}), "_time": event["time"]}) for event in events],
                list(range(len(events))),
            ]
            self.root.execute(
                f"INSERT INTO {table} SELECT unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS VARCHAR[])), "
                "unnest(CAST(? AS BIGINT[]))",
                columns,
            ).fetchall()
        objects = sum(event["event"].startswith("{") for event in events)
        shape = Shape(format_named("json"), Compression.NONE)
        return RawEvents(
            file, shape, f"SELECT * FROM {table}", len(events), 0, json=objects * 2 > len(events), indexed=True
        )
