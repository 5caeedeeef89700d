"""The page docs/unknown.md."""

from __future__ import annotations

from pathlib import Path

from storypack.reference.unknown import points
from storypack.report.unknown import page

PAGE = Path(__file__).parents[2] / "docs" / "unknown.md"


def test_the_page_is_that_of_the_list() -> None:
    """After a change of the list, write what storypack.report.unknown.page() gives to the page."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_each_point_is_on_it() -> None:
    text = page()
    for point in points():
        assert f"\n## {point.id}\n" in text
        assert all(f"**{reading.id}**: {reading.says}" in text for reading in point.readings)
