"""Fixtures on the example pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pack.example_pack import DETECTION, FILES, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    for path, text in FILES.items():
        made.write(path, text)
    return made


@pytest.fixture
def detection_data() -> Callable[..., dict[str, Any]]:
    """Data of a detection, with changes."""
    from storypack.pack.yaml import parse

    def make(**changes: Any) -> dict[str, Any]:
        return {**parse(DETECTION)[0], **changes}

    return make
