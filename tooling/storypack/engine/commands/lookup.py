"""lookup. Search Reference: "lookup"."""

from __future__ import annotations

from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.errors import SearchError
from storypack.engine.lookup import Matcher, call_sql, check_fields, find_table
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import NULL, Kind, Sql, as_number, identifier
from storypack.spl import tree


def named_lookup(word: tree.Word | tree.MacroCall) -> str:
    if isinstance(word, tree.MacroCall):
        raise SearchError(f"macro `{word.name}` is not defined")
    return word.text


@command("lookup")
def lookup(node: tree.Lookup, rows: Relation, session: Session) -> Relation:
    """Fields of the table's rows that match; without OUTPUT, or with nothing behind it, all of them; several matches
    make a multivalue."""
    table = find_table(named_lookup(node.table), session)
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
