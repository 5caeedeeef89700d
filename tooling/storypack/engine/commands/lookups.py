"""lookup, inputlookup, outputlookup (Search Reference: the pages of these names; transforms.conf: lookup settings)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.combine import limited
from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import command, generating
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.compile.resolve import resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.compile.union import unite
from storypack.engine.errors import SearchError
from storypack.engine.lookup import Matcher, call_sql, check_fields, find_table
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.source import LookupTable
from storypack.engine.sql import NULL, Kind, Sql, as_number, identifier
from storypack.engine.values import from_column, to_text
from storypack.spl import tree


def _named(word: tree.Word | tree.MacroCall) -> str:
    if isinstance(word, tree.MacroCall):
        raise SearchError(f"macro `{word.name}` is not defined")
    return word.text


@command("lookup")
def lookup(node: tree.Lookup, rows: Relation, session: Session) -> Relation:
    """Fields of the table's rows that match; without OUTPUT, or with nothing behind it, all of them; several matches
    make a multivalue."""
    table = find_table(_named(node.table), session)
    inputs = [(one.source.name, (one.target or one.source).name) for one in node.inputs]
    if node.outputs:
        outputs = [(one.source.name, (one.target or one.source).name) for one in node.outputs]
    else:
        taken = {source for source, _ in inputs}
        outputs = [(name, name) for name in table.fields if name not in taken]
    check_fields(table, [source for source, _ in (*inputs, *outputs)])
    if not outputs:
        return rows
    matcher = Matcher(table, tuple(source for source, _ in inputs), tuple(source for source, _ in outputs))
    keys = [rows.field(name) for _, name in inputs]
    if matcher.temporal:
        time = rows.field(options_of(node.options).get("event_time_field", "_time"))
        keys.append(Sql(as_number(time), Kind.NUMBER))
    call = call_sql(matcher, keys, session)
    several = matcher.several or any(key.kind is Kind.MULTI for key in keys)
    found = identifier(rows.names.new("__match"))
    rows = rows.stage("lookup", f"SELECT *, {call} AS {found} FROM {rows.source}")
    keeps = node.output == "OUTPUTNEW"
    return rows.extend(
        "lookup",
        {
            target: _output(found, at, rows.field(target) if keeps else NULL, several=several)
            for at, (_, target) in enumerate(outputs, 1)
        },
    )


def _output(found: str, at: int, old: Sql, *, several: bool) -> Sql:
    """A field that a lookup gave; `several` = it may have more than one value."""
    values = Sql(f"{found}[{at}]", Kind.MULTI) if several else Sql(f"{found}[{at}][1]", Kind.STRING)
    if old.kind is Kind.NULL:
        return values
    kind = common_kind([old.kind, values.kind])
    return Sql(f"coalesce({coerce(old, kind)}, {coerce(values, kind)})", kind)


@generating("inputlookup")
def inputlookup(node: tree.Inputlookup, rows: Relation | None, session: Session) -> Relation:
    """The rows of a lookup, behind the rows so far with append=t."""
    options = options_of(node.options)
    table = find_table(_named(node.table), session)
    found = session.table({name: [row.get(name) for row in table.rows] for name in table.fields}, "lookup")
    term = resolve(node.where, session)
    if term is not None:
        found = found.where("where", compile_term(term, found, session))
    start = whole(options.get("start", "0"), "start")
    if start:
        found = found.stage("start", f"SELECT * FROM {found.source} {found.order_by} OFFSET {start}")
    found = limited(found, whole(options.get("max", "0"), "max"))
    if rows is not None and flag(options.get("append", "f")):
        return unite([rows, found], "inputlookup")
    return found


def _cell(value: Any) -> Any:
    """A value as a lookup file holds it: several values are one text, with blanks between them."""
    found = from_column(value)
    return " ".join(found) if isinstance(found, list) else found


def _key(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return None if value is None else to_text(value)


@command("outputlookup")
def outputlookup(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows written to a lookup, for the rest of this run only; they go on unchanged."""
    options = options_of(node.options)
    names = [_named(word) for word in node.words]
    if len(names) != 1:
        raise SearchError("outputlookup takes one lookup")
    session.warn(f"outputlookup: `{names[0]}` is changed within this search only")
    rows = session.materialise(rows)
    shown = {name: column for name, column in rows.columns.items() if not name.startswith("_")}
    select = "SELECT " + (", ".join(identifier(column.ident) for column in shown.values()) or "NULL")
    found: list[dict[str, Any]] = [
        {name: _cell(value) for name, value in zip(shown, row, strict=False)}
        for row in session.fetch(rows, select, rows.order_by)
    ]
    if not found and not flag(options.get("override_if_empty", "t")):
        return rows
    old = session.lookup(names[0])
    key = options.get("key_field", "")
    appends = old is not None and flag(options.get("append", "t" if key else "f"))
    kept = list(old.rows) if old and appends else []
    if key:
        replaced = {_key(row, key) for row in found}
        kept = [row for row in kept if _key(row, key) not in replaced]
    # what is appended to a table has the table's fields
    fields = old.fields if old and appends and old.fields else tuple(shown)
    found = [{name: row.get(name) for name in fields} for row in found]
    session.written[names[0]] = LookupTable(
        names[0],
        fields,
        [*kept, *found],
        old.match_types if old else {},
        case_sensitive=old.case_sensitive if old else True,
    )
    return rows
