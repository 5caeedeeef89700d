"""A small sample of the random trials; STORYPACK_TRIALS draws more of them, as `make hostile` does."""

from __future__ import annotations

import os

import pytest

from tests.hostile.trials import CODES, NotHeld, Place, hold, run_trials

COUNT = int(os.environ.get("STORYPACK_TRIALS", "8"))
PIECE = 50


@pytest.mark.parametrize("piece", range(-(-COUNT // PIECE)))
@pytest.mark.timeout(1800)
def test_random_trials(piece: int) -> None:
    count = min(PIECE, COUNT - piece * PIECE)
    held, faults = run_trials(count, 7_000 + piece, "" if COUNT > PIECE else " o")
    assert not faults, "\n".join(faults)
    assert sum(held.values()) == count


def test_a_fault_is_seen(tmp_path: object) -> None:
    with pytest.raises(NotHeld, match="why"):
        hold(False, "why")
    assert 130 not in CODES and Place.run
