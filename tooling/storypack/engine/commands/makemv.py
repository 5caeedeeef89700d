"""makemv. Search Reference: "makemv"."""

from __future__ import annotations

from storypack.engine.commands.options import flag, only_field, options_of
from storypack.engine.commands.registry import command
from storypack.engine.pcre import pattern_constant
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree


@command("makemv", without_effect="setsv")
def makemv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """One value split into several, by a delimiter (a blank) or by the first group of a pattern."""
    name = only_field(node)
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
