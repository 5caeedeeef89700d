"""What a detection says to the rest of its pack, beside the search that it is edited for most of the time.

Whether a search is changed matters to other objects only by the macros that it calls and the lookups that it names: an
object that nothing uses is an issue of its own. As long as both stay, and all the rest of the file, a new search has
issues of its own and changes no others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from storypack.checks.context import calls, holds_word
from storypack.pack.models import Detection
from storypack.pack.pack import Entry, Pack
from storypack.store import digest

SEARCH = "search"
"""The key whose value may change."""

_block = re.compile(r"search: [|>]-?\n((?:(?: [^\n]*+)?\n)++)").match


@dataclass(frozen=True, slots=True)
class Outside:
    """What others can see of a detection: its name, its id, and a digest of everything but its search."""

    name: str
    id: str
    rest: str

    @property
    def row(self) -> list[str]:
        return [self.name, self.id, self.rest]


def outsides(pack: Pack) -> dict[str, Outside]:
    """What others can see of the pack's detections, by file: of those whose search is a block at the file's margin."""
    if pack.overlays or pack.settings.silence or pack.settings.profile == "compatible":
        return {}  # the search of one detection may matter to anything
    lookups = lookup_names(pack)
    seen = ((entry, outside_of(entry, lookups)) for entry in pack.detections)
    return {entry.path: outside for entry, outside in seen if outside is not None}


def lookup_names(pack: Pack) -> frozenset[str]:
    """The names of the pack's lookups."""
    return frozenset(entry.name for entry in pack.lookups)


def outside_of(entry: Entry[Detection], lookups: Collection[str]) -> Outside | None:
    """What others can see of a detection, in a pack with lookups of these names."""
    text, search = entry.source.text, entry.model.search
    line = text.find("\nsearch: ") + 1
    block = _block(text, line) if line and not entry.source.moved else None
    if block is None or block[1].split() != search.split():
        return None  # no block, or not the one that the search was read from
    named = sorted(name for name in lookups if holds_word(search, name))
    rest = digest(text[: block.start(1)], text[block.end() :], "calls", *sorted(calls(search)), "lookups", *named)
    return Outside(entry.name, entry.model.id, rest)


def outsides_of(kept: object) -> Mapping[str, Outside]:
    """What was kept of `outsides`, as far as it is that."""
    made = {}
    if isinstance(kept, Mapping):
        for path, row in kept.items():
            match row:
                case [str(name), str(id), str(rest)]:
                    made[path] = Outside(name, id, rest)
    return made
