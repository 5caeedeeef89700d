"""Lookups without rows to which a search lost its rows: what each site fills is empty where tests run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from storypack.engine.source import LookupTable
from storypack.spl import tree
from storypack.spl.commands.inputlookup import Inputlookup
from storypack.spl.commands.lookup import Lookup
from storypack.spl.fields.walk import walk


def blamed_lookups(pipeline: tree.Pipeline, lookups: Mapping[str, LookupTable], reasons: Sequence[str]) -> list[str]:
    """Names of the empty lookups that the pipeline reads at its beginning, or whose columns the reasons why its rows
    were lost call null, sorted. An empty list of exceptions is no reason, and is not among them."""
    nulls = {match[1] for reason in reasons for match in re.finditer(r"(\S+) was null", reason)}
    return sorted({name for name in _names(pipeline, nulls, lookups) if name in lookups and not lookups[name].rows})


def _names(pipeline: tree.Pipeline, nulls: set[str], lookups: Mapping[str, LookupTable]) -> Iterator[str]:
    first = pipeline.commands[0] if pipeline.commands else None
    if isinstance(first, Inputlookup) and isinstance(first.table, tree.Word):
        yield first.table.text
    for node in walk(pipeline):
        if isinstance(node, Lookup) and isinstance(node.table, tree.Word):
            name = node.table.text
            columns = {(each.target or each.source).name for each in node.outputs}
            if nulls & (columns or set(lookups[name].fields if name in lookups else ())):
                yield name
