"""What an object does, apart from what it says of itself: two states with one meaning behave alike on an instance.

Texts for people (descriptions, references, names of authors), tests and labels have no part in it. Searches are
compared as they are read: blanks, line breaks and comments do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from storypack.pack.pack import Entry
from storypack.spl.parser import parse
from storypack.spl.printer import print_search
from storypack.spl.source import SplError

WINDOW, FINDING = "time window", "finding"

MEANING: Final[Mapping[str, Mapping[str, str]]] = {
    "detections": {
        "search": "search",
        "type": "type",
        "schedule": WINDOW,
        "custom_schedule": WINDOW,
        "finding": FINDING,
        "intermediate_findings": FINDING,
        "threat_objects": FINDING,
        "throttling": "throttling",
    },
    "baselines": {"search": "search", "schedule": WINDOW, "custom_schedule": WINDOW},
    "macros": {"definition": "definition", "arguments": "arguments", "validation": "validation"},
    "schedules": {"cron_schedule": WINDOW, "earliest_time": WINDOW, "latest_time": WINDOW},
}
"""By kind: the keys that decide what an object does, and what the change of each is called."""


def changed_meaning(before: Entry[Any], after: Entry[Any]) -> dict[str, str]:
    """What differs in what two states of one object do: the words of `MEANING`, each with the key where it shows."""
    keys = MEANING.get(after.kind, {})
    changed: dict[str, str] = {}
    for key, word in keys.items():
        if _value(before, key) != _value(after, key):
            changed.setdefault(word, key)
    return changed


def _value(entry: Entry[Any], key: str) -> object:
    value = getattr(entry.model, key, None)
    return _read(value) if key == "search" and isinstance(value, str) else value


def _read(search: str) -> str:
    """A search in its canonical form; as it stands, where it cannot be read."""
    try:
        return print_search(parse(search))
    except SplError:
        return " ".join(search.split())
