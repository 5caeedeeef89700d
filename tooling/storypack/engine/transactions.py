"""Grouping events into transactions (Search Reference: transaction)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storypack.engine.values import to_multi, to_text
from storypack.truth import OPTION

Event = Mapping[str, Any]
_SINGLE = ("_time", "_raw", "__begins", "__ends")


@dataclass(frozen=True, slots=True)
class Rules:
    """The options of `transaction`; times in seconds, None = no limit."""

    max_span: float | None = None
    max_pause: float | None = None
    max_events: int = 1000
    connected: bool = True
    keep_orphans: bool = False
    keep_evicted: bool = False
    starts: bool = False
    ends: bool = False
    mv_list: str = "f"
    null_text: str = "NULL"


@dataclass
class _Open:
    """A transaction that may still grow; its events are newest first. `endless` = its end never came: it can only be
    evicted."""

    values: dict[str, str]
    events: list[Event] = field(default_factory=list)
    endless: bool = False

    @property
    def newest(self) -> float:
        return time_of(self.events[0])

    @property
    def oldest(self) -> float:
        return time_of(self.events[-1])


def time_of(event: Event) -> float:
    """The event's `_time`; 0 where it has none, or something that is no number."""
    value = to_multi(event.get("_time")) or ["0"]
    try:
        return float(value[0])
    except ValueError:
        return 0.0


def group(events: Sequence[Event], names: Sequence[str], rules: Rules) -> list[dict[str, Any]]:
    """The transactions of events that come newest first, newest transaction first."""
    walker = _Walker(names, rules)
    for event in events:
        walker.take(event)
    walker.close_all()
    walker.done.sort(key=lambda row: -time_of(row))
    return walker.done


class _Walker:
    def __init__(self, names: Sequence[str], rules: Rules) -> None:
        self.names = names
        self.rules = rules
        self.open: list[_Open] = []
        self.done: list[dict[str, Any]] = []

    def take(self, event: Event) -> None:
        values = {name: to_text(one[0]) for name in self.names if (one := to_multi(event.get(name)))}
        if self.names and not values:
            self._orphan(event)
            return
        self._expire(event)
        home = next((one for one in self.open if self._fits(one, values)), None)
        begins, ends = event.get("__begins") == 1, event.get("__ends") == 1
        if home is not None and self.rules.ends and ends:
            # walking back in time, an end belongs to an earlier transaction than the one that is open
            self._finish(home, complete=not self.rules.starts)
            home = None
        if home is None:
            endless = self.rules.ends and not ends
            if endless and not self.rules.keep_evicted:
                self._orphan(event)
                return
            home = _Open({}, endless=endless)
            self.open.append(home)
        home.values.update(values)
        home.events.append(event)
        if self.rules.starts and begins:
            self._finish(home, complete=True, begun=True)
        elif len(home.events) >= self.rules.max_events:
            self._finish(home, complete=not self.rules.starts)

    def _fits(self, one: _Open, values: Mapping[str, str]) -> bool:
        shared = [name for name in values if name in one.values]
        if any(one.values[name] != values[name] for name in shared):
            return False
        return bool(shared) or not self.names or not self.rules.connected

    def _expire(self, event: Event) -> None:
        """Close what the event is too old for."""
        time = time_of(event)
        for one in list(self.open):
            too_long = self.rules.max_span is not None and one.newest - time > self.rules.max_span
            too_late = self.rules.max_pause is not None and one.oldest - time > self.rules.max_pause
            if too_long or too_late:
                self._finish(one, complete=not self.rules.starts)

    def close_all(self) -> None:
        for one in list(self.open):
            self._finish(one, complete=not self.rules.starts, closed=False)

    def _finish(self, one: _Open, *, complete: bool, closed: bool = True, begun: bool = False) -> None:
        """Give a transaction out, unless its start never came. `closed` = a rule ended it, not the last
        event; `begun` = its start is there."""
        self.open.remove(one)
        if one.endless and not begun:
            for event in one.events:
                self._orphan(event)
            return
        complete = complete and not one.endless
        if complete or self.rules.keep_evicted:
            self.done.append(self._row(one.events[::-1], closed=complete and closed))

    def _orphan(self, event: Event) -> None:
        if self.rules.keep_orphans:
            self.done.append({**_visible(event), "_txn_orphan": 1})

    def _row(self, events: Sequence[Event], *, closed: bool) -> dict[str, Any]:
        """One transaction; `events` oldest first."""
        row: dict[str, Any] = {}
        for name in dict.fromkeys(name for event in events for name in event if name not in _SINGLE):
            row[name] = self._values(name, events)
        times = [time_of(event) for event in events if "_time" in event]
        if times:
            row["_time"] = min(times)
            row["duration"] = max(times) - min(times)
        raws = [to_text(event["_raw"]) for event in events if "_raw" in event]
        if raws:
            row["_raw"] = "\n".join(raws)
        row["eventcount"] = len(events)
        row["closed_txn"] = 1 if closed else 0
        return row

    def _values(self, name: str, events: Sequence[Event]) -> Any:
        listed = self.rules.mv_list
        as_list = OPTION.is_true(listed) or name in [one.strip() for one in listed.split(",")]
        if as_list:
            return [one for event in events for one in (to_multi(event.get(name)) or [self.rules.null_text])]
        values = {one for event in events for one in to_multi(event.get(name)) or ()}
        return sorted(values) if len(values) > 1 else next((event[name] for event in events if name in event), None)


def _visible(event: Event) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("__begins", "__ends")}
