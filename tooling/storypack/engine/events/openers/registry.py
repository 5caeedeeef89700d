"""Wrappers of events in JSON: lists of events in an object, and objects around one event.

    {"Records": [ {...}, {...} ]}                 a `ListEnvelope`: its members are events, or are wrapped themselves
    {"time": ..., "sourcetype": ..., "event": {...}}    opened by a function under `@opener`

The event that comes out is the one that the vendor's add-on would have indexed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from storypack.engine.events.event import NO_LABELS, Labels


@dataclass(frozen=True, slots=True)
class Opened:
    """An event that was wrapped: its text, and what the wrapper says of it, as in `CutEvent`."""

    raw: str
    time: float | None = None
    labels: Labels = NO_LABELS
    fields: Mapping[str, Any] | None = None
    note: str = ""
    broken: bool = False
    is_bare: bool = False
    """It is no wrapper itself."""
    is_stored: bool = False


Opener = Callable[[Mapping[str, Any], str], list[Opened] | None]
"""From an object and its text to the events in it; None = it is no such wrapper. An empty list: it holds none."""


@dataclass(frozen=True, slots=True)
class ListEnvelope:
    """An object whose list under `key` holds events, and nothing else but keys among `beside` (a `*` ends a prefix)."""

    key: str
    beside: tuple[str, ...] = ()

    def allows(self, key: str) -> bool:
        return any(key.startswith(each[:-1]) if each.endswith("*") else key == each for each in self.beside)


_openers: list[Opener] = []
_envelopes: dict[str, list[ListEnvelope]] = {}


def opener(function: Opener) -> Opener:
    """Enter a function that opens wrappers of one kind."""
    _openers.append(function)
    return function


def envelope(key: str, *beside: str) -> None:
    """Enter a list of events in an object."""
    _envelopes.setdefault(key, []).append(ListEnvelope(key, beside))


@cache
def _load() -> None:
    here = __name__.rpartition(".")[0]
    for module in iter_modules(import_module(here).__path__):
        import_module(f"{here}.{module.name}")


def envelopes() -> Mapping[str, list[ListEnvelope]]:
    """The lists of events in objects, by the list's key."""
    _load()
    return _envelopes


def openers() -> list[Opener]:
    _load()
    return _openers


def is_envelope(value: Mapping[str, Any]) -> bool:
    """Whether an object is nothing but a list of events, and what belongs to such a list."""
    known = envelopes()
    for key, listed in value.items():
        if key in known and isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
            others = [other for other in value if other != key]
            if any(all(map(one.allows, others)) for one in known[key]):
                return True
    return False


MAX_DEPTH = 4
"""Wrappers within each other that are opened."""


def opened(value: Mapping[str, Any], raw: str, depth: int = 0) -> list[Opened] | None:
    """The events in a wrapper, opened as far as there are wrappers; None for an object that is an event itself. What
    the outer wrapper says of an event holds where the inner one is silent."""
    for each in openers():
        try:
            events = each(value, raw)
        except RecursionError:  # nested so deep that it cannot be written anew
            return None
        if events is not None:
            return [inner for event in events for inner in _again(event, depth)]
    return None


def _again(event: Opened, depth: int) -> list[Opened]:
    if depth >= MAX_DEPTH or event.is_bare or not event.raw.startswith("{"):
        return [event]
    try:
        value = json.loads(event.raw)
    except (ValueError, RecursionError):
        return [event]
    inner = opened(value, event.raw, depth + 1) if isinstance(value, dict) else None
    if inner is None:
        return [event]
    return [
        Opened(
            each.raw,
            event.time if each.time is None else each.time,
            event.labels if each.labels is NO_LABELS else each.labels,
            event.fields if each.fields is None else each.fields,
            event.note or each.note,
            event.broken or each.broken,
        )
        for each in inner
    ]


_decode = json.JSONDecoder().raw_decode
_BLANKS = " \t\r\n"


def member_text(raw: str, wanted: str) -> str:
    """The text of an object's member as it is written, so that its numbers stay as they are; empty if there is none.
    `raw` is whole JSON of an object."""
    at = raw.index("{") + 1
    text = ""
    while True:
        at = _skip(raw, at, _BLANKS + ",")
        if raw[at] == "}":
            return text
        key, at = _decode(raw, at)
        at = _skip(raw, at, _BLANKS + ":")
        _, end = _decode(raw, at)
        if key == wanted:
            text = raw[at:end]
        at = end


def iso_time(text: Any) -> float | None:
    """Epoch seconds of an ISO time; one without a zone is read as UTC; None for anything else."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def begin_of_list(text: str, at: int) -> tuple[int, tuple[ListEnvelope, ...]]:
    """Where the members of a list envelope begin that begins at a place, and what it may be; 0 for anything else. Its
    end need not be in sight."""
    known = envelopes()
    seen: list[str] = []
    try:
        at = _skip(text, at + 1, _BLANKS)
        while text[at] == '"':
            key, at = _decode(text, at)
            at = _skip(text, at, _BLANKS)
            if text[at] != ":":
                break
            at = _skip(text, at + 1, _BLANKS)
            if text[at] == "[" and key in known:
                may_be = tuple(one for one in known[key] if all(map(one.allows, seen)))
                begin = _skip(text, at + 1, _BLANKS)
                if may_be and text[begin] in "{]":
                    return at + 1, may_be
            if not _may_stand_beside(key):
                break
            seen.append(key)
            _, at = _decode(text, at)
            at = _skip(text, at, _BLANKS + ",")
    except (IndexError, ValueError, RecursionError):
        pass
    return 0, ()


@lru_cache(1000)
def _may_stand_beside(key: str) -> bool:
    return any(one.allows(key) for several in envelopes().values() for one in several)


def _skip(text: str, at: int, signs: str) -> int:
    while text[at] in signs:
        at += 1
    return at


def epoch(value: Any) -> float | None:
    """Epoch seconds of a number or a text of one (seconds, milli-, micro- or nanoseconds, by their size); None else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not 0 < number < 1e20:
        return None
    for power in (1e18, 1e15, 1e12):
        if number >= power / 10:
            return number / (power / 1e9)
    return number
