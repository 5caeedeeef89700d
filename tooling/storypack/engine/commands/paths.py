"""spath, xpath, extract (kv), xmlkv, tojson, fromjson: structure in text (Search Reference: these pages)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, Cte, Names, Relation
from storypack.engine.session import Session
from storypack.engine.sql import NULL, Kind, Sql, as_multi, as_text, identifier, quote
from storypack.engine.udf.spath import spath_sql
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


@command("spath")
def spath(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """What stands at a path of JSON or XML; without a path everything, under the name of its path."""
    options = options_of(node.options)
    words = words_of(node.words)
    source = rows.field(options.get("input", "_raw"))
    path = options.get("path") or (words[0] if words else "")
    if path:
        output = options.get("output", path)
        if source.kind is Kind.NULL:
            return rows if rows.find(output) else rows.extend("spath", {output: NULL})
        return rows.extend("spath", {output: Sql(spath_sql(as_text(source), path), Kind.MULTI)})
    if source.kind is Kind.NULL:
        return rows
    return extracted(rows, f"spl_flatten({as_text(source)})", session, "spath")


@command("xpath")
def xpath(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """What an XPath finds in a field's XML."""
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError("xpath takes one path in quotes")
    source = rows.field(node.option("field", "_raw"))
    default = node.option("default")
    value = f"spl_xpath({as_text(source)}, {quote(words[0])})" if source.kind is not Kind.NULL else "NULL"
    if default:
        value = f"coalesce({value}, [{quote(default)}])"
    return rows.extend("xpath", {node.option("outfield", "xpath"): Sql(value, Kind.MULTI)})


@command("xmlkv")
def xmlkv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A field for each XML element of the text, under its tag."""
    words = words_of(node.words)
    source = rows.field(words[0] if words else "_raw")
    return rows if source.kind is Kind.NULL else extracted(rows, f"spl_xmlkv({as_text(source)})", session, "xmlkv")


@command("extract", "kv")
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


@command("tojson")
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


@command("fromjson")
def fromjson(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A field for each key of a JSON object; objects and arrays of objects stay JSON."""
    options = options_of(node.options)
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError("fromjson takes one field")
    source = rows.field(words[0])
    if source.kind is Kind.NULL:
        return rows
    call = f"spl_fromjson({as_text(source)}, {quote(options.get('prefix', ''))})"
    return extracted(rows, call, session, "fromjson")
