"""addinfo, tags, typer, iplocation, and commands that only change how results look."""

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
    as_number,
    as_text,
    identifier,
    number_constant,
    quote,
    string_constant,
)
from storypack.spl import tree


@command("addinfo")
def addinfo(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The search's time range, start and id beside each row (Search Reference: addinfo)."""
    latest = string_constant("+Infinity") if session.latest is None else number_constant(session.latest)
    return rows.extend(
        "addinfo",
        {
            "info_min_time": number_constant(session.earliest or 0.0),
            "info_max_time": latest,
            "info_sid": string_constant(f"{session.now:.0f}.1"),
            "info_search_time": number_constant(session.now),
        },
    )


@command("tags", "typer", "highlight", "iconify", "localize", "localop", "noop", "redistribute")
def passed(node: object, rows: Relation, session: Session) -> Relation:
    """The rows as they are: tags and event types are fields already, the rest only concerns display or scheduling."""
    return rows


@command("require")
def require(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows, if there are any; an error if there are none (Search Reference: require)."""
    rows = session.materialise(rows)
    if not session.dry and not session.fetch(rows, "SELECT count(*)")[0][0]:
        raise SearchError("require: the search before it gives no results")
    return rows


@command("reltime")
def reltime(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """How long ago a time was, in words: `5 days ago` (Search Reference: reltime)."""
    session.warn(
        "reltime: from which age on Splunk counts in the next unit is not documented; here a month has 30 days"
    )
    options = options_of(node.options)
    names = [name.strip() for name in options.get("timefield", "_time").split(",") if name.strip()]
    prefix = options.get("prefix", "" if len(names) == 1 else "reltime_")
    values = {}
    for name in names:
        target = prefix + ("reltime" if len(names) == 1 else name)
        values[target] = Sql(f"spl_age({session.now!r} - {as_number(rows.field(name))})", Kind.STRING)
    return rows.extend("reltime", values)


@command("setfields")
def setfields(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Fields set to texts (Search Reference: setfields)."""
    return rows.extend("setfields", {name: string_constant(text) for name, text in options_of(node.options).items()})


@command("iplocation")
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
