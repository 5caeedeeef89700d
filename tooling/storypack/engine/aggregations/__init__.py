"""The aggregations of stats, eventstats, streamstats, chart, timechart, top and tstats: one registry.

    aggregate("p95", sql, order="_order", time="_time", context=AggregationContext(), over="") -> Sql

gives SQL for a SELECT with GROUP BY; with `over="OVER (PARTITION BY ...)"` the same as a window (eventstats,
streamstats): the clause is put behind each aggregate inside. No aggregation needs a fallback of its own in windows.

* `arg` is the argument's SQL, None for a bare `count`. `count(eval(condition))` comes as an argument of kind BOOL.
* `order` is the SQL of a row's place in the order of arrival (a number), which `first`, `last` and `list` follow;
  `time` that of its `_time` (DOUBLE), which `earliest` and `latest` follow.
* The kind of the result is that of the values: NUMBER, STRING, or MULTI for `list` and `values`.

Search Reference: "Statistical and charting functions".
"""

from __future__ import annotations

from storypack.engine.aggregations.registry import (
    AggregationContext,
    AggregationError,
    AggregationNotSupported,
    aggregate,
    is_aggregation,
    names,
)

__all__ = ["AggregationContext", "AggregationError", "AggregationNotSupported", "aggregate", "is_aggregation", "names"]
