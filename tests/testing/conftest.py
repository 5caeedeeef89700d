from __future__ import annotations

from pathlib import Path

import pytest

from .small_pack import SmallPack


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path)
