"""sort. Search Reference: "sort"."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.commands.registry import command
from storypack.engine.cuts import first_rows
from storypack.engine.errors import SearchError
from storypack.engine.relation import OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text
from storypack.spl import tree

SORT_LIMIT = 10_000
"""Rows that `sort` keeps unless told otherwise (Search Reference: sort, "Optional arguments")."""


def sort_keys(keys: Sequence[tree.SortKey | tree.MacroCall], rows: Relation, *, reverse: bool) -> list[OrderKey]:
    """The SQL keys of sort keys. A missing value comes last in either direction."""
    found: list[OrderKey] = []
    for key in keys:
        if isinstance(key, tree.MacroCall):
            raise SearchError(f"macro `{key.name}` is not defined")
        value = rows.field(key.field.name)
        if value.kind is not Kind.NULL:
            found += [OrderKey(text, key.descending != reverse) for text in _key_texts(value, key.kind)]
    return found


def _key_texts(value: Sql, kind: str) -> list[str]:
    """Unless the search says how: values that begin with a number by that number, addresses as addresses; then text."""
    text = as_text(value)
    if kind == "str":
        return [text]
    if kind == "ip":
        return [ip_key(text), text]
    number = as_number(value)
    if kind == "num" or value.kind is Kind.NUMBER:
        return [number]
    begins = f"regexp_extract({text}, '{_NUMBER}')"
    begins = f"CASE WHEN regexp_full_match({text}, '{_ADDRESS}') THEN split_part({text}, '.', 1) ELSE {begins} END"
    leading = f"coalesce({number}, TRY_CAST({begins} AS DOUBLE))"
    return [f"CASE WHEN {text} IS NOT NULL THEN {leading} IS NULL END", leading, ip_key(text), text]


_ADDRESS = "[0-9]{1,3}([.][0-9]{1,3}){3}"


_NUMBER = "^-?[0-9]+([.][0-9]+)?"


def ip_key(text: str) -> str:
    """SQL text that sorts IPv4 addresses by number; null for anything else."""
    parts = f"list_transform(string_split({text}, '.'), lambda part_: lpad(part_, 3, '0'))"
    return f"CASE WHEN regexp_full_match({text}, '{_ADDRESS}') THEN array_to_string({parts}, '.') END"


@command("sort")
def sort(node: tree.Sort, rows: Relation, session: Session) -> Relation:
    """Rows by the keys; ties stay as they were. At most 10,000 unless a limit is given."""
    order = (*sort_keys(node.keys, rows, reverse=node.reverse), *rows.order)
    if node.limit == 0:
        return rows.stage("sort", f"SELECT * FROM {rows.source}", order=order)
    if node.limit is None:
        ordered_rows = rows.stage("sort", f"SELECT * FROM {rows.source}", order=order)
        message = f"sort: more than {SORT_LIMIT:,} rows, the rest is left out, as in Splunk; write `sort 0` to keep all"
        return first_rows(ordered_rows, SORT_LIMIT, session, message)
    by = ", ".join(key.sql for key in order)
    ordered = f" ORDER BY {by}" if by else ""
    return rows.stage("sort", f"SELECT * FROM {rows.source}{ordered} LIMIT {node.limit}", order=order)
