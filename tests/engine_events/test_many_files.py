"""Folders of many small files: one look at all of them, and the same answers as one by one."""

from __future__ import annotations

import gzip
import json

import pytest

from storypack.conf import Conf, read
from storypack.engine.events import reading
from storypack.engine.events.origin import EventFile
from storypack.engine.events.sourcetypes import XML_WINDOWS
from storypack.engine.knowledge import files as files_module
from storypack.engine.knowledge import origins as origins_module
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search

NOW = 1_795_312_000.0
FILES = 300
WINDOWS = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>{id}</EventID>"
    "<TimeCreated SystemTime='2026-11-20T10:00:{second:02}Z'/><Channel>{channel}</Channel></System></Event>\n"
)
PROPS = b"""
[source::...file_006.log]
EXTRACT-special = n=(?<special>\\d+)
[jsons]
EVAL-where = source
[XmlWinEventLog]
KV_MODE = xml
"""
EVENT_TYPES = b"""
[from_a_file]
search = sourcetype=jsons source=*file_00*
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[EventFile]:
    """Of each kind in turn, three events each; all files share their seconds."""
    folder = tmp_path_factory.mktemp("many")
    found = []
    for number in range(FILES):
        path, kind = folder / f"file_{number:03}.log", ("jsons", "plain", "csv", "records", "windows")[number % 5]
        times = [f"2026-11-20T10:00:{(number + at) % 60:02}Z" for at in range(3)]
        events = [{"time": time, "n": number, "at": at} for at, time in enumerate(times)]
        if kind == "jsons":
            path.write_text(
                "".join(json.dumps(event) + "\n" for event in events) + ("{broken\n" if number == 5 else "")
            )
        elif kind == "plain":
            path.write_text("".join(f"{event['time']} n={number} at={event['at']}\n" for event in events))
        elif kind == "csv":
            path = path.with_suffix(".csv")
            path.write_text("time,n,at\n" + "".join(f"{event['time']},{number},{event['at']}\n" for event in events))
        elif kind == "records":
            path.write_bytes(gzip.compress(json.dumps({"Records": events}).encode()))
        else:
            channels = ("Security", "System", "Security")
            lines = (
                WINDOWS.format(id=number, second=(number + at) % 60, channel=channel)
                for at, channel in enumerate(channels)
            )
            path.write_text("".join(lines))
        source = "" if kind == "windows" else str(path)
        found.append(EventFile(path, XML_WINDOWS if kind == "windows" else kind, source, "h", "main"))
    return found


def source(files: list[EventFile]) -> FileSource:
    knowledge = Knowledge(props=read(PROPS), eventtypes=read(EVENT_TYPES), tags=Conf())
    return FileSource(files, knowledge, clock=NOW)


def ran(spl: str, files: list[EventFile]) -> Result:
    with source(files) as given:
        return search(spl, given, now=NOW)


SEARCHES = (
    "stats count by sourcetype",
    "stats count sum(n) as n by source sourcetype",
    "sourcetype=jsons | table n at source where eventtype",
    "n=10 | table n at",
    "source=*file_00* | stats count by source",
    "eventtype=from_a_file | stats count by source",
    "special=* | table special source",
    "sourcetype=XmlWinEventLog | stats count by source",
    'source="XmlWinEventLog:Security" Event.System.EventID>40 | table Event.System.EventID _time',
    "sourcetype=csv | table *",
    "head 20 | table n at sourcetype",
    "dedup sourcetype | table n at source",
    "_raw=*broken* | table source _raw",
    "| tstats count where index=main by source",
    "sourcetype=plain [search sourcetype=records | head 2 | fields at] | stats count by at",
)


@pytest.mark.parametrize("streamed", [False, True], ids=["held", "streamed"])
@pytest.mark.parametrize("spl", SEARCHES)
def test_the_same_rows_as_one_by_one(
    files: list[EventFile], spl: str, streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = files[:60]
    if streamed:
        monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    together = ran(spl, some)
    for module in (origins_module, files_module):
        monkeypatch.setattr(module, "MANY", 1_000)
    one_by_one = ran(spl, some)
    assert together.rows == one_by_one.rows
    assert together.fields == one_by_one.fields
    assert together.rows


@pytest.mark.parametrize("spl", ["stats count by source", "n=7 | table *", "| tstats count by source"])
def test_a_statement_does_not_grow_with_the_files(files: list[EventFile], spl: str) -> None:
    few, many = ran(spl, files[:60]).sql, ran(spl, files).sql
    assert many.count("SELECT") == few.count("SELECT")
    assert many.count("UNION ALL") <= 6  # sourcetypes, one with a source of its own, and the channels


def test_streamed_files_are_read_by_one_reader(files: list[EventFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    plain = [file for file in files if file.sourcetype == "plain" and "file_006" not in file.source]
    found = ran("stats count dc(source) as sources", plain)
    assert found.rows == [{"count": 3 * len(plain), "sources": len(plain)}]
    assert found.sql.count("read_csv") == 1


def test_all_is_surveyed_and_told_of_each_file(files: list[EventFile]) -> None:
    with source(files) as given:
        assert given.broken == {files[5].path: 1}
        assert given.count == 3 * FILES + 1
        ((tables,),) = given.root.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
        assert tables == 2


def test_progress_is_told(files: list[EventFile]) -> None:
    told: list[int] = []
    with FileSource(files[:12], Knowledge(), clock=NOW, progress=told.append):
        assert told == list(range(1, 13))
