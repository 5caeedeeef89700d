"""How splunkd rewrites what it is given: booleans to 1 and 0, outer blanks gone, offsets in the longest unit."""

from __future__ import annotations

import json
import re

TRUE = frozenset({"1", "true", "t", "yes", "y", "enabled", "on"})
FALSE = frozenset({"0", "false", "f", "no", "n", "disabled", "off", ""})
_UNITS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60))


def boolean(value: str) -> bool | None:
    """What a boolean's text means; None when it is none."""
    folded = value.strip().lower()
    return True if folded in TRUE else False if folded in FALSE else None


def is_integer(value: str) -> bool:
    return re.fullmatch(r"[+-]?\d+", value.strip()) is not None


def drilldowns(text: str) -> str:
    """Drilldown searches as Enterprise Security writes them back: sorted keys, no blanks, `604800` as `1w`."""
    try:
        searches = json.loads(text)
    except ValueError:
        return text
    if not isinstance(searches, list) or not all(isinstance(one, dict) for one in searches):
        return text
    for one in searches:
        for key in ("earliest_offset", "latest_offset"):
            if key in one:
                one[key] = offset(str(one[key]))
    return json.dumps(searches, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def offset(value: str) -> str:
    """Seconds in the longest unit that divides them; anything else as it is."""
    if not value.isdigit() or value == "0":
        return value
    seconds = int(value)
    for unit, size in _UNITS:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return value
