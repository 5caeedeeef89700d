"""foreach. Search Reference: "foreach"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen, field_names
from storypack.engine.commands.names import replace_all, segments
from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import unify
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.functions import FunctionContext, call
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_multi
from storypack.engine.text import parse_search
from storypack.spl import tree

_MOST_NESTED = 2_000
"""So often the templates within templates may be run in one search: they multiply."""


_ITEM, _ITEMS = "__item", "__items"


@command("foreach")
def foreach(node: tree.Foreach, rows: Relation, session: Session) -> Relation:
    """The template run once for each field, one after the other; `<<FIELD>>` is its name."""
    mode = options_of(node.options).get("mode", "multifield").lower()
    patterns = field_names(node.fields)
    if mode in ("multivalue", "json_array", "auto_collections"):
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
    return replace_all(node.template, tokens)


def _apply(text: str, rows: Relation, session: Session) -> Relation:
    with session.within_template() as number:
        if number > _MOST_NESTED:
            raise SearchError(
                f"foreach: templates within templates would be run more than {_MOST_NESTED:,} times; "
                "name fewer fields: the inner one is run once for each field of both"
            )
        pipeline = parse_search(text if text.lstrip().startswith("|") else f"| {text}", session)
        return session.compile(pipeline, session, rows)


def _over_values(node: tree.Foreach, names: list[str], mode: str, rows: Relation, session: Session) -> Relation:
    """The template run once for each value of a multivalue field or JSON array (auto_collections: of whichever a row
    holds), up to the most that a row has; `<<ITER>>` counts from 0."""
    if len(names) != 1:
        raise SearchError(f"foreach mode={mode} takes one field")
    field = rows.field(names[0])
    if field.kind is Kind.NULL:
        return rows
    if mode != "multivalue":
        elements = call("json_array_to_mv", [field], FunctionContext(session.start_sql))
        whole_field = as_multi(field) if mode == "auto_collections" else "NULL"
        field = Sql(f"coalesce({elements.text}, {whole_field})", Kind.MULTI)
    rows = session.materialise(rows.extend("foreach", {_ITEMS: Sql(as_multi(field), Kind.MULTI)}))
    values = rows.field(_ITEMS).text
    most = session.fetch(rows, f"SELECT max(len({values}))")[0][0] or 0
    options = options_of(node.options)
    item_token, number_token = options.get("itemstr", "<<ITEM>>"), options.get("iterstr", "<<ITER>>")
    for at in range(1, most + 1):
        rows = rows.extend("foreach", {_ITEM: Sql(f"{values}[{at}]", Kind.STRING)})
        text = replace_all(node.template, {item_token: _ITEM, number_token: str(at - 1)})
        rows = _where_changed(_apply(text, rows, session), rows)
    return rows.drop(lambda name: name in (_ITEM, _ITEMS))


def _where_changed(changed: Relation, before: Relation) -> Relation:
    """What a template changed, for the rows that had an item at all; the others keep their values."""
    item = before.field(_ITEM).text
    values = {}
    for name, column in changed.columns.items():
        if before.columns.get(name) is not column:
            kind, (new, old) = unify([column.sql, before.field(name)])
            values[name] = Sql(f"CASE WHEN {item} IS NOT NULL THEN {new} ELSE {old} END", kind)
    return changed.extend("foreach", values)
