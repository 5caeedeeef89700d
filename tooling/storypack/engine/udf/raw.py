"""What search-time extraction does to pieces of an event."""

from __future__ import annotations

from storypack.engine.udf.registry import macro, udf

# A JSON value as Splunk extracts it: null is the text `null`, objects and arrays are no values.
macro(
    "spl_json_text",
    "j",
    body="CASE left(CAST(j AS VARCHAR), 1) WHEN '\"' THEN j->>'$' WHEN '{' THEN NULL WHEN '[' THEN NULL "
    "ELSE CAST(j AS VARCHAR) END",
)
macro("spl_list", "v", body="CASE WHEN v IS NOT NULL THEN [v] END")

# The time formats that nearly all logs have; the rest is left to Python. The list is there so that the text is found
# once: DuckDB writes a column's expression out at each place of a condition that names it.
macro(
    "spl_timestamp",
    "t",
    "clock",
    body="list_transform([t], lambda t_: "
    "CASE WHEN strlen(t_) = 20 AND ends_with(t_, 'Z') AND t_[11] = 'T' "  # nearly always of ISO 8601: ask nothing else
    "THEN coalesce(epoch(TRY_CAST(replace(t_, ',', '.') AS TIMESTAMP)), spl_find_time(t_, clock)) "
    "WHEN regexp_full_match(t_, '\\d{9,10}(\\.\\d+)?') THEN CAST(t_ AS DOUBLE) "
    "WHEN regexp_full_match(t_, '1\\d{12}') THEN CAST(t_ AS DOUBLE) / 1000 "
    "WHEN regexp_matches(t_, '[A-Ya-y]$') THEN spl_find_time(t_, clock) "
    "WHEN regexp_matches(t_, '\\d ?[+-]\\d\\d:?\\d\\d$') THEN coalesce(epoch(TRY_CAST(regexp_replace("
    "replace(t_, ',', '.'), ' ?([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2') AS TIMESTAMPTZ)), spl_find_time(t_, clock)) "
    "ELSE coalesce(epoch(TRY_CAST(replace(t_, ',', '.') AS TIMESTAMP)), spl_find_time(t_, clock)) END)[1]",
)


@udf("spl_find_time", "VARCHAR", "DOUBLE", returns="DOUBLE")
def find_time(text: str | None, now: float | None) -> float | None:
    """Epoch seconds of a time in one of the less usual forms, a year taken from `now` where syslog leaves it out; null
    for none. UTC where the text names no zone."""
    from storypack.engine.ingest.forms import read_keyed

    seen = read_keyed(text, now or 0.0) if text else None
    return None if seen is None else seen.seconds


@udf("spl_shown_time", "VARCHAR", "VARCHAR", "DOUBLE", "VARCHAR", returns="DOUBLE")
def shown_time(text: str | None, event: str | None, now: float | None, zone: str | None) -> float | None:
    """Epoch seconds of the time that an event shows: under one of the keys known to hold it (if `event` is given, all
    of it), else the first one in `text`. Times without a zone are of `zone`, empty = UTC. Null for none."""
    from zoneinfo import ZoneInfo

    from storypack.engine.ingest.forms import event_time, first_time
    from storypack.engine.zones import local_seconds

    seen = event_time(event, now or 0.0) if event else None
    seen = seen or (first_time(text, now or 0.0) if text else None)
    if seen is None or seen.is_fixed or not zone:
        return None if seen is None else seen.seconds
    return local_seconds(seen.seconds, ZoneInfo(zone))
