"""Small files of CloudTrail are read at a glance as they are read with care, or not at all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from storypack.engine.events.glance import SMALL_FILE, SOURCETYPE, glance
from tests.engine_events.trails import as_lines, as_list, read_with_care, record, write

SOME = [record(number) for number in range(5)]
SPEAKS_OF_LISTS = record(7, requestParameters={"note": '}, {"eventVersion": "1.0"}', "items": [{"a": 1}, {"b": []}]})


@pytest.mark.parametrize("name", ["trail.json", "trail.json.gz", "123_CloudTrail_x.2026.json.gz", "trail", "trail.log"])
@pytest.mark.parametrize(
    "text",
    [
        as_lines(SOME),
        as_lines(SOME).removesuffix("\n"),
        as_lines([SPEAKS_OF_LISTS, *SOME]),
        as_list(SOME),
        as_list(SOME, (", ", ": ")),
        as_list(SOME) + "\n",
        as_list(SOME[:1]),
        as_list([SPEAKS_OF_LISTS, *SOME, SPEAKS_OF_LISTS]),
        as_lines([record(1, userAgent="søk\u2028 \\ud")]),
        as_list([record(1, userAgent="søk\u2028 \\ud <&>", zahl=1.0e3, null=None)]),
    ],
)
def test_what_is_settled_is_what_care_gives(tmp_path: Path, name: str, text: str) -> None:
    path = write(tmp_path / name, text)
    seen = glance(path)
    assert seen is not None
    assert (SOURCETYPE, list(enumerate(seen.events, 1))) == read_with_care(path)
    assert seen.is_list == text.startswith('{"Records"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}\n",
        '{"Records":[]}',
        as_lines(SOME).replace("\n", "\r\n"),
        as_lines(SOME).replace("\n", "\n\n"),
        as_lines(SOME) + "a line of text\n",
        as_lines(SOME) + as_list(SOME) + "\n",
        as_lines(SOME) + json.dumps({"event": record(1)}) + "\n",
        as_lines([record(1, userAgent="\ud83d")]),
        as_lines([record(1, ts=1.0, _path="conn")]),
        as_lines([{"eventVersion": "1", "message": "of another vendor"}]),
        as_list(SOME)[:-1],
        as_list(SOME)[:-1] + ',"more":1}',
        as_list(SOME).replace("},{", "},\n{"),
        json.dumps({"Records": SOME}, indent=1),
        as_list([{"EventVersion": "2.1"}]),
        json.dumps(SOME),
    ],
)
def test_what_needs_care_is_left_to_it(tmp_path: Path, text: str) -> None:
    assert glance(write(tmp_path / "trail.json.gz", text)) is None


def test_a_name_that_says_otherwise_is_left_to_care(tmp_path: Path) -> None:
    assert glance(write(tmp_path / "trail.csv", as_lines(SOME))) is None
    assert glance(write(tmp_path / "trail.csv.gz", as_lines(SOME))) is None


def test_packed_files_that_are_damaged_or_in_parts_are_left_to_care(tmp_path: Path) -> None:
    whole = gzip.compress(as_lines(SOME).encode())
    for number, data in enumerate(
        [whole[:-20], whole[:-9] + b"\0" + whole[-8:], whole + whole, whole + b"\0" * 8, whole[:40]]
    ):
        path = tmp_path / f"{number}.gz"
        path.write_bytes(data)
        assert glance(path) is None, number


def test_large_files_are_left_to_care(tmp_path: Path) -> None:
    many = [record(number) for number in range(SMALL_FILE // 200)]
    assert glance(write(tmp_path / "large.json", as_lines(many))) is None
