"""Formats of other packages stand among our own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from storypack.engine.errors import EngineError
from storypack.engine.events.cutting import cut
from storypack.engine.events.event import CutEvent
from storypack.engine.events.formats import registry
from storypack.engine.events.formats.registry import Format, formats
from storypack.engine.events.shapes import recognise
from storypack.engine.events.sourcetypes import guess

PARAGRAPHS = Format(
    "paragraphs",
    rank=50,
    recognises=lambda head: head.text.startswith("%paragraphs"),
    cut=lambda text, damage: (
        CutEvent(raw.strip(), number) for number, raw in enumerate(text.read().split("\n\n")[1:], 1)
    ),
    guess=lambda raw: "acme:note" if raw.startswith("note") else "",
)


def offer(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint("paragraphs", value, registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.ENTRY_POINTS else [])


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    formats.cache_clear()
    yield
    formats.cache_clear()


def test_a_format_of_another_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer(monkeypatch, f"{__name__}:PARAGRAPHS")
    path = tmp_path / "notes.txt"
    path.write_text("%paragraphs\n\nnote one\nof two lines\n\nnote two\n")
    assert [event.raw for event in cut(path, recognise(path))] == ["note one\nof two lines", "note two"]
    assert guess(path).sourcetype == "acme:note"


@pytest.mark.parametrize("value", [f"{__name__}:NOTHING", "no_such_package:FORMAT", f"{__name__}:offer"])
def test_an_entry_point_without_a_format_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    offer(monkeypatch, value)
    with pytest.raises(EngineError, match="the event format paragraphs "):
        formats()


def test_lines_take_what_nothing_else_does() -> None:
    names = [form.name for form in formats()]
    assert names[-1] == "lines"
    assert len(names) == len(set(names))
