"""Functions of stats, chart, timechart and their kin. Search Reference: "Statistical and charting functions"."""

from __future__ import annotations

import re

from storypack.spl.catalogue.model import AggregationFacts as A

_AGGREGATE = "aggregate"
_ORDER = "event order"
_TIME = "time"

_ALL = (
    A("avg", _AGGREGATE, numeric=True),
    A("count", _AGGREGATE, numeric=False, aliases=("c",), bare=True, counts=True),
    A("distinct_count", _AGGREGATE, numeric=False, aliases=("dc",), counts=True),
    A("estdc", _AGGREGATE, numeric=False, counts=True),
    A("estdc_error", _AGGREGATE, numeric=False),
    A("max", _AGGREGATE, numeric=False, of_values=True),
    A("mean", _AGGREGATE, numeric=True),
    A("median", _AGGREGATE, numeric=True),
    A("min", _AGGREGATE, numeric=False, of_values=True),
    A("mode", _AGGREGATE, numeric=False, of_values=True),
    A("range", _AGGREGATE, numeric=True),
    A("stdev", _AGGREGATE, numeric=True),
    A("stdevp", _AGGREGATE, numeric=True),
    A("sum", _AGGREGATE, numeric=True),
    A("sumsq", _AGGREGATE, numeric=True),
    A("var", _AGGREGATE, numeric=True),
    A("varp", _AGGREGATE, numeric=True),
    A("first", _ORDER, numeric=False, of_values=True),
    A("last", _ORDER, numeric=False, of_values=True),
    A("list", "multivalue", numeric=False, multivalue=True, of_values=True),
    A("values", "multivalue", numeric=False, multivalue=True, of_values=True),
    A("earliest", _TIME, numeric=False, of_values=True),
    A("earliest_time", _TIME, numeric=False),
    A("latest", _TIME, numeric=False, of_values=True),
    A("latest_time", _TIME, numeric=False),
    A("rate", _TIME, numeric=True),
    A("rate_avg", _TIME, numeric=True, commands=("mstats",)),
    A("rate_sum", _TIME, numeric=True, commands=("mstats",)),
    A("per_day", _TIME, numeric=True, commands=("timechart", "sitimechart")),
    A("per_hour", _TIME, numeric=True, commands=("timechart", "sitimechart")),
    A("per_minute", _TIME, numeric=True, commands=("timechart", "sitimechart")),
    A("per_second", _TIME, numeric=True, commands=("timechart", "sitimechart")),
    A("sparkline", "sparkline", numeric=False, multivalue=True, bare=True),
    A("eval", "computed", numeric=False, commands=("chart", "timechart", "sichart", "sitimechart")),
)

AGGREGATIONS: dict[str, A] = {name: facts for facts in _ALL for name in (facts.name, *facts.aliases)}

PERCENTILES = ("perc", "p", "exactperc", "upperperc")
_PERCENTILE = re.compile(r"(?:perc|p|exactperc|upperperc)(\d{1,2}(?:\.\d+)?|100)").fullmatch


def percentile(name: str) -> float | None:
    """The 95.0 of `p95`, `perc95`, `exactperc95`, `upperperc95`; None for any other name."""
    match = _PERCENTILE(name.lower())
    return float(match[1]) if match else None


def aggregation(name: str) -> A | None:
    """The facts for a name as written, percentiles among them; None if there is no such function."""
    lower = name.lower()
    if facts := AGGREGATIONS.get(lower):
        return facts
    return A(lower, _AGGREGATE, numeric=True) if percentile(lower) is not None else None
