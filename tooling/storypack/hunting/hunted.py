"""A detection with all that its runs need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from storypack.engine.candidates import Candidates, WholeFiles
from storypack.engine.plan import ScanPlan
from storypack.engine.run import open_session
from storypack.engine.source import LookupTable
from storypack.engine.text import parse_search
from storypack.hunting.baselines import Baselines
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.spl import tree
from storypack.spl.fields.walk import walk
from storypack.spl.macros import MacroDefinition


@dataclass
class Hunted:
    """A detection and all that its runs need. `hours` are the starts of the hours that have events; `is_alone` = it
    cannot share the pass over the events with others, and reads the files in each run."""

    entry: Entry[Detection]
    scans: tuple[ScanPlan, ...]
    pack: Pack
    macros: Mapping[str, MacroDefinition]
    candidates: Candidates
    lookups: Mapping[str, LookupTable]
    baselines: Baselines
    whole: bool = False
    has_site: bool = False
    hours: Sequence[int] = ()
    is_alone: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def source(self) -> Candidates | WholeFiles:
        """What the search runs over."""
        return WholeFiles(self.candidates.files, self.candidates.lookups) if self.is_alone else self.candidates

    @property
    def detection(self) -> Detection:
        return self.entry.model

    @property
    def planned(self) -> frozenset[str]:
        """The fields that the search and its base filters read."""
        terms = (each.request.term for each in self.scans if each.request.term is not None)
        named = {node.name for term in terms for node in walk(term) if isinstance(node, tree.Field)}
        return frozenset({"_raw"}).union(named, *(each.fields or () for each in self.scans))

    @cached_property
    def pipeline(self) -> tree.Pipeline:
        with open_session(self.candidates, self.macros, 0.0) as session:
            return parse_search(self.detection.search, session)

    @cached_property
    def has_own_range(self) -> bool:
        """Whether the search says itself at which time it looks."""
        return any(isinstance(node, tree.TimeModifier) for node in walk(self.pipeline))

    @cached_property
    def allow_lists(self) -> tuple[str, ...]:
        return allow_lists(self.pipeline, frozenset(self.pack.lookup_named).difference(self.baselines.lookups))


def allow_lists(pipeline: tree.Pipeline, known: frozenset[str]) -> tuple[str, ...]:
    """Those of the `known` lookups by which rows are let pass: what they give must be null."""
    null = {
        name.name
        for call in walk(pipeline)
        if isinstance(call, tree.Call) and call.name.lower() == "isnull"
        for name in walk(call)
        if isinstance(name, tree.Field)
    }
    lists: dict[str, None] = {}
    for node in walk(pipeline):
        if isinstance(node, tree.Lookup):
            given = {(each.target or each.source).name for each in node.outputs}
            name = str(getattr(node.table, "text", getattr(node.table, "name", "")))
            if given & null and name in known:
                lists[name] = None
    return tuple(lists)
