"""Events of very many fields: `*` takes as many as Splunk would, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.scan import MAX_FIELDS
from storypack.engine.run import Result, search

NOW = 1_795_312_000.0


def ran(path: Path, spl: str) -> Result:
    with FileSource([EventFile(path, "wide", "log")], Knowledge(), clock=NOW) as source:
        return search(spl, source, now=NOW)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Three events of 20,000 fields each, of which one field is in all."""
    path = tmp_path / "wide.jsonl"
    events = ({"common": at, **{f"key{at}_{number}": number for number in range(20_000)}} for at in range(3))
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def test_a_star_is_bounded_and_says_so(wide: Path) -> None:
    found = ran(wide, "table *")
    assert len([name for name in found.fields if name.startswith(("key", "common"))]) == MAX_FIELDS
    assert "common" in found.fields  # the most frequent one
    assert [row["common"] for row in found.rows] == ["2", "1", "0"]
    assert len(found.warnings) == 1
    assert "60,001 fields" in found.warnings[0]


def test_a_field_that_is_named_is_always_there(wide: Path) -> None:
    found = ran(wide, "search key2_19999=* | table key2_19999 common")
    assert found.rows == [{"key2_19999": "19999", "common": "2"}]
    assert found.warnings == ()


def test_as_many_as_there_may_be_are_all_taken(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps({f"key{number}": number for number in range(MAX_FIELDS)}), encoding="utf-8")
    found = ran(path, "table key*")
    assert len(found.fields) == MAX_FIELDS
    assert found.warnings == ()
