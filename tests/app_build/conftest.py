"""What the tests of `build/` share: the example pack, as it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.app_build.content import AppContent
from storypack.app_build.from_pack import app_content
from storypack.pack.load import load_pack


@pytest.fixture(scope="session")
def content() -> AppContent:
    """The example pack as the build sees it."""
    loaded = load_pack(Path(__file__).parent / "pack")
    assert not loaded.issues
    return app_content(loaded.pack)
