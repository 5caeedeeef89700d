"""Finding the rows of a lookup that match an event (transforms.conf: match_type, max_matches, min_matches, ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import Any

from storypack.engine.errors import Apart, SearchError
from storypack.engine.session import Session
from storypack.engine.source import TIME_FORMAT, LookupTable
from storypack.engine.sql import RUN, Sql, as_multi, quote
from storypack.engine.udf.network import cidr
from storypack.engine.udf.registry import udf
from storypack.engine.udf.timeformat import strptime
from storypack.engine.values import to_multi

MAX_MATCHES = 1000
"""Matches of one event at most, unless the lookup says otherwise (transforms.conf: max_matches)."""

Outputs = list[list[str] | None]


class Matcher:
    """A lookup prepared for some input and output fields; answers are remembered by their inputs."""

    def __init__(self, table: LookupTable, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self.name = table.name
        own = {id(each): Matcher(each, inputs, outputs) for each in table.of_runs}
        self.of_runs = tuple(own[id(each)] for each in table.of_runs)
        self.cut: Callable[[], object] | None = None
        """Called where the default limit leaves matches out."""
        self._fold = not table.case_sensitive
        self._outputs = outputs
        self._limit = table.max_matches or (1 if table.time_field else MAX_MATCHES)
        self._default: Outputs | None = [[table.default_match]] * len(outputs) if table.min_matches else None
        exact = [at for at, name in enumerate(inputs) if name not in table.match_types]
        self._exact = exact
        self._loose: list[tuple[int, str]] = [
            (at, table.match_types[name]) for at, name in enumerate(inputs) if at not in exact
        ]
        self._rows: dict[tuple[str, ...], list[tuple[list[Any], Outputs]]] = {}
        self.temporal = bool(table.time_field)
        for row in () if self.of_runs else _newest_first(table) if self.temporal else table.rows:
            self._add(row, inputs)
        if self.temporal:
            # the event's time is a further key, and fits the rows whose time is not too far before it
            self._loose.append((len(inputs), ""))
        self._known: dict[tuple[tuple[str, ...], ...], Outputs | None] = {}

    def _add(self, row: Mapping[str, Any], inputs: Sequence[str]) -> None:
        values = [to_multi(row.get(name)) or [] for name in inputs]
        loose = [_test(kind, values[at][0] if values[at] else "", self._fold) for at, kind in self._loose]
        if self.temporal:
            loose.append(row[_FITS])
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
        if self.of_runs:
            first, *others = {matcher.several for matcher in self.of_runs}
            if others:
                raise Apart
            return first
        return any(
            len(rows) > 1 or any(len(values or ()) > 1 for _, outputs in rows for values in outputs)
            for rows in self._rows.values()
        )

    @property
    def is_empty(self) -> bool:
        """Whether no event gets anything."""
        return not self._rows and not self.of_runs and self._default is None

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
        for outputs in self._matches(keys):
            if len(matched) == self._limit:
                if self._limit == MAX_MATCHES and self.cut is not None:
                    self.cut()
                break
            matched.append(outputs)
        if not matched:
            return self._default
        columns = range(len(self._outputs))
        return [[value for outputs in matched for value in outputs[at] or ()] or None for at in columns]

    def _matches(self, keys: tuple[tuple[str, ...], ...]) -> Iterator[Outputs]:
        for key in product(*(keys[at] for at in self._exact)):
            for loose, outputs in self._rows.get(tuple(map(self._folded, key)), ()):
                tests = zip(loose, self._loose, strict=True)
                if all(any(test(value) for value in keys[at]) for test, (at, _) in tests):
                    yield outputs


_FITS = ""
"""Where a row of a temporal lookup holds the test of an event's time: a field without a name."""


def _newest_first(table: LookupTable) -> list[dict[str, Any]]:
    """The rows that have a time, with the test of an event's time; of those that fit, the nearest comes first."""
    found = []
    for row in table.rows:
        written = to_multi(row.get(table.time_field)) or [""]
        moment = _moment(written[0], table.time_format)
        if moment is not None:
            found.append((moment, {**row, _FITS: _between(moment + table.min_offset, moment + table.max_offset)}))
    return [row for _, row in sorted(found, key=lambda one: -one[0])]


def _moment(text: str, form: str) -> float | None:
    """The time of a row; of the default format the fraction of a second may be missing."""
    if form == TIME_FORMAT and text.strip().isdigit():
        return float(text)
    return strptime(text, form, None)


def _between(low: float, high: float) -> Callable[[str], bool]:
    return lambda time: low <= float(time) <= high


def _test(kind: str, value: str, fold: bool) -> Any:
    """Whether an event's value fits a table's wildcard or subnet."""
    if kind == "CIDR":
        return lambda found: bool(cidr(value, found)) or found == value
    return _wildcard(value.lower() if fold else value, fold)


def _wildcard(pattern: str, fold: bool) -> Callable[[str], bool]:
    """Whether a text fits a pattern with stars, told in time that grows with the text: each piece between two stars is
    taken where it first stands."""
    first, *pieces = pattern.split("*")
    if not pieces:
        return lambda text: (text.lower() if fold else text) == first
    *middle, last = pieces

    def fits(text: str) -> bool:
        text = text.lower() if fold else text
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return False
        for piece in middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    return fits


def find_table(name: str, session: Session) -> LookupTable:
    """The lookup of that name; SearchError where there is none."""
    table = session.lookup(name)
    if table is None:
        raise SearchError(f"there is no lookup `{name}`")
    return table


def check_fields(table: LookupTable, names: Iterable[str]) -> None:
    """SearchError unless the table has the fields."""
    missing = [name for name in names if name not in table.fields]
    if missing and table.rows:
        raise SearchError(f"the lookup `{table.name}` has no field `{missing[0]}`; it has {', '.join(table.fields)}")


_matchers: dict[str, Matcher] = {}
_numbers = count(1)


def handle_sql(session: Session, matcher: Matcher) -> str:
    """SQL of a handle by which `spl_lookup` finds the matcher, or that of the run, until the run ends."""
    if not matcher.of_runs:
        return quote(_register(session, matcher))
    handles = ", ".join(quote(_register(session, each)) for each in matcher.of_runs)
    return f"([{handles}])[{RUN}.n + 1]"


def _register(session: Session, matcher: Matcher) -> str:
    handle = f"lookup-{next(_numbers)}"
    _matchers[handle] = matcher
    session.at_end.append(lambda: _matchers.pop(handle, None))
    return handle


def call_sql(matcher: Matcher, keys: Sequence[Sql], session: Session) -> str:
    """SQL (VARCHAR[][]) of what the matcher gives for keys. A table without rows, as lists are that a site has to fill,
    need not be asked."""
    if matcher.cut is None:
        limit, name = MAX_MATCHES, matcher.name
        message = f"lookup: `{name}` has more than {limit:,} matches for a value; the rest is left out, as in Splunk"
        for each in (matcher, *matcher.of_runs):
            each.cut = lambda: session.warn(message)
    if matcher.is_empty:
        return "CAST(NULL AS VARCHAR[][])"
    values = ", ".join(as_multi(key) for key in keys)
    return f"spl_lookup({handle_sql(session, matcher)}, CAST([{values}] AS VARCHAR[][]))"


def lookup_sql(name: str, inputs: Mapping[str, Sql], outputs: Sequence[str], session: Session) -> str:
    """SQL (VARCHAR[][]: for each output field the values found, null without a match) of a lookup in an expression."""
    table = find_table(name, session)
    check_fields(table, (*inputs, *outputs))
    if table.time_field:
        raise SearchError(f"the lookup `{name}` is bound to times: use the command `lookup`")
    return call_sql(Matcher(table, tuple(inputs), tuple(outputs)), list(inputs.values()), session)


@udf("spl_lookup", "VARCHAR", "VARCHAR[][]", returns="VARCHAR[][]")
def find(handle: str | None, keys: Sequence[Sequence[str] | None] | None) -> Outputs | None:
    """What the lookup gives for the keys."""
    return None if handle is None or keys is None else _matchers[handle].match(keys)
