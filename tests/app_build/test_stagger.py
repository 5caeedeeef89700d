"""Staggered minutes keep what a cron means."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.app_build.cron import stagger


def minutes(field: str) -> list[int]:
    if field.startswith("*/"):
        return list(range(0, 60, int(field[2:])))
    return [int(part) for part in field.split(",")]


@given(st.sampled_from([1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 59]), st.text(max_size=36))
def test_a_step_keeps_its_gaps_and_its_hour(step: int, identity: str) -> None:
    before, after = minutes(f"*/{step}"), minutes(stagger(f"*/{step} 3 * * *", identity).split()[0])
    assert [b - a for a, b in pairwise(after)] == [b - a for a, b in pairwise(before)]
    assert len(after) == len(before)
    assert 0 <= after[0] <= after[-1] <= 59


@given(st.sets(st.integers(0, 59), min_size=1, max_size=6), st.text(max_size=36))
def test_a_list_keeps_its_gaps(chosen: set[int], identity: str) -> None:
    before = sorted(chosen)
    after = minutes(stagger(",".join(map(str, before)) + " * * * *", identity).split()[0])
    assert {b - a for a, b in zip(before, after, strict=True)} == {after[0] - before[0]}
    assert after[-1] <= 59
    assert before[0] == 0 or after == before


@pytest.mark.parametrize("cron", ["* * * * *", "17 * * * *", "5-59/10 * * * *", "0-30 1 * * *", "nonsense", "0 0 * *"])
def test_what_is_not_crowded_or_not_plain_stays(cron: str) -> None:
    assert stagger(cron, "any") == cron


def test_the_other_fields_stay() -> None:
    assert stagger("0 4 1-7 * 1", "x").split()[1:] == ["4", "1-7", "*", "1"]


def test_sixty_searches_spread_over_the_hour() -> None:
    found = {stagger("0 * * * *", str(number)) for number in range(60)}
    assert len(found) > 30
    assert stagger("0 * * * *", "1") == stagger("0 * * * *", "1")
