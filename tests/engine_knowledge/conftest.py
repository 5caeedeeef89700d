from __future__ import annotations

from pathlib import Path

import pytest

from .add_on import AddOn


@pytest.fixture
def ta(tmp_path: Path) -> AddOn:
    return AddOn(tmp_path)
