from __future__ import annotations

from pathlib import Path

import pytest

from .indexed import Indexed


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    return Indexed(tmp_path)
