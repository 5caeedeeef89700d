"""Slips of the pen: a name that nobody has, and the one that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"\d+")
_PLURAL = re.compile(r"s(?=\.|$)")


def did_you_mean(wrong: str, known: Iterable[str], *, likeness: int = 70) -> str:
    """A cure that names the closest known word, or nothing when none is close: `likeness` in percent at least."""
    from rapidfuzz import fuzz, process, utils

    nearest = process.extractOne(
        wrong, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=likeness
    )
    return f"did you mean '{nearest[0]}'?" if nearest else ""


def one_of(wrong: str, known: Iterable[str]) -> str:
    """As `did_you_mean`; names all known words (when they are few) if none is close."""
    words = sorted(known)
    return did_you_mean(wrong, words) or (f"use one of: {', '.join(words)}" if 0 < len(words) <= 12 else "")


def slip_of(name: str, known: Iterable[str]) -> str:
    """The known name of which `name` is probably a misspelling; empty if none comes that near.

    Nearer than `did you mean` asks for: it says so of a name that may well be right. Names that differ in a number, a
    plural, an ending, the braces of a list or their first letter are different names.

    >>> slip_of("userAgnet", ["userAgent", "user"]), slip_of("useragent", ["userAgent"])
    ('userAgent', 'userAgent')
    >>> slip_of("bytes_in", ["bytes_out"]), slip_of("cs_bytes", ["sc_bytes"]), slip_of("arg1", ["arg2"])
    ('', '', '')
    """
    from rapidfuzz.distance import OSA

    folded = _plain(name)
    most = 2 if len(name) >= 8 else 1
    for other in known:
        low = _plain(other)
        if low == folded:
            if other.casefold() == name.casefold() and other != name:
                return other
            continue
        if len(name) < 4 or low[:1] != folded[:1] or low.startswith(folded) or folded.startswith(low):
            continue
        if OSA.distance(folded, low, score_cutoff=most) <= most:
            return other
    return ""


def _plain(name: str) -> str:
    """The name in small letters, without what tells two fields apart that are both right."""
    return _PLURAL.sub("", _NUMBER.sub("0", name.casefold().replace("{}", "")))
