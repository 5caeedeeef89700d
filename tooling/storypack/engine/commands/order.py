"""sort, head, tail, reverse, dedup: order, and what depends on it (Search Reference: the pages of these names)."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.commands.fields import chosen, field_names
from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.cuts import first_rows, without_cut
from storypack.engine.errors import SearchError
from storypack.engine.relation import OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, identifier
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


@command("head")
def head(node: tree.Head, rows: Relation, session: Session) -> Relation:
    """The first rows: so many (10), or as long as a condition holds."""
    options = options_of(node.options)
    limit = node.count if node.count is not None else whole(options["limit"], "limit") if "limit" in options else None
    if node.condition is not None:
        condition = compile_condition(node.condition, rows, session)
        when_null = "TRUE" if flag(options.get("null", "f")) else "FALSE"
        rows, place = rows.numbered()
        end = "1 PRECEDING" if flag(options.get("keeplast", "f")) else "CURRENT ROW"
        over = f"OVER (ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND {end})"
        holds = f"bool_and(coalesce({condition}, {when_null})) {over}"
        rows = rows.stage("head", f"SELECT * FROM {rows.source} QUALIFY coalesce({holds}, TRUE)")
        if limit is None:
            return rows
    limit = 10 if limit is None else limit
    if limit <= SORT_LIMIT:
        rows = without_cut(rows)
    return rows.stage("head", f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {limit}")


@command("tail")
def tail(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The last rows (10), last one first."""
    words = words_of(node.words)
    rows = reverse(node, rows, session)
    return rows.stage(
        "tail",
        f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {whole(words[0], 'the number of rows') if words else 10}",
    )


@command("reverse")
def reverse(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows in the opposite order."""
    if not rows.order:
        rows, _ = rows.numbered()
    return rows.stage("reverse", f"SELECT * FROM {rows.source}", order=tuple(key.flipped() for key in rows.order))


@command("uniq")
def uniq(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows without those that are in every field like the row before (Search Reference: uniq)."""
    rows = session.materialise(rows)
    rows, place = rows.numbered()
    window = f"OVER (ORDER BY {place})"
    differs = [
        f"lag({column.sql.text}) {window} IS DISTINCT FROM {column.sql.text}" for column in rows.columns.values()
    ]
    if not differs:
        return rows.where("uniq", f"{place} = 1")
    return rows.stage("uniq", f"SELECT * FROM {rows.source} QUALIFY {' OR '.join([f'{place} = 1', *differs])}")


@command("dedup")
def dedup(node: tree.Dedup, rows: Relation, session: Session) -> Relation:
    """The first rows of each combination of values; rows where a field is null go, unless keepempty=t."""
    options = options_of(node.options)
    names = chosen(field_names(node.fields), rows)
    values = [rows.field(name) for name in names]
    if not names:  # a wildcard that no field fits: every row lacks it
        return rows if flag(options.get("keepempty", "f")) else rows.where("dedup", "FALSE")
    if node.sortby:
        rows = rows.stage(
            "sort", f"SELECT * FROM {rows.source}", order=(*sort_keys(node.sortby, rows, reverse=False), *rows.order)
        )
    keys = [as_text(value) if value.kind is not Kind.NUMBER else value.text for value in values]
    present = " AND ".join(f"{value.text} IS NOT NULL" for value in values)
    partition = f"PARTITION BY {', '.join(keys)}"
    if flag(options.get("consecutive", "f")):
        rows, partition = _runs(keys, rows)
    first = f"row_number() OVER ({partition} {rows.order_by}) <= {node.count}"
    keepempty = flag(options.get("keepempty", "f"))
    if flag(options.get("keepevents", "f")):
        blank = {
            name: Sql(f"CASE WHEN {first} THEN {value.text} END", value.kind)
            for name, value in zip(names, values, strict=True)
        }
        return rows.extend("dedup", {name: value for name, value in blank.items() if value.kind is not Kind.NULL})
    stays = f"({first} OR NOT ({present}))" if keepempty else f"({present}) AND {first}"
    return rows.stage("dedup", f"SELECT * FROM {rows.source} QUALIFY {stays}")


def _runs(keys: list[str], rows: Relation) -> tuple[Relation, str]:
    """A partition for each run of equal values."""
    rows, place = rows.numbered()
    run, changed = identifier(rows.names.new("__run")), identifier(rows.names.new("__changed"))
    window = f"OVER (ORDER BY {place})"
    differs = " OR ".join(f"lag({key}) {window} IS DISTINCT FROM {key}" for key in keys)
    rows = rows.stage("runs", f"SELECT *, CAST({differs} AS INTEGER) AS {changed} FROM {rows.source}")
    rows = rows.stage("runs", f"SELECT *, sum({changed}) {window} AS {run} FROM {rows.source}")
    return rows, f"PARTITION BY {run}"
