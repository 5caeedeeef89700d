"""Files of events: recognised from content, cut into events, nothing lost."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import zstandard

from storypack.engine.errors import UnreadableFile
from storypack.engine.events import reading
from storypack.engine.events.origin import EventFile
from storypack.engine.events.reading import RawEvents, read_events
from storypack.engine.events.shapes import Compression, recognise
from storypack.engine.root import open_root

A, B = '{"eventName":"GetObject","n":1}', '{"eventName":"PutObject","n":2}'
XML_A = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>1</EventID></System></Event>"
)
XML_B = XML_A.replace("<EventID>1<", "<EventID>3<")
XML_LINES = XML_A.replace("><", ">\n<")


PACK: dict[Compression, Callable[[bytes], bytes]] = {
    Compression.NONE: bytes,
    Compression.GZIP: gzip.compress,
    Compression.ZSTD: zstandard.compress,
    Compression.BZIP2: bz2.compress,
    Compression.XZ: lzma.compress,
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[RawEvents, list[str]]:
    (events,) = read_events(connection, [EventFile(path)])
    rows = connection.execute(f"SELECT _raw FROM ({events.sql}) ORDER BY __position").fetchall()
    assert len(rows) == events.count
    return events, [row[0] for row in rows]


@pytest.mark.parametrize(
    ("name", "content", "format_", "raws", "broken"),
    [
        ("json lines", f"{A}\n{B}\n", "lines", [A, B], 0),
        ("no newline at the end", f"{A}\n{B}", "lines", [A, B], 0),
        ("windows line ends", f"{A}\r\n{B}\r\n", "lines", [A, B], 0),
        ("blank lines", f"{A}\n\n{B}\n", "lines", [A, B], 0),
        ("a cut line", f"{A}\n{B}\n{A[:-7]}\n", "lines", [A, B, A[:-7]], 1),
        ("array", f"[{A}, {B}]", "json", [A, B], 0),
        ("records", f'{{"Records": [{A}, {B}]}}', "json", [A, B], 0),
        ("records over lines", f'{{\n "Records": [\n{A},\n{B}\n]\n}}\n', "json", [A, B], 0),
        ("records line by line", f'{{"Records":[{A}]}}\n{{"Records":[{B}]}}\n', "json", [A, B], 0),
        ("objects over lines", '{\n "n": 1\n}\n{\n "n": 2\n}\n', "json", ['{\n "n": 1\n}', '{\n "n": 2\n}'], 0),
        ("array with a stranger", f"[{A}, 7]", "json", [A, "7"], 1),
        ("rubbish after an array", f"[{A}]\nnot json\n", "json", [A, "not json"], 1),
        ("empty array", "[]", "json", [], 0),
        ("xml lines", f"{XML_A}\n{XML_B}\n", "lines", [XML_A, XML_B], 0),
        ("xml on one line", f"{XML_A}{XML_B}", "xml", [XML_A, XML_B], 0),
        ("xml over lines", f"<?xml version='1.0'?>\n<Events>\n{XML_LINES}\n</Events>", "xml", [XML_A], 0),
        ("key value", "a=1 b=2\nc=3\n", "lines", ["a=1 b=2", "c=3"], 0),
        ("bracketed syslog", "[2026-11-21] sshd: hello\n", "lines", ["[2026-11-21] sshd: hello"], 0),
        ("quotes and separators", 'a="x, y"; \x1f\t|\n', "lines", ['a="x, y"; \x1f\t|'], 0),
        ("empty", "", "lines", [], 0),
    ],
)
@pytest.mark.parametrize("compression", list(Compression))
def test_formats(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    name: str,
    content: str,
    format_: str,
    raws: list[str],
    broken: int,
    compression: Compression,
) -> None:
    data = PACK[compression](content.encode())
    path = tmp_path / "events"  # no suffix: only the content tells
    path.write_bytes(data)
    assert recognise(path).format.name == format_, name
    assert recognise(path).compression is compression
    events, found = read(connection, path)
    assert found == raws
    assert events.broken == broken


def test_bytes_that_are_not_utf8_are_kept(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(A.encode() + b"\n" + b'{"user":"Andr\xe9"}\n')
    events, found = read(connection, path)
    assert found == [A, '{"user":"Andr\ufffd"}']
    assert events.replaced == 1


def test_the_sign_for_a_replaced_byte_is_a_sign_like_others(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    path.write_text("user=\ufffd\n", encoding="utf-8")
    assert read(connection, path)[0].replaced == 0


def test_replaced_bytes_of_a_large_file_are_counted(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    path = tmp_path / "log"
    path.write_bytes(b"user=\xe9ric\n" * 3 + b"user=kim\n")
    events, found = read(connection, path)
    assert events.replaced == 3
    assert len(found) == 4


def test_csv_names_its_fields(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text('src,dest,note\n192.0.2.1,198.51.100.7,"a, b"\n192.0.2.2,198.51.100.7\n')
    events, found = read(connection, path)
    assert found == ['192.0.2.1,198.51.100.7,"a, b"', "192.0.2.2,198.51.100.7"]
    assert events.broken == 1
    indexed = connection.execute(f"SELECT __indexed FROM ({events.sql}) ORDER BY __position").fetchall()
    assert [json.loads(row[0]) for row in indexed] == [
        {"src": "192.0.2.1", "dest": "198.51.100.7", "note": "a, b"},
        {"src": "192.0.2.2", "dest": "198.51.100.7"},
    ]


@pytest.mark.parametrize("kind", ["missing", "folder", "cut gzip"])
def test_files_that_cannot_be_read_are_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "events.gz"
    if kind == "folder":
        path.mkdir()
    elif kind == "cut gzip":
        path.write_bytes(gzip.compress(A.encode())[:8])
    with pytest.raises(UnreadableFile, match=r"events\.gz"):
        read_events(connection, [EventFile(path)])


@pytest.mark.parametrize(
    "name", ["x*.json", "x?.json", "[xy].json", "{x,y}.json", "~x.json", "x\udcff.json", "x'.json"]
)
def test_a_name_is_a_name_and_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Beside the file lie others that the name would match as a pattern."""
    monkeypatch.chdir(tmp_path)
    for other in ("xx.json", "x.json", "y.json"):
        Path(other).write_text('{"of":"another"}\n' * 20_000, "utf-8")
    path = Path(name)
    path.write_text('{"of":"this one"}\n' * 20_000, "utf-8")
    files = [EventFile(each, source=str(each)) for each in (path, Path("xx.json"), Path("x.json"), Path("y.json"))]
    root = open_root([file.path for file in files])
    first = read_events(root, files)[0]
    assert root.execute(f"SELECT _raw, count(*) FROM ({first.sql}) GROUP BY 1").fetchall() == [
        ('{"of":"this one"}', 20_000)
    ]
    first.file.source.encode("utf-8")
    root.close()


@pytest.mark.parametrize("change", ["cut", "changed"])
@pytest.mark.parametrize("lines", [100, 50_000])
def test_of_a_damaged_file_what_can_be_read_is_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, change: str, lines: int
) -> None:
    whole = "".join(f'{{"n":{n},"of":"{n * 7919 % 65521:x}"}}\n' for n in range(lines))
    data = gzip.compress(whole.encode())
    half = len(data) // 2
    path = tmp_path / "events.gz"
    path.write_bytes(data[:half] if change == "cut" else data[:half] + bytes(64) + data[half + 64 :])
    events, found = read(connection, path)
    assert 0 < len(found) < lines or change == "changed"
    assert whole.startswith(found[0] + "\n")
    assert events.damage or events.broken


def test_utf16_is_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        path = tmp_path / encoding
        path.write_bytes(f"\ufeff{A}\r\n{B}\r\n".encode(encoding))
        assert read(connection, path)[1] == [A, B]


def test_events_that_no_utf8_can_hold(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "half.json"
    path.write_text('[{"a":"\\ud800x","b":"\\ud83d\\ude00"}]', encoding="utf-8")
    assert read(connection, path)[1] == ['{"a":"\ufffdx","b":"😀"}']


def test_deep_nesting_is_one_event(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text('{"a":' * 20_000 + "1" + "}" * 20_000 + "\n", encoding="utf-8")
    assert len(read(connection, path)[1]) == 1
