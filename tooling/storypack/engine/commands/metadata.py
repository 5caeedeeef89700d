"""metadata. Search Reference: "metadata"."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import generating
from storypack.engine.commands.stats import Measure, grouped
from storypack.engine.compile.pipeline import base_search
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, string_constant
from storypack.spl import tree

_FIELDS = {"hosts": "host", "sources": "source", "sourcetypes": "sourcetype"}


def events_of(options: Iterable[tree.Option | tree.MacroCall], session: Session) -> Relation:
    """The events of the indexes that the options name, wildcards allowed; of none named all."""
    indexes = [one.value for one in options if isinstance(one, tree.Option) and one.name == "index"]
    words = [word for word in indexes if isinstance(word, tree.Word)]
    if not words or any(word.text == "*" for word in words):
        return base_search(tree.Search(None), session)
    return base_search(tree.Search(tree.In(tree.Field("index"), tuple(words))), session)


@generating("metadata", without_effect="splunk_server splunk_server_group")
def metadata(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """When the events of each host, source or sourcetype were first and last seen, and how many there are."""
    options = options_of(node.options)
    kind = options.get("type", "").lower()
    if kind not in _FIELDS:
        raise SearchError(f"metadata needs type=hosts, type=sources or type=sourcetypes, not `{kind}`")
    if options.get("datatype", "event").lower() == "metric":
        raise NotSupported("option", "datatype=metric", "there are no metrics indexes")
    events = events_of(node.options, session)
    time = as_number(events.field("_time"))
    indexed = f"coalesce({as_number(events.field('_indextime'))}, {time})"
    table = grouped(
        events,
        [_FIELDS[kind]],
        [
            Measure("firstTime", "min", Sql(time, Kind.NUMBER)),
            Measure("lastTime", "max", Sql(time, Kind.NUMBER)),
            Measure("recentTime", "max", Sql(indexed, Kind.NUMBER)),
            Measure("totalCount", "count", None),
        ],
        "metadata",
        session,
    )
    table = table.extend("metadata", {"type": string_constant(kind)})
    return table.keep(["firstTime", _FIELDS[kind], "lastTime", "recentTime", "totalCount", "type"])
