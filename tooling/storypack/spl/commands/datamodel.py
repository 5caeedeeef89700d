"""datamodel: a data model, or the events of one of its datasets. Search Reference: "datamodel"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain, texts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = texts(command)
    modes = [word.lower() for word in given[2:3]]
    if len(given) < 3:
        return Fieldset(frozenset(), ("*",))
    paths = tables.dataset(f"{given[0]}.{given[1]}")
    names = {path.rpartition(".")[2] for path in paths} if modes == ["flat"] else set(paths)
    return Fieldset(OF_EVENTS.union(names), ("*",))


plain(
    CommandFacts(
        "datamodel",
        Kind.GENERATING,
        "[model] [dataset] [search|flat|acceleration_search]",
        options("strict_fields:bool allow_old_summaries:bool summariesonly:bool"),
        Flow.OPEN,
    ),
    yields=_yields,
)
