"""What several searches work out of the same events is worked out once, and the rows are the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storypack.engine import collecting
from storypack.engine.candidates import Candidates
from storypack.engine.collecting import fields_read
from storypack.engine.events.origin import EventFile
from storypack.engine.filters import filters_of
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.layers import Layers
from storypack.engine.plan import scans
from storypack.engine.relation import Names
from storypack.engine.run import search
from storypack.engine.sharing import Use, shared_columns
from storypack.engine.sql import Kind, Sql
from storypack.engine.staging import stage
from storypack.engine.udf import regex

NOW = 1_795_176_000.0
SYSMON = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>{id}</EventID>"
    "<TimeCreated SystemTime='2026-11-20T09:{minute:02}:00.0000000Z'/><EventRecordID>{number}</EventRecordID>"
    "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ws-{host}.corp.example.com</Computer></System>"
    "<EventData><Data Name='Image'>C:\\Tools\\{program}.exe</Data><Data Name='User'>EXAMPLE\\user{host}</Data>"
    "<Data Name='CommandLine'>{program}.exe /run {number}</Data></EventData></Event>\n"
)
SEARCHES = (
    "search sourcetype=XmlWinEventLog Image=*rar.exe | stats count values(User) as user by Computer",
    "search sourcetype=XmlWinEventLog (Image=*curl.exe OR CommandLine=*7*) | stats count by User Image",
    "search sourcetype=XmlWinEventLog EventID=1 NOT User=*user3 | stats dc(CommandLine) as lines by Computer",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=*r* "
    "by Processes.dest Processes.user Processes.process_name",
    "search sourcetype=bro:conn:json id.resp_p=443 | stats sum(orig_bytes) as sent by id.orig_h",
    "search sourcetype=bro:conn:json | stats count max(orig_bytes) as most by id.resp_h",
    "search Image=*curl.exe OR service=ssl | stats count by sourcetype",
    "search sourcetype=ex:words | stats count by user",
    "search sourcetype=ex:words size>30 | stats sum(size) as size by user",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[EventFile]:
    folder = tmp_path_factory.mktemp("events")
    programs = ("rar", "curl", "svchost", "notepad")
    texts = {
        "XmlWinEventLog": (
            SYSMON.format(id=1 + n % 2, minute=n % 60, number=n, host=n % 5, program=programs[n * 3 % 4])
            for n in range(60)
        ),
        "bro:conn:json": (
            json.dumps(
                {
                    "ts": NOW - n,
                    "uid": f"C{n}",
                    "id.orig_h": f"192.0.2.{n % 3}",
                    "id.resp_h": f"198.51.100.{n % 4}",
                    "id.resp_p": 443 if n % 2 else 80,
                    "orig_bytes": n * 10,
                    "service": "ssl" if n % 2 else "http",
                }
            )
            + "\n"
            for n in range(40)
        ),
        "ex:words": (f"2026-11-20T09:00:{n:02}Z user=kim{n % 2} size={n}\n" for n in range(50)),
    }
    found = []
    for kind, lines in texts.items():
        path = folder / kind.replace(":", "_")
        path.write_text("".join(lines), encoding="utf-8")
        source = "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" if kind == "XmlWinEventLog" else str(path)
        found.append(EventFile(path, kind, source))
    return found


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[tuple[str, str]]]:
    """How often a text was looked through by a pattern that gives names and values."""
    counted = Counter[tuple[str, str]]()
    matches = regex.all_matches

    def counting(pattern: Any, text: str) -> Any:
        counted[pattern.pattern, text] += 1
        return matches(pattern, text)

    monkeypatch.setattr(regex, "all_matches", counting)
    yield counted


def rows_of(files: list[EventFile]) -> list[list[Any]]:
    """The rows of each search over candidates that all of them share, and the events themselves."""
    with FileSource(files, clock=NOW) as source:
        plans = [scans(spl, source, {}, NOW) for spl in SEARCHES]
        filters = [filters_of(each.request for each in some) for some in plans]
        needs = {key: fields_read(key, some) for key, some in zip(filters, plans, strict=True)}
        staged = [each for parts, _ in stage(source, needs, NOW) for each in parts]
        candidates = Candidates(source, staged, needs, NOW)
        rows: list[list[Any]] = [
            sorted(search(spl, candidates.of(key), {}, NOW).rows, key=repr)
            for spl, key in zip(SEARCHES, filters, strict=True)
        ]
        own = candidates.of(filters[0])
        numbers = [
            part * (1 << 40) + row
            for table in own.tables
            for part, row in source.root.cursor().execute(f"SELECT __part, __row FROM {table.name}").fetchall()
        ]
        events = sorted((event.line or 0, event.raw) for event in own.events(numbers).values())
        return [*rows, events]


def test_the_rows_are_those_of_searches_that_share_nothing(
    files: list[EventFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "FEWEST", 10**9)
    apart = rows_of(files)
    monkeypatch.setattr(collecting, "FEWEST", 1)
    assert rows_of(files) == apart
    assert [spl for spl, rows in zip(SEARCHES, apart, strict=False) if not rows] == []
    assert [line for line, raw in apart[-1] if "rar.exe" not in raw] == []
    assert apart[-1][0][0] == 1


def test_an_event_of_many_searches_is_taken_apart_once(
    files: list[EventFile], monkeypatch: pytest.MonkeyPatch, calls: Counter[tuple[str, str]]
) -> None:
    monkeypatch.setattr(collecting, "FEWEST", 1)
    rows_of(files)
    xml = {text: count for (_, text), count in calls.items() if text.startswith("<Event")}
    assert len(xml) == 60
    assert set(xml.values()) == {1}


def test_events_of_several_files_stay_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more files than are read one by one, of which the source is a column."""
    some = []
    for file in range(12):
        path = tmp_path / f"{file:02}.xml"
        path.write_text(
            "".join(
                SYSMON.format(id=1, minute=5, number=file * 10 + n, host=n % 5, program=("rar", "curl")[n % 2])
                for n in range(8)
            ),
            encoding="utf-8",
        )
        some.append(EventFile(path, "XmlWinEventLog", str(path)))
    monkeypatch.setattr(collecting, "FEWEST", 10**9)
    apart = rows_of(some)
    monkeypatch.setattr(collecting, "FEWEST", 1)
    shared = rows_of(some)
    assert shared == apart
    assert len(shared[-1]) == 48
    assert all(int(re.search(r"run (\d+)", raw)[1]) % 10 + 1 == line for line, raw in shared[-1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("counts", "shared"),
    [
        ((100, 100, 100), ['"whole"']),  # what rests on it differs from use to use
        ((100, 50, 40), []),
        ((0, 100, 100), ['"whole"']),
        ((100, 0, 0), []),
    ],
)
def test_what_is_worth_being_worked_out_once(counts: tuple[int, ...], shared: list[str]) -> None:
    layers = Layers("SELECT 1", Names())
    whole = layers.add("whole", Sql("spl_flatten(_raw)", Kind.STRING))
    parts = [layers.add(name, Sql(f"{whole.text}['{name}']", Kind.STRING)) for name in "abc"]
    uses = [Use(part.text, count) for part, count in zip(parts, counts, strict=True)]
    assert shared_columns(uses, layers, 100) == shared


def test_a_column_that_all_name_is_kept_in_place_of_what_it_rests_on() -> None:
    layers = Layers("SELECT 1", Names())
    whole = layers.add("whole", Sql("spl_flatten(_raw)", Kind.STRING))
    user = layers.add("user", Sql(f"{whole.text}['user']", Kind.STRING))
    assert shared_columns([Use(user.text, 80), Use(user.text, 120)], layers, 100) == ['"user"']
