"""The registry of aggregations, and what an aggregation is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TypeAlias

from storypack.engine.sql import Kind, Sql, as_text

_FAMILIES = ("numbers", "order", "text", "time")
_PERCENTILE = re.compile(r"(exactperc|upperperc|perc|p)(\d+(?:\.\d+)?)")


class AggregationError(Exception):
    """An aggregation that Splunk does not have, or that we cannot run; the message names it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AggregationNotSupported(AggregationError):
    """One that is not run here; `why` may be empty."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(f"aggregation `{name}` is not supported" + (f"; {why}" if why else ""))
        self.why = why


@dataclass(frozen=True, slots=True)
class AggregationContext:
    """`span` = the length in seconds of a timechart's bins, for `per_second` and its kin. `cut` = SQL that tells of
    values that `list` leaves out (see `engine.cuts`). `many` = a statement has so many aggregations that DuckDB's own
    DISTINCT, which takes some megabytes and a quadratic plan for each, is out of the question."""

    span: float | None = None
    cut: str = "FALSE"
    many: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """What an aggregation works on. `parameter` is the number in its name (95 in `p95`)."""

    sql: Sql
    order: str
    time: str
    over: str = ""
    parameter: float = 0.0
    context: AggregationContext = field(default_factory=AggregationContext)

    @property
    def multi(self) -> bool:
        return self.sql.kind is Kind.MULTI

    def agg(self, call: str, where: str = "") -> str:
        """An aggregate's call with its filter, and its window where there is one."""
        condition = f" FILTER (WHERE {where})" if where else ""
        return f"{call}{condition}{' ' + self.over if self.over else ''}"

    @property
    def value(self) -> str:
        """The SQL of the argument; a truth value as text."""
        return as_text(self.sql) if self.sql.kind in (Kind.BOOL, Kind.NULL) else self.sql.text

    @property
    def number(self) -> str:
        """DOUBLE of a single value, NULL unless it is a number; 1 of a condition that is true."""
        match self.sql.kind:
            case Kind.BOOL:
                return f"CASE WHEN {self.sql.text} THEN CAST(1 AS DOUBLE) END"
            case Kind.NUMBER:
                return self.sql.text
            case Kind.NULL:
                return "CAST(NULL AS DOUBLE)"
            case _:
                return f"spl_number({self.value})"

    @property
    def numbers(self) -> str:
        """DOUBLE[] of a multivalue's numbers."""
        return f"spl_numbers({self.sql.text})"

    def flat(self, values: str) -> str:
        """All values of all rows' lists in one list; NULL where there is none."""
        return f"flatten({self.agg(f'list({values})', f'{self.sql.text} IS NOT NULL')})"


Implementation: TypeAlias = Callable[[Argument], Sql]
_registry: dict[str, Implementation] = {}


def aggregation(*names: str) -> Callable[[Implementation], Implementation]:
    """Enter an aggregation under its names."""

    def enter(implementation: Implementation) -> Implementation:
        for name in names:
            _registry[name] = implementation
        return implementation

    return enter


@cache
def _aggregations() -> Mapping[str, Implementation]:
    for family in _FAMILIES:
        import_module(f"storypack.engine.aggregations.{family}")
    return _registry


def names() -> list[str]:
    """All aggregations, sorted; percentiles by their names without number."""
    return sorted(_aggregations())


def is_aggregation(func: str) -> bool:
    """Whether `func` (`count`, `p95`) is the name of an aggregation."""
    percentile = _PERCENTILE.fullmatch(func.lower())
    return float(percentile[2]) <= 100 if percentile else func.lower() in _aggregations()


def aggregate(
    func: str,
    arg: Sql | None,
    *,
    order: str,
    time: str,
    context: AggregationContext | None = None,
    over: str = "",
) -> Sql:
    """The SQL of an aggregation; see the package's docstring. AggregationError for what is no aggregation."""
    context = context or AggregationContext()
    name, parameter = func.lower(), 0.0
    percentile = _PERCENTILE.fullmatch(name)
    if percentile:
        name, parameter = percentile[1], float(percentile[2])
        if parameter > 100:
            raise AggregationError(f"aggregation `{func}`: the percentile must be between 0 and 100")
    implementation = _aggregations().get(name)
    if implementation is None or (name in ("p", "perc", "exactperc", "upperperc") and not percentile):
        close = get_close_matches(name, names(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else ""
        raise AggregationNotSupported(func, hint)
    if arg is None:
        if name not in ("count", "c", "sparkline"):  # the ones that stand without brackets
            raise AggregationError(f"aggregation `{func}` needs a field: `{func}(field)`")
        arg = Sql("TRUE", Kind.BOOL)
    return implementation(Argument(arg, order, time, over, parameter, context))
