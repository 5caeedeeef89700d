"""The arguments of commands, a file per family; `READERS` finds the function for a name.

Each function takes the reader, standing on the command's name, the name in lower case and its offset. It returns the
node and leaves the reader on the token that ends the stage."""

from __future__ import annotations

from collections.abc import Callable

from storypack.spl.commands import charts, combining, evaluation, extraction, fields, lookups, plain, statistics, tstats
from storypack.spl.tokens import Reader
from storypack.spl.tree import Command

Read = Callable[[Reader, str, int], Command]

_STATS = "stats eventstats streamstats sistats geostats sigeostats"

READERS: dict[str, Read] = {
    "search": evaluation.search,
    "where": evaluation.where,
    "eval": evaluation.eval_,
    "fieldformat": evaluation.fieldformat,
    **dict.fromkeys(_STATS.split(), statistics.stats),
    **dict.fromkeys(("chart", "sichart", "timechart", "sitimechart"), charts.chart),
    **dict.fromkeys(("tstats", "mstats", "mcatalog"), tstats.tstats),
    "fields": fields.fields,
    "rename": fields.rename,
    "sort": fields.sort,
    "dedup": fields.dedup,
    "head": fields.head,
    **dict.fromkeys(("top", "rare", "sitop", "sirare"), fields.top),
    **dict.fromkeys(("bin", "bucket", "discretize"), fields.bin_),
    "replace": fields.replace,
    "convert": fields.convert,
    "return": fields.return_,
    "rex": extraction.rex,
    "regex": extraction.regex,
    "lookup": lookups.lookup,
    "inputlookup": lookups.inputlookup,
    "join": combining.join,
    **dict.fromkeys(("append", "appendcols", "appendpipe", "union", "multisearch", "set"), combining.combine),
    "foreach": combining.foreach,
    "map": combining.map_,
    "from": plain.from_,
}


def reader_of(name: str) -> Read:
    """The function that reads the arguments of a command; one that we do not know is kept as text."""
    from storypack.spl.catalogue import is_command

    return READERS.get(name) or (plain.plain if is_command(name) else plain.opaque)
