"""What a value is: number or text, one or several.

Splunk keeps numbers as 64-bit floats and everything else as text; a text that looks like a number counts as one where a
number is asked for (Search Reference: "Evaluation functions", eval command: "Usage").
"""

from __future__ import annotations

from storypack.engine.udf.registry import macro

NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
"""A text that is a number: decimal, perhaps with sign and exponent; no blanks, no hexadecimal, no `nan`, no `1_000`."""

macro("spl_is_number", "x", body=f"regexp_matches(x, '{NUMBER}')")

# TRY_CAST alone would take blanks, underscores, `inf` and `nan` as well; of a text that is no number nothing is left
macro("spl_number", "x", body=f"TRY_CAST(regexp_extract(x, '{NUMBER}') AS DOUBLE)")

# whole numbers without point or exponent (DuckDB's own cast changes to exponents at 1e16), others with as many digits
# as it takes to tell them apart
macro(
    "spl_text",
    "x",
    body="CASE WHEN x = trunc(x) AND abs(x) < 1e30 THEN CAST(TRY_CAST(x AS HUGEINT) AS VARCHAR) "
    "ELSE CAST(x AS VARCHAR) END",
)

macro("spl_single", "x", body="CASE WHEN len(x) = 1 THEN x[1] END")

# the numbers, and the other values, of a list
macro(
    "spl_numbers",
    "x",
    body="list_filter(list_transform(x, lambda v: spl_number(v)), lambda n: n IS NOT NULL)",
)
macro("spl_texts", "x", body="list_filter(x, lambda v: NOT spl_is_number(v))")
macro("spl_is_whole", "x", body="x = trunc(x) AND abs(x) < 1e308")

# no values at all are null
macro("spl_some", "x", body="nullif(x, CAST([] AS VARCHAR[]))")
macro("spl_mvdedup", "x", body="list_filter(x, lambda v, i: list_position(x, v) = i)")

# JSON has neither infinities nor nan
macro("spl_json_number", "x", body="CASE WHEN isfinite(x) THEN spl_text(x) ELSE 'null' END")

# the first `most` values; `cut`, a condition that tells of it and is false, is asked where there are more
macro("spl_first", "list", "most", "cut", body="CASE WHEN len(list) > most AND NOT cut THEN list[:most] ELSE list END")

# an index from 0 (below zero from the end) as DuckDB's place from 1
macro("spl_list_place", "i", body="CAST(CASE WHEN i >= 0 THEN least(i + 1, 1e9) ELSE greatest(i, -1e9) END AS BIGINT)")

# text is greater than any number
# (the casts are for CREATE MACRO, which cannot bind a minimum of it knows not what)
macro(
    "spl_list_max",
    "x",
    body="coalesce(list_max(CAST(spl_texts(x) AS VARCHAR[])), spl_text(list_max(CAST(spl_numbers(x) AS DOUBLE[]))))",
)
macro(
    "spl_list_min",
    "x",
    body="coalesce(spl_text(list_min(CAST(spl_numbers(x) AS DOUBLE[]))), list_min(CAST(x AS VARCHAR[])))",
)

# of two middle values the higher
macro("spl_median", "x", body="-list_aggregate(list_transform(x, lambda n: -n), 'quantile_disc', 0.5)")
