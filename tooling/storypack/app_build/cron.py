"""Cron minutes spread by the id of the search, so that sixty searches do not start in the same minute."""

from __future__ import annotations

import hashlib


def stagger(cron: str, identity: str) -> str:
    """The cron with its minutes moved by an offset that follows from `identity`; same period, same number of runs.

    Only minutes that start at 0 are moved (`0`, `*/15`, `0,30`): those are where everybody starts. Any other minute was
    chosen by the author and stays, as does `*`. Moved steps are written as lists (`10,25,40,55`).

    >>> stagger("0 * * * *", "a"), stagger("*/15 * * * *", "a"), stagger("17 3 * * *", "a")
    ('10 * * * *', '10,25,40,55 * * * *', '17 3 * * *')
    """
    fields = cron.split()
    if len(fields) != 5:
        return cron
    minutes = _minutes(fields[0])
    if not minutes or minutes[0] != 0 or len(minutes) == 60:
        return cron
    gaps = [later - earlier for earlier, later in zip(minutes, [*minutes[1:], 60], strict=True)]
    offset = _hash(identity) % min(gaps)
    if not offset:
        return cron
    fields[0] = ",".join(str(minute + offset) for minute in minutes)
    return " ".join(fields)


def _minutes(field: str) -> list[int]:
    """The minutes of a plain minute field (`0`, `*/n`, `a,b`), sorted; empty for what is not plain."""
    if field.startswith("*/") and field[2:].isdecimal() and int(field[2:]):
        return list(range(0, 60, int(field[2:])))
    parts = field.split(",")
    if all(part.isdecimal() and int(part) < 60 for part in parts):
        return sorted({int(part) for part in parts})
    return []


def _hash(identity: str) -> int:
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big")
