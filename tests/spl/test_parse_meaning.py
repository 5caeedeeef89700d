"""Which searches mean the same and which do not: precedence and spelling (RULES 1-7, 12 and the shape of commands)."""

from __future__ import annotations

import pytest

from storypack.spl import parse
from tests.spl.spl_fixtures import pairs


@pytest.mark.parametrize(("left", "right"), pairs("same.txt"))
def test_same(left: str, right: str) -> None:
    assert parse(left) == parse(right)


@pytest.mark.parametrize(("left", "right"), pairs("different.txt"))
def test_different(left: str, right: str) -> None:
    assert parse(left) != parse(right)
