"""rex. Search Reference: "rex"."""

from __future__ import annotations

from storypack.engine.commands.options import options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.errors import SearchError
from storypack.engine.pcre import group_names, pattern_constant, sed
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_multi, as_text, identifier, quote
from storypack.engine.udf.re2 import groups_sql
from storypack.spl import tree


def pattern_of(word: tree.Word | tree.MacroCall) -> str:
    if isinstance(word, tree.MacroCall):
        raise SearchError(f"macro `{word.name}` is not defined")
    return word.text


@command("rex")
def rex(node: tree.Rex, rows: Relation, session: Session) -> Relation:
    """Fields from the named groups of a pattern; one that takes no part in a match stays as it was."""
    options = options_of(node.options)
    pattern = pattern_of(node.pattern)
    name = options.get("field", "_raw")
    text = rows.field(name)
    if options.get("mode", "").lower() == "sed":
        return _sed(name, pattern, text, rows)
    groups = group_names(pattern)
    if not groups:
        raise SearchError("rex: the pattern has no named group: write (?<field>...)")
    if text.kind is Kind.NULL:
        return rows
    most = whole(options.get("max_match", "1"), "max_match")
    if "offset_field" in options:
        offsets = f"spl_offsets({as_text(text)}, {pattern_constant(pattern)})"
        rows = rows.extend("rex", {options["offset_field"]: Sql(offsets, Kind.STRING)})
    if most == 1 and text.kind is not Kind.MULTI:
        return _first_match(pattern, groups, text, rows)
    return _all_matches(pattern, groups, text, most, rows)


def _first_match(pattern: str, groups: dict[str, int], text: Sql, rows: Relation) -> Relation:
    call = groups_sql(as_text(text), pattern)
    rows, found = _helper("rex", call, rows)
    values = {}
    for name, number in groups.items():
        old = rows.field(name)
        kind = common_kind([Kind.STRING, old.kind])
        new = Sql(f"{found}[{number}]", Kind.STRING)
        kept = "" if old.kind is Kind.NULL else f", {coerce(old, kind)}"
        values[name] = Sql(f"coalesce({coerce(new, kind)}{kept})", kind)
    return rows.extend("rex", values)


def _all_matches(pattern: str, groups: dict[str, int], text: Sql, most: int, rows: Relation) -> Relation:
    """Several matches, or the matches in several values: the groups' values become multivalue."""
    matches = f"spl_all_groups(v_, {pattern_constant(pattern)}, {most})"
    call = f"flatten(list_filter(list_transform({as_multi(text)}, lambda v_: {matches}), lambda m_: m_ IS NOT NULL))"
    rows, found = _helper("rex", call, rows)
    values = {}
    for name, number in groups.items():
        old = rows.field(name)
        taken = f"list_filter(list_transform({found}, lambda g_: g_[{number}]), lambda v_: v_ IS NOT NULL)"
        if most:
            taken = f"list_slice({taken}, 1, {most})"
        kept = "" if old.kind is Kind.NULL else f", {as_multi(old)}"
        values[name] = Sql(f"coalesce(CASE WHEN len({taken}) > 0 THEN {taken} END{kept})", Kind.MULTI)
    return rows.extend("rex", values)


def _helper(label: str, call: str, rows: Relation) -> tuple[Relation, str]:
    """A hidden column, so that a costly call is made once."""
    ident = identifier(rows.names.new("__found"))
    return rows.stage(label, f"SELECT *, {call} AS {ident} FROM {rows.source}"), ident


def _sed(name: str, expression: str, text: Sql, rows: Relation) -> Relation:
    sed(expression)
    if text.kind is Kind.NULL:
        return rows
    if text.kind is Kind.MULTI:
        value = f"list_transform({text.text}, lambda v_: spl_sed(v_, {quote(expression)}))"
        return rows.extend("rex", {name: Sql(value, Kind.MULTI)})
    return rows.extend("rex", {name: Sql(f"spl_sed({as_text(text)}, {quote(expression)})", Kind.STRING)})
