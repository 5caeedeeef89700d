"""Large files are read by each search anew: the same rows in the same order as of events that are held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storypack.engine import stream, udf
from storypack.engine.events import reading
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search

NOW = 1_795_312_000.0
COUNT = 6_000


def event(number: int) -> str:
    """Ten events a second: only their place in the file tells them apart."""
    return json.dumps(
        {
            "time": f"2026-11-20T{number // 36000:02}:{number // 600 % 60:02}:{number // 10 % 60:02}Z",
            "n": number,
            "user": f"u{number % 7}",
            "action": "rare" if number % 500 == 3 else "usual",
            "deep": {"list": [{"v": number % 3}, {"v": number % 5}]},
        }
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "events.jsonl"
    path.write_text("".join(f"{event(number)}\n" for number in range(COUNT)), encoding="utf-8")
    return path


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All files count as large ones."""
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    monkeypatch.setattr(reading, "THOROUGH_BYTES", 0)
    yield


def ran(spl: str, *files: Path, **given: Any) -> Result:
    with FileSource([EventFile(file, "any", str(file)) for file in files], Knowledge(), clock=NOW) as source:
        return search(spl, source, now=NOW, **given)


SEARCHES = (
    "action=rare",
    "action=rare | table n",
    "action=rare | head 3 | table n user",
    "action=rare | table *",
    "action=rare NOT user=u3 | reverse | table n",
    "user=u1 | dedup action | table n action",
    "user=u1 | streamstats count | where count<5 | table n count",
    "user=u1 | stats first(n) last(n) latest(n) earliest(n) list(action) by action",
    "user=u1 | stats count by deep.list{}.v",
    "user=u1 | transaction user maxevents=3 | head 2 | table n eventcount",
    "user=u1 | tail 3 | table n",
    "user=u1 | sort 5 user | table n",
    "user=u1 | eval n=n*2 | where n>11000 | table n _time",
    "user=u1 [search action=rare | head 4 | fields n | format] | table n",
    "action=rare | append [search user=u2 | head 2] | table n user",
    "action=rare | join user [search user=u3 | head 1 | eval m=n | fields user m] | table n m",
    "search rare | table n",
    'action=rare earliest="11/20/2026:00:01:00" | table n',
    "head 3 | table n",
    "dedup user | table n",
    "stats count",
    "stats count by user action",
    "| tstats count where action=rare by user",
)


@pytest.mark.parametrize("spl", SEARCHES)
def test_the_same_rows_in_the_same_order(log: Path, spl: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 1 << 30)
    held = ran(spl, log)
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    monkeypatch.setattr(reading, "THOROUGH_BYTES", 0)
    streamed = ran(spl, log)
    assert streamed.rows == held.rows
    assert streamed.fields == held.fields
    assert held.rows or "tstats" in spl
    assert "read_csv" in streamed.sql or "t_" in streamed.sql
    assert "read_csv" not in held.sql


@pytest.mark.usefixtures("large")
def test_what_a_search_narrows_is_found_on_all_threads(log: Path) -> None:
    """Numbering the file's lines would keep the whole search on one thread: only what was found is numbered."""
    with (
        FileSource([EventFile(log, "any", str(log))], Knowledge(), clock=NOW) as source,
        stream.open_stream("action=rare | table n", source, now=NOW) as found,
    ):
        session = found._session
        udf.provide(session.root, found.sql)
        ((_, plan),) = session.connection.execute(f"EXPLAIN {found.sql}").fetchall()
    assert plan.count("Streaming Window") == 1
    assert plan.index("Streaming Window") < plan.index("CTE Scan") < plan.index("Read Csv")


@pytest.mark.usefixtures("large")
def test_columns_that_nobody_reads_are_not_made(log: Path) -> None:
    counted = ran("stats count by user", log).sql
    assert "spl_timestamp" not in counted
    assert "MATERIALIZED (SELECT" not in counted


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "spl",
    [
        "stats count",
        "action=rare | table n",
        "stats count by user",
        "table *",
        "head 2",
        "action=rare [search action=rare | head 2 | fields user | format] | stats count",
        'search earliest="11/20/2026:00:01:00" action=rare | table n',
    ],
)
@pytest.mark.parametrize("line", ['{"n": 1, "user": {"a": 1}', "not json", '{"a": 1} {"b": 2}'])
def test_broken_lines_are_seen_in_passing(tmp_path: Path, spl: str, line: str) -> None:
    """Also one that begins and ends as an object does."""
    path = tmp_path / "events.jsonl"
    lines = [event(number) for number in range(50)]
    for text, broken in (("\n".join(lines), 0), ("\n".join([*lines[:20], line, *lines[20:]]), 1)):
        path.write_text(text, encoding="utf-8")
        with FileSource([EventFile(path, "any", "log")], Knowledge(), clock=NOW) as source:
            assert not source.are_broken_counted
            assert not source.has_seen_broken
            with stream.open_stream(spl, source, now=NOW) as found:
                list(found.rows())
            assert source.has_seen_broken == bool(broken)
            assert source.broken == ({path: broken} if broken else {})
            assert source.are_broken_counted
