"""extract. Search Reference: "extract"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, Cte, Names, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, identifier, quote
from storypack.spl import tree


@dataclass
class _Extracted:
    """The opener of rows into which fields are extracted: a map of all of them is a hidden column, and a field is
    only taken out of it when a later command asks for it. What was there before stays where nothing is extracted."""

    names_: Names
    rows: Relation
    found: str
    session: Session
    keep: bool = False
    rename: Callable[[str], str] = str
    values: dict[str, str] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def field(self, name: str) -> Column | None:
        if name.startswith("_") and (before := self.rows.find(name)):
            return before
        if name not in self.columns:
            new = Sql(f"{self.found}[{quote(self.rename(name))}]", Kind.MULTI)
            old = self.rows.field(name)
            pair = [old, new] if self.keep else [new, old]
            kind = common_kind([one.kind for one in pair])
            known = [coerce(one, kind) for one in pair if one.kind is not Kind.NULL]
            self.columns[name] = Column(self.names_.new(name), kind)
            self.values[name] = f"coalesce({', '.join(known)}) AS {identifier(self.columns[name].ident)}"
        return self.columns[name]

    def names(self, rows: str) -> Sequence[str]:
        select = f"SELECT DISTINCT unnest(map_keys({self.found})) AS name FROM ({rows}) ORDER BY name"
        extracted = [name for (name,) in self.session.rows(select)]
        before = self.rows.opener.names(rows) if self.rows.opener else []
        return list(dict.fromkeys([*self.rows.columns, *before, *extracted]))


def extracted(rows: Relation, call: str, session: Session, label: str, *, keep: bool = False) -> Relation:
    """The rows with all fields of a `MAP(VARCHAR, VARCHAR[])` that an SQL call gives, each taken when asked for."""
    found = identifier(rows.names.new("__fields"))
    rows = rows.stage(label, f"SELECT *, {call} AS {found} FROM {rows.source}")
    opener = _Extracted(rows.names, rows, found, session, keep)
    previous = identifier(rows.name)
    cte = Cte(
        rows.names.new(f"s{len(rows.ctes) + 1}_{label}"),
        lambda: f"SELECT {', '.join(['*', *opener.values.values()])} FROM {previous}",
        label,
    )
    return Relation(rows.names, (*rows.ctes, cte), {}, rows.order, opener)


@command("extract", "kv", without_effect="limit maxchars mv_add")
def extract(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Fields from `key=value` in `_raw`; `pairdelim` and `kvdelim` are sets of characters."""
    options = options_of(node.options)
    if node.words:
        raise SearchError("extract: transforms are not supported here; use rex")
    source = rows.field("_raw")
    if source.kind is Kind.NULL:
        return rows
    pair, key = options.get("pairdelim", ""), options.get("kvdelim", "")
    clean = "TRUE" if flag(options.get("clean_keys", "t")) else "FALSE"
    prefix = quote(options.get("kvprefix", ""))
    call = f"spl_extract({as_text(source)}, {quote(pair)}, {quote(key)}, {clean}, {prefix})"
    return extracted(rows, call, session, "extract")
