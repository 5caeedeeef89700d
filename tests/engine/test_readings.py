"""The engine's readings of what nobody has established, against the probes of the list."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from storypack.conformance.rows import difference
from storypack.engine import SearchError, run_search
from storypack.engine.readings import READINGS, reading, reading_as
from storypack.reference.unknown import Point, points


def test_the_switches_are_those_of_the_list() -> None:
    listed = {each.id: tuple(reading.id for reading in each.readings) for each in points() if each.switch}
    assert dict(READINGS) == listed


def _cases() -> list[object]:
    return [
        pytest.param(each, taken.id, id=f"{each.id}-{taken.id}")
        for each in points()
        for taken in (each.readings if each.switch else each.readings[:1])
    ]


@pytest.mark.parametrize(("point", "taken"), _cases())
def test_a_probe_gives_the_rows_of_its_reading(point: Point, taken: str) -> None:
    wanted = point.probe.rows[taken]
    with reading_as(point.id, taken) if point.switch else nullcontext():
        if not wanted:
            with pytest.raises(SearchError):
                run_search(point.probe.spl)
            return
        rows = run_search(point.probe.spl)
    wrong = difference({"fields": list(wanted[0]), "rows": wanted, "ordered": True}, rows)
    assert not wrong, wrong


def test_a_reading_ends_with_its_block() -> None:
    with reading_as("not-null", "true"):
        with reading_as("substr-zero", "first"):
            assert (reading("not-null"), reading("substr-zero")) == ("true", "first")
        assert reading("substr-zero") == "sqlite"
    assert reading("not-null") == "null"
    with pytest.raises(ValueError, match="index"), reading_as("not-null", "maybe"):
        pass


@pytest.mark.parametrize(
    ("spl", "null", "true"),
    [
        ('where NOT match(u, "^a") | table id', [2], [2, 3]),
        ('where NOT (u="adm" OR v=1) | table id', [2], [2, 3]),
        ('eval k=if(NOT u="adm", 1, 0) | where k=1 | table id', [2], [2, 3]),
        ('where isnull(u) OR u!="adm" | table id', [2, 3], [2, 3]),
        ('search NOT u="adm" | table id', [2, 3], [2, 3]),
        ('where u!="adm" | table id', [2], [2]),
    ],
)
def test_not_of_an_absent_field(spl: str, null: list[int], true: list[int]) -> None:
    events = [{"id": 1, "u": "adm", "v": 0}, {"id": 2, "u": "kim", "v": 0}, {"id": 3, "v": 0}]
    assert [row["id"] for row in run_search(spl, events)] == null
    with reading_as("not-null", "true"):
        assert [row["id"] for row in run_search(spl, events)] == true
