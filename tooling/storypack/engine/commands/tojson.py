"""tojson. Search Reference: "tojson"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_multi, quote
from storypack.spl import tree


@command("tojson", without_effect="include_internal")
def tojson(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The fields of each row as one JSON object in `output_field` (`_raw`)."""
    options = options_of(node.options)
    rows = rows.closed()
    names = chosen(words_of(node.words), rows) if node.words else [n for n in rows.columns if not n.startswith("_")]
    default = options.get("default_type", "auto").lower()
    if default not in ("auto", "string", "num", "json", "bool", "none"):
        raise SearchError(f"tojson: `{default}` is no type")
    values = ", ".join(as_multi(rows.field(name)) for name in names)
    keys = ", ".join(quote(name) for name in names)
    fill = "TRUE" if flag(options.get("fill_null", "f")) else "FALSE"
    call = f"spl_tojson([{keys}], CAST([{values}] AS VARCHAR[][]), {quote(default)}, {fill})" if names else "'{}'"
    return rows.extend("tojson", {options.get("output_field", "_raw"): Sql(call, Kind.STRING)})
