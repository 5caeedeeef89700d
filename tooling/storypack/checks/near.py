"""`did you mean …?`"""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(wrong: str, known: Iterable[str], *, likeness: int = 70) -> str:
    """A cure that names the closest known word, or nothing when none is close: `likeness` in percent at least."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        wrong, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=likeness
    )
    return f"did you mean '{found[0]}'?" if found else ""


def one_of(wrong: str, known: Iterable[str]) -> str:
    """As `did_you_mean`; names all known words (when they are few) if none is close."""
    words = sorted(known)
    return did_you_mean(wrong, words) or (f"use one of: {', '.join(words)}" if 0 < len(words) <= 12 else "")
