"""iplocation. Search Reference: "iplocation"."""

from __future__ import annotations

from storypack.engine import geography
from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import (
    NULL,
    Kind,
    Sql,
    as_text,
    identifier,
    quote,
)
from storypack.spl import tree


@command("iplocation", without_effect="lang")
def iplocation(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Where an address lies. There is no geographic database here: a small table of well-known networks, or a CIDR
    lookup named `iplocation`, is all that is known (Search Reference: iplocation)."""
    options = options_of(node.options)
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError("iplocation takes one field")
    table = session.lookup("iplocation")
    if table is None:
        session.warn("iplocation knows a few well-known networks only; give a lookup `iplocation` (CIDR) for more")
    source = rows.field(words[0])
    names = geography.FIELDS + (geography.MORE_FIELDS if flag(options.get("allfields", "f")) else ())
    prefix = options.get("prefix", "")
    if source.kind is Kind.NULL:
        return rows.extend("iplocation", {prefix + name: NULL for name in names})
    handle = geography.register(session, table)
    found = identifier(rows.names.new("__place"))
    rows = rows.stage(
        "iplocation", f"SELECT *, spl_place({quote(handle)}, {as_text(source)}) AS {found} FROM {rows.source}"
    )
    values = {prefix + name: Sql(f"{found}[{quote(name)}]", Kind.STRING) for name in names}
    return rows.extend("iplocation", values)
