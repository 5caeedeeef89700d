"""Searches of the detection-health dashboard that follow from the content: one line per data source and per lookup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NOTHING = '| makeresults | eval Result="nothing to show in this pack" | fields Result'


def freshness(macros: Mapping[str, int]) -> str:
    """A search that shows the newest event behind each source macro; `macros` has how many detections need each."""
    parts = [
        f'tstats count latest(_time) as newest where `{macro}` | eval Macro="{macro}", Detections={number}'
        for macro, number in sorted(macros.items())
    ]
    if not parts:
        return NOTHING
    return (
        _appended(parts) + " | eval age=now()-newest, "
        'State=case(count==0, "no events", age>86400, "older than a day", true(), "fresh"), '
        '"Newest event"=strftime(newest, "%F %T"), "Age, h"=round(age/3600, 1) '
        '| sort 0 - age | rename count as Events | fields Macro State "Newest event" "Age, h" Events Detections'
    )


def lookup_rows(lookups: Iterable[str]) -> str:
    """A search that counts the rows of each lookup."""
    parts = [f'inputlookup {name} | stats count as Rows | eval Lookup="{name}"' for name in sorted(lookups)]
    if not parts:
        return NOTHING
    return (
        _appended(parts)
        + ' | eval State=if(Rows==0, "empty", "filled") | sort 0 Rows Lookup | fields Lookup State Rows'
    )


def _appended(parts: list[str]) -> str:
    first, *others = parts
    return f"| {first}" + "".join(f" | append [| {part}]" for part in others)
