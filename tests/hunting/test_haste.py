"""Large files are hunted in without a look beforehand; one that cannot be read line by line is read again with care."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from storypack.engine.errors import UnreadableEvents
from storypack.engine.events import reading
from storypack.engine.events.origin import EventFile
from storypack.engine.events.shapes import HEAD_BYTES
from storypack.engine.knowledge.files import FileSource
from storypack.hunting.findings import Hunt
from storypack.hunting.hunt import Quarry, hunt
from storypack.hunting.inputs import in_haste, readable_source
from storypack.pack.load import load_pack
from storypack.testing.setting import Setting
from tests.engine_events.trails import as_lines, as_list, record
from tests.hunting.test_hunt import NOW
from tests.testing.small_pack import SmallPack

SEARCH = "sourcetype=aws:cloudtrail eventName=Copy* errorCode!=Denied | stats count by eventID | `ex_disk_filter`"
RECORDS = [record(number, "CopyObject" if number % 7 == 3 else "GetObject", errorCode="x") for number in range(100)]
FOUND = [f"00000000-0000-4000-8000-{number:012}" for number in range(3, 100, 7)]


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPack:
    monkeypatch.setattr(reading, "SMALL_BYTES", 100)
    monkeypatch.setattr(reading, "THOROUGH_BYTES", 100)
    pack = SmallPack(tmp_path / "pack")
    pack.detection("Disk", SEARCH)
    return pack


def hunted(pack: SmallPack, *paths: Path) -> tuple[Hunt, list[bool]]:
    """The hunt, and whether each time that the files were opened was in haste."""
    loaded = load_pack(pack.folder).pack
    setting = Setting(loaded)
    quarry = Quarry(loaded, list(loaded.detections), setting.macros, setting.lookups, NOW)
    quarry.names = {path: path.name for path in paths}
    result, opened = Hunt(), list[bool]()

    def read(hasty: bool) -> None:
        def source_of(files: list[EventFile]) -> FileSource:
            return FileSource(files, clock=NOW, lookups=setting.lookups, hasty=hasty)

        opened.append(hasty)
        files = [EventFile(path, "aws:cloudtrail", str(path)) for path in paths]
        with readable_source(files, source_of, quarry.names, result.unreadable) as source:
            hunt(quarry, source, result)

    in_haste(read)
    return result, opened


def ids(result: Hunt) -> list[str]:
    return sorted(each.row["eventID"] for each in result.findings)


@pytest.mark.parametrize("text", [as_lines(RECORDS), as_lines(RECORDS).replace("\n", "\r\n"), as_lines(RECORDS)[:-1]])
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_whole_is_read_once(pack: SmallPack, tmp_path: Path, text: str, packed: bool) -> None:
    path = tmp_path / "trail.json"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    result, opened = hunted(pack, path)
    assert (ids(result), opened) == (FOUND, [True])
    assert (result.events, result.unreadable) == (100, {})
    assert [(event.file, event.line) for each in result.findings for event in each.events][:2] == [
        (path.name, 4),
        (path.name, 11),
    ]


def test_a_list_behind_what_is_looked_at_of_a_file_is_opened(pack: SmallPack, tmp_path: Path) -> None:
    long = [each | {"requestParameters": {"note": "x" * HEAD_BYTES}} for each in RECORDS[:2]]
    path = tmp_path / "trail.json"
    path.write_text(as_lines([*long, *RECORDS[2:50]]) + as_list(RECORDS[50:]) + "\n", encoding="utf-8")
    result, opened = hunted(pack, path)
    assert (ids(result), opened) == (FOUND, [True, False])
    assert result.events == 100
    assert [each.state for each in result.outcomes] == ["findings"]


def test_of_a_damaged_file_comes_what_stands_before_the_fault(pack: SmallPack, tmp_path: Path) -> None:
    whole, path = gzip.compress(as_lines(RECORDS).encode()), tmp_path / "trail.json.gz"
    path.write_bytes(whole[:-8] + b"\0" * 8)
    result, opened = hunted(pack, path)
    assert (ids(result), opened[-1]) == (FOUND, False)
    assert list(result.unreadable) == [path.name]


def test_bytes_that_are_no_text_are_replaced(pack: SmallPack, tmp_path: Path) -> None:
    lines = as_lines(RECORDS).encode()
    path = tmp_path / "trail.json"
    path.write_bytes(lines + b'{"eventName": "\xff\xfe"}\n')
    result, opened = hunted(pack, path)
    assert (ids(result), opened[-1], result.events) == (FOUND, False, 101)


def test_lines_that_are_no_json_are_counted(pack: SmallPack, tmp_path: Path) -> None:
    path = tmp_path / "trail.json"
    path.write_text(as_lines(RECORDS) + "no json\n" + json.dumps({"eventName": None}) + "\n{broken\n", encoding="utf-8")
    result, opened = hunted(pack, path)
    assert (ids(result), opened, result.events) == (FOUND, [True], 103)


def test_care_is_taken_once_only() -> None:
    def read(hasty: bool) -> None:
        raise UnreadableEvents(str(hasty))

    with pytest.raises(UnreadableEvents, match="False"):
        in_haste(read)
