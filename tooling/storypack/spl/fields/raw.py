"""The fields of raw events that a search reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl.fields.flow import StageFields
from storypack.spl.fields.uses import Use
from storypack.spl.tree import MacroStage, Search


def raw_uses(stages: Sequence[StageFields]) -> Iterator[Use]:
    """Each field that a search asks its events for: until a stage closes the rows, and unless a stage before made it.
    One that may be missing (`coalesce(a, b)`) is none, nor is any of a search that begins with a data model."""
    if not stages or not isinstance(stages[0].command, Search | MacroStage):
        return
    for number, stage in enumerate(stages):
        if number and not stage.before.is_open:
            return
        for use in stage.uses:
            if not use.forgiving and (not number or use.name not in stage.before.known):
                yield use
