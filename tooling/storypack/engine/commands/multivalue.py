"""mvexpand, makemv, nomv, mvcombine (Search Reference: the pages of these names)."""

from __future__ import annotations

from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.pcre import pattern_constant
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_multi, as_text, identifier, quote
from storypack.spl import tree


def _only_field(node: tree.Plain) -> str:
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError(f"{node.name} takes one field")
    return words[0]


@command("mvexpand")
def mvexpand(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each value of a field; `limit` values of each row at most (0 = all).

    A row without the field gives none: people give such rows a placeholder before the command (fillnull in
    gjanders/SplunkAdmins' savedsearches.conf; remg427/misp42splunk#127)."""
    name = _only_field(node)
    limit = whole(node.option("limit", "0"), "limit")
    field = rows.field(name)
    if field.kind is not Kind.MULTI:
        return rows.where("mvexpand", f"{field.text} IS NOT NULL")
    values = f"list_slice({field.text}, 1, {limit})" if limit else field.text
    column = Column(rows.names.new(name), Kind.STRING)
    place = identifier(rows.names.new("__place"))
    text = (
        f"SELECT *, unnest({values}) AS {identifier(column.ident)}, "
        f"unnest(range(len({values}))) AS {place} FROM {rows.source}"
    )
    columns = {**rows.columns, name: column}
    return rows.stage("mvexpand", text, columns=columns, order=(*rows.order, OrderKey(place)))


@command("makemv")
def makemv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """One value split into several, by a delimiter (a blank) or by the first group of a pattern."""
    name = _only_field(node)
    options = options_of(node.options)
    field = rows.field(name)
    if field.kind is Kind.NULL:
        return rows
    if field.kind is Kind.MULTI:
        field = Sql(f"array_to_string({field.text}, chr(10))", Kind.STRING)
    text = as_text(field)
    if "tokenizer" in options:
        values = f"spl_tokens({text}, {pattern_constant(options['tokenizer'])})"
    else:
        values = f"string_split({text}, {quote(options.get('delim', ' '))})"
    if not flag(options.get("allowempty", "f")):
        values = f"list_filter({values}, lambda v_: v_ <> '')"
    rows = rows.extend("makemv", {name: Sql(values, Kind.MULTI)})
    filled = rows.field(name).text
    return rows.extend("makemv", {name: Sql(f"CASE WHEN len({filled}) > 0 THEN {filled} END", Kind.MULTI)})


@command("nomv")
def nomv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Several values joined into one: by newlines, or as the command that made them says (stats, mvcombine)."""
    name = _only_field(node)
    column = rows.find(name)
    if column is None or column.kind is not Kind.MULTI:
        return rows
    text = f"array_to_string({column.sql.text}, {quote(column.delimiter)})"
    return rows.extend("nomv", {name: Sql(text, Kind.STRING)})


@command("mvcombine")
def mvcombine(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Rows that differ in one field only become one row with all its values."""
    name = _only_field(node)
    rows = rows.closed()
    field = rows.field(name)
    if field.kind is Kind.NULL:
        return rows
    rows, place = rows.numbered()
    others = {other: column for other, column in rows.columns.items() if other != name}
    columns = {other: Column(rows.names.new(other), column.kind) for other, column in others.items()}
    combined = Column(rows.names.new(name), Kind.MULTI, node.option("delim", " "))
    first = identifier(rows.names.new("__first"))
    selects = [f"{identifier(column.ident)} AS {identifier(columns[other].ident)}" for other, column in others.items()]
    values = f"flatten(list({as_multi(field)} ORDER BY {place}) FILTER (WHERE {field.text} IS NOT NULL))"
    selects += [f"{values} AS {identifier(combined.ident)}", f"min({place}) AS {first}"]
    text = f"SELECT {', '.join(selects)} FROM {rows.source}"
    if others:
        # rows without the field are not combined
        text += f" GROUP BY {', '.join(str(at + 1) for at in range(len(others)))}"
        text += f", CASE WHEN {field.text} IS NULL THEN {place} END"
    kept = {other: combined if other == name else columns[other] for other in rows.columns}
    return rows.stage("mvcombine", text, columns=kept, order=(OrderKey(first),), closes=True)
