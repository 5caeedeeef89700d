"""foreach, map: searches made from templates (Search Reference: foreach, map)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.fields import chosen, field_names
from storypack.engine.commands.names import segments
from storypack.engine.commands.options import options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.compile.subsearch import subsearch_rows
from storypack.engine.compile.union import unite
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.text import parse_search
from storypack.engine.values import to_text
from storypack.spl import tree

_MAP_LIMIT = 10
_TOKEN = re.compile(r"\$(?P<name>[^$\s][^$]*)\$")


@command("foreach")
def foreach(node: tree.Foreach, rows: Relation, session: Session) -> Relation:
    """The template run once for each field, one after the other; `<<FIELD>>` is its name."""
    mode = options_of(node.options).get("mode", "multifield").lower()
    patterns = field_names(node.fields)
    if mode in ("multivalue", "json_array"):
        return _over_values(node, patterns, mode, rows, session)
    if mode != "multifield":
        raise NotSupported("foreach mode", mode)
    for pattern in patterns:
        for name in chosen([pattern], rows):
            rows = _apply(_filled(node, pattern, name), rows, session)
    return rows


def _filled(node: tree.Foreach, pattern: str, name: str) -> str:
    """The template for one field. Option names `fieldstr` and its kin give the tokens other names."""
    options = options_of(node.options)
    found = segments(pattern, name)
    tokens = {
        options.get("fieldstr", "<<FIELD>>"): name,
        options.get("matchstr", "<<MATCHSTR>>"): "".join(found),
    }
    for at in range(1, 4):
        tokens[options.get(f"matchseg{at}", f"<<MATCHSEG{at}>>")] = found[at - 1] if at <= len(found) else ""
    text = node.template
    for token, value in tokens.items():
        text = text.replace(token, value)
    return text


def _apply(text: str, rows: Relation, session: Session) -> Relation:
    pipeline = parse_search(text if text.lstrip().startswith("|") else f"| {text}", session)
    return session.compile(pipeline, session, rows)


def _over_values(node: tree.Foreach, names: list[str], mode: str, rows: Relation, session: Session) -> Relation:
    """The template run once for each value of a multivalue field or JSON array, up to the longest in the rows."""
    if len(names) != 1:
        raise SearchError(f"foreach mode={mode} takes one field")
    items = f"mvindex('{names[0]}', " if mode == "multivalue" else f"json_extract('{names[0]}', \"{{"
    rows = session.materialise(rows)
    value = rows.field(names[0])
    lengths = {"multivalue": f"mvcount('{names[0]}')", "json_array": f"mvcount(json_array_to_mv('{names[0]}'))"}
    from storypack.engine.compile.expressions import compile_value
    from storypack.spl.parser import parse_expression

    length = compile_value(parse_expression(lengths[mode]), rows, session)
    most = session.fetch(rows, f"SELECT max({length.text})")[0][0] if value.text != "NULL" else 0
    for at in range(int(most or 0)):
        item = f"{items}{at})" if mode == "multivalue" else f'{items}{at}}}")'
        text = node.template.replace("<<ITEM>>", "__item")
        guard = f"| eval __item={item} "
        rows = _guarded(guard, text, rows, session)
    return rows.drop(lambda name: name == "__item")


def _guarded(guard: str, template: str, rows: Relation, session: Session) -> Relation:
    """The assignments of a template, for the rows that have an item at all."""
    before = dict(rows.columns)
    rows = _apply(guard, rows, session)
    changed = _apply(template, rows, session)
    from storypack.engine.compile.coerce import unify
    from storypack.engine.sql import Sql

    item = rows.field("__item").text
    values = {}
    for name, column in changed.columns.items():
        if name != "__item" and before.get(name) is not column:
            kind, (new, old) = unify([column.sql, rows.field(name)])
            values[name] = Sql(f"CASE WHEN {item} IS NOT NULL THEN {new} ELSE {old} END", kind)
    return changed.extend("foreach", values)


@command("map")
def map_(node: tree.MapSearch, rows: Relation, session: Session) -> Relation:
    """A search run once for each row (10 at most), `$field$` in it being the row's value; all their rows together."""
    limit = whole(options_of(node.options).get("maxsearches", str(_MAP_LIMIT)), "maxsearches")
    found = subsearch_rows(rows, session, limit, internal=True)
    parts = []
    tokens = {match["name"] for match in _TOKEN.finditer(node.template)}
    for row in found:
        if not tokens <= row.keys():
            session.warn("map: rows without a value for a $token$ are passed over")
            continue
        pipeline = parse_search(_substituted(node.template, row), session)
        parts.append(session.materialise(session.subsearch(pipeline)))
    return unite(parts, "map") if parts else session.table({}, "map")


def _substituted(template: str, row: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        cell = row.get(found["name"])
        if cell is None:
            return ""
        text = " ".join(cell) if isinstance(cell, list) else to_text(cell)
        return text.replace("\\", "\\\\").replace('"', '\\"')

    return _TOKEN.sub(value, template)
