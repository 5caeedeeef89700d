"""Runs searched together give what each gives by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from storypack.conformance.cases import Case, cases
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import EngineError
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.root import open_root
from storypack.engine.run import Result, lookup_table, open_session, search
from storypack.engine.source import LookupTable
from storypack.engine.text import parse_search
from storypack.engine.together import Run, fields_together, learn_times, search_together, sources_together
from storypack.spl.macros import definitions
from storypack.testing.setting import plan_in_haste

NOON = 1_700_049_600.0
KNOWLEDGE = load_knowledge()
Events = Sequence[Mapping[str, Any]]


def at(second: float, **fields: Any) -> dict[str, Any]:
    """An event so many seconds after noon."""
    return {"_time": NOON + second, **fields}


SETS: list[Events] = [
    [
        at(n, user=f"u{n % 3}", bytes=str(n * 7 % 11), host_name=f"h{n % 2}", tags=["a", "b"][: n % 3])
        for n in range(12)
    ],
    [at(3, user="u1", bytes="5")],
    [],
    [at(n * 40, user=f"u{n % 2}", bytes=str(n), dest="192.0.2.7") for n in range(9)],
    [
        at(n, user=f"u{n % 3}", bytes=str(n * 7 % 11), host_name=f"h{n % 2}", tags=["a", "b"][: n % 3])
        for n in range(12)
    ],
]


@pytest.fixture(scope="module")
def root() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_root(threads=1)
    plan_in_haste(connection)  # as for tests: DuckDB 2.0 fails to pull up some projections of a lateral join
    yield connection
    connection.close()


def written(folder: Path, events: Events, number: int) -> EventFile:
    lines = []
    for event in events or [at(0, nothing="there")]:
        fields = {name: value for name, value in event.items() if name != "_time"}
        lines.append(json.dumps({"time": float(event.get("_time") or NOON), **fields}))
    path = folder / f"events_{number}.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return EventFile(path, "ex:audit", "ex")


def compared(
    spl: str,
    sets: Sequence[Events],
    root: duckdb.DuckDBPyConnection,
    folder: Path,
    lookups: Sequence[Mapping[str, LookupTable]] = (),
    *,
    ranges: Sequence[tuple[float | None, float | None]] = (),
    newest: float | None = None,
    macros: Mapping[str, Any] | None = None,
) -> list[Result | None]:
    """What the sets give together, each compared with what it gives by itself."""
    files = [written(folder, events, number) for number, events in enumerate(sets)]
    known = lookups or [{}] * len(files)
    opening = [
        partial(FileSource, [file], KNOWLEDGE, clock=NOON, lookups=tables, root=root)
        for file, tables in zip(files, known, strict=True)
    ]
    with sources_together(root, [lambda hold, each=each: each(hold=hold) for each in opening]) as sources:  # type: ignore[misc]
        learn_times(sources)
        limits = ranges or [(None, None)] * len(sources)
        runs = [
            Run(source, NOON + 900 + number, *limit, newest, NOON)
            for number, (source, limit) in enumerate(zip(sources, limits, strict=True))
        ]
        together = search_together(spl, runs, definitions(macros or {}))
        for run, result in zip(runs, together, strict=True):
            if result is None:
                continue
            run.source.newest_at = newest
            single = search(
                spl, run.source, definitions(macros or {}), run.now, earliest=run.earliest, latest=run.latest
            )
            assert (result.fields, result.warnings) == (single.fields, single.warnings)
            assert result.rows == single.rows
    return together


TOGETHER = [
    "search user=u1 | table user bytes host_name",
    "stats count",
    "stats count by user",
    "stats dc(user) as users, values(user) as names, list(bytes) as all, avg(bytes)",
    "stats first(bytes) as f, last(bytes) as l, earliest(bytes) as e by user",
    "stats sum(bytes) as total, estdc(user) as e, perc50(bytes) as p, mode(user) as m by host_name",
    "where bytes>99 | stats estdc(user) as e, dc(user) as d, count(user) as c, sum(bytes) as s, values(user) as v",
    "dedup user | table user bytes host_name",
    "dedup 2 host_name sortby -bytes | table user bytes host_name",
    "head 2 | table user bytes host_name",
    "tail 3 | table user bytes host_name",
    "head 3 | reverse | stats list(bytes) as b",
    "sort 4 -bytes, user | table user bytes",
    "streamstats count as n, sum(bytes) as s by user | where n=2 | table user n s",
    "streamstats window=3 avg(bytes) as a | table _time a",
    "eventstats max(bytes) as most by user | where bytes=most | table user bytes",
    "eventstats count as n | where n>3 | stats count",
    "top limit=2 user",
    "rare user",
    "eval n=mvcount(tags), x=now()-_time | table user n x",
    'eval d=strftime(relative_time(now(), "-1h@h"), "%H") | stats count by d',
    'eval t=strptime("2023-11-14 22:13", "%Y-%m-%d %H:%M") | stats values(t)',
    "addinfo | table info_min_time info_max_time info_search_time info_sid",
    'mvexpand tags{} | stats count by "tags{}"',
    'rex field=user "(?<letter>[a-z])(?<digit>\\d)" | stats values(digit) by letter',
    "bin _time span=1m | stats count by _time, user",
    "fillnull value=none dest | stats count by dest",
    'regex user="u[12]" | stats count | eval x=if(count>0, "some", "none")',
    "stats count by user | append [search user=u0 | stats count by user] | table user count",
    "rename user as who | fields who bytes | sort who bytes",
    "delta bytes as d | table d",
]


@pytest.mark.parametrize("spl", TOGETHER)
def test_together_as_alone(spl: str, root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    results = compared(spl, SETS, root, tmp_path)
    assert all(results), "not searched together"


APART = [
    "table *",
    "transaction user | table user",
    "stats count by user | outputlookup people",
    "inputlookup people | table user",
    'search [| makeresults | eval user="u1" | fields user] | table user',
    "search earliest=-1h | table user",
    "timechart span=1m count",
    "stats count by user | nosuch",
]


@pytest.mark.parametrize("spl", APART)
def test_what_depends_on_the_run_is_not_searched_together(
    spl: str, root: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    people = {"people": lookup_table("people", {"rows": [{"user": "u1"}]})}
    assert compared(spl, SETS[:2], root, tmp_path, [people, people]) == [None, None]


def test_each_run_has_its_range_and_its_times(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    ranges = [(NOON + 2, NOON + 5), (NOON + 3, NOON + 3.5), (NOON - 9, NOON), (NOON, NOON + 41), (NOON, NOON + 2)]
    spl = "stats count, min(_time) as first, max(_time) as last"
    results = compared(spl, SETS, root, tmp_path, ranges=ranges)
    assert [result.rows[0]["count"] for result in results if result] == [3, 1, 0, 2, 2]
    moved = compared(spl, SETS, root, tmp_path, newest=NOON + 5_000)
    assert [result.rows[0]["last"] for result in moved if result] == [NOON + 5_000] * len(SETS)


def test_a_range_that_some_runs_have_parts_them(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    ranges = [(NOON + 2, None), (None, NOON + 3.5), (NOON + 1, None), (None, NOON + 41), (None, None)]
    results = compared("stats count", SETS, root, tmp_path, ranges=ranges)
    assert [result and result.rows[0]["count"] for result in results] == [10, 1, 0, 2, None]


def test_each_run_has_its_lookups(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [[{"user": "u1", "team": "red"}], [{"user": "u1", "team": "blue"}], [], [{"user": "u0", "team": "red"}], []]
    tables = [{"people": lookup_table("people", {"rows": each})} for each in rows]
    plain = {name: table for each in tables[:1] for name, table in each.items()}
    alike = [{"people": replace(plain["people"], rows=each)} for each in rows]
    spl = "lookup people user OUTPUT team | stats count by team"
    results = compared(spl, SETS, root, tmp_path, alike)
    assert [result and result.rows for result in results] == [
        [{"count": 4.0, "team": "red"}],
        [{"count": 1.0, "team": "blue"}],
        [],
        [{"count": 5.0, "team": "red"}],
        [],
    ]
    assert compared(spl, SETS, root, tmp_path, tables) == [None] * 5  # other fields, so perhaps other columns
    more = [{"people": replace(plain["people"], rows=[*rows[0], *rows[1]])}, *alike[1:]]
    assert compared(spl, SETS, root, tmp_path, more) == [None] * 5  # one or several values: other kinds


def test_the_fields_of_each_run_are_those_that_it_has_alone(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    files = [written(tmp_path, events, number) for number, events in enumerate(SETS)]
    opening = [partial(FileSource, [file], KNOWLEDGE, clock=NOON, root=root) for file in files]
    with sources_together(root, [lambda hold, each=each: each(hold=hold) for each in opening]) as sources:  # type: ignore[misc]
        learn_times(sources)
        runs = [Run(source, NOON, NOON - 60, NOON + 60, None, NOON) for source in sources]
        together = fields_together(runs)
        alone = []
        for run in runs:
            with open_session(run.source, None, run.now) as session, session.between(run.earliest, run.latest):
                alone.append(compile_pipeline(parse_search("search *", session), session).all_names())
    assert [sorted(each or ()) for each in together] == [sorted(each) for each in alone]
    assert len({len(each) for each in alone}) > 1


def test_another_source_leaves_events_that_are_held_together_alone(
    root: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = [written(tmp_path, events, number) for number, events in enumerate(SETS)]
    opening = [partial(FileSource, [file], KNOWLEDGE, clock=NOON, root=root) for file in files]
    with sources_together(root, [lambda hold, each=each: each(hold=hold) for each in opening]) as sources:  # type: ignore[misc]
        runs = [Run(source, NOON, None, None, None, NOON) for source in sources]
        before = search_together("stats count", runs)
        with opening[1]() as other:
            assert search("stats count", other).rows == [{"count": 1.0}]
        after = search_together("stats count", runs)
        assert [result and result.rows for result in after] == [result and result.rows for result in before]
        assert [search("stats count", source).rows[0]["count"] for source in sources] == [12, 1, 1, 9, 12]
    assert not root.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%together%'").fetchall()


def test_an_event_without_a_time_parts_its_run(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    files = []
    for number, line in enumerate(("2023-11-15T12:00:00Z user=u1", "2023-11-15T12:00:00Z user=u2", "user=u3")):
        files.append(EventFile(tmp_path / f"{number}.log", "ex:text", "ex"))
        files[-1].path.write_text(line + "\n", encoding="utf-8")
    opening = [partial(FileSource, [file], KNOWLEDGE, clock=NOON, root=root) for file in files]
    with sources_together(root, [lambda hold, each=each: each(hold=hold) for each in opening]) as sources:  # type: ignore[misc]
        runs = [Run(source, NOON, None, None, None, NOON) for source in sources]
        results = search_together("stats min(_time) as first by user", runs)
    assert [result and len(result.rows) for result in results] == [1, 1, None]


COUNT = int(os.environ.get("STORYPACK_TRIALS", "0"))
CASES = list(cases())
SAMPLE = CASES if COUNT else CASES[::60]


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.id)
def test_the_conformance_cases_together_as_alone(case: Case, root: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Whatever the search is: where it can be searched together, each run gives what it gives alone."""
    sets = [case.events, case.events[:1], case.events[::-2], [], case.events]
    tables = {name: lookup_table(name, given) for name, given in (case.lookups or {}).items()}
    for spl in (
        case.spl,
        f"{case.spl} | table {' '.join(json.dumps(name) for name in case.expected['fields']) or 'x'}",
    ):
        with suppress(EngineError):  # a search that fails when it runs alone
            compared(spl, sets, root, tmp_path, [tables] * len(sets), macros=case.macros)
