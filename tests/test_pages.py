"""Pages that are made from something else are as they would be made today."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("pages", ROOT / "tooling/pages.py")
assert SPEC is not None and SPEC.loader is not None
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)


@pytest.mark.parametrize("path", pages.PAGES)
def test_a_page_is_current(path: str) -> None:
    """After a change: make docs"""
    assert (ROOT / path).read_text(encoding="utf-8") == pages.PAGES[path]()
