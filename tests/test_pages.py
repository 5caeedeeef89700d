"""Pages that are made from something else are as they would be made today."""

from __future__ import annotations

from pathlib import Path

import pytest

import pages

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("path", pages.PAGES)
def test_a_page_is_current(path: str) -> None:
    """After a change: make docs"""
    assert (ROOT / path).read_text(encoding="utf-8") == pages.PAGES[path]()
