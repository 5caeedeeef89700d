"""Finding the rows of a lookup that match an event (transforms.conf: match_type, max_matches, min_matches, ...)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count, product
from typing import Any

from storypack.engine.session import Session
from storypack.engine.source import LookupTable
from storypack.engine.udf.network import cidr
from storypack.engine.udf.registry import udf
from storypack.engine.values import to_multi

MAX_MATCHES = 1000
"""Matches of one event at most, unless the lookup says otherwise (transforms.conf: max_matches)."""

Outputs = list[list[str] | None]


class Matcher:
    """A lookup prepared for some input and output fields; answers are remembered by their inputs."""

    def __init__(self, table: LookupTable, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self._fold = not table.case_sensitive
        self._outputs = outputs
        self._limit = table.max_matches or (1 if table.time_field else MAX_MATCHES)
        self._default: Outputs | None = [[table.default_match]] * len(outputs) if table.min_matches else None
        exact = [at for at, name in enumerate(inputs) if name not in table.match_types]
        self._exact = exact
        self._loose = [(at, table.match_types[name]) for at, name in enumerate(inputs) if at not in exact]
        self._rows: dict[tuple[str, ...], list[tuple[list[Any], Outputs]]] = {}
        for row in table.rows:
            self._add(row, inputs)
        self._known: dict[tuple[tuple[str, ...], ...], Outputs | None] = {}

    def _add(self, row: Mapping[str, Any], inputs: Sequence[str]) -> None:
        values = [to_multi(row.get(name)) or [] for name in inputs]
        loose = [_test(kind, values[at][0] if values[at] else "", self._fold) for at, kind in self._loose]
        outputs = [to_multi(row.get(name)) for name in self._outputs]
        for key in product(*(values[at] for at in self._exact)):
            self._rows.setdefault(tuple(map(self._folded, key)), []).append((loose, outputs))

    def _folded(self, text: str) -> str:
        return text.lower() if self._fold else text

    @property
    def several(self) -> bool:
        """Whether an event may get more than one value."""
        if self._loose or self._default is not None:
            return self._limit > 1
        return any(
            len(rows) > 1 or any(len(values or ()) > 1 for _, outputs in rows for values in outputs)
            for rows in self._rows.values()
        )

    def match(self, keys: Sequence[Sequence[str] | None]) -> Outputs | None:
        """The values of each output field, None where no row matches. `keys`: the values of each input field."""
        if any(not values for values in keys):
            return self._default
        known = tuple(tuple(values or ()) for values in keys)
        if known not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[known] = self._search(known)
        return self._known[known]

    def _search(self, keys: tuple[tuple[str, ...], ...]) -> Outputs | None:
        matched: list[Outputs] = []
        for key in product(*(keys[at] for at in self._exact)):
            for loose, outputs in self._rows.get(tuple(map(self._folded, key)), ()):
                tests = zip(loose, self._loose, strict=True)
                if all(any(test(value) for value in keys[at]) for test, (at, _) in tests):
                    matched.append(outputs)
                    if len(matched) == self._limit:
                        break
        if not matched:
            return self._default
        columns = range(len(self._outputs))
        return [[value for outputs in matched for value in outputs[at] or ()] or None for at in columns]


def _test(kind: str, value: str, fold: bool) -> Any:
    """Whether an event's value fits a table's wildcard or subnet."""
    if kind == "CIDR":
        return lambda found: bool(cidr(value, found)) or found == value
    pattern = ".*".join(re.escape(piece) for piece in value.split("*"))
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if fold else 0)).fullmatch


_matchers: dict[str, Matcher] = {}
_numbers = count(1)


def register(session: Session, matcher: Matcher) -> str:
    """A handle by which `spl_lookup` finds the matcher until the run ends."""
    handle = f"lookup-{next(_numbers)}"
    _matchers[handle] = matcher
    session.at_end.append(lambda: _matchers.pop(handle, None))
    return handle


@udf("spl_lookup", "VARCHAR", "VARCHAR[][]", returns="VARCHAR[][]")
def find(handle: str | None, keys: Sequence[Sequence[str] | None] | None) -> Outputs | None:
    """What the lookup gives for the keys."""
    return None if handle is None or keys is None else _matchers[handle].match(keys)
