"""Fields that a search asks for and no event of its test has, though one of nearly that name is there."""

from __future__ import annotations

from collections.abc import Mapping

from storypack.engine.errors import EngineError
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import open_session
from storypack.spelling import slip_of
from storypack.spl.fields import Tables, flow
from storypack.spl.fields.raw import raw_uses
from storypack.spl.macros import MacroDefinition
from storypack.testing.clock import Moment
from storypack.testing.stages import Staged
from storypack.testing.trace import all_events


def misspelt(
    staged: Staged,
    source: FileSource,
    macros: Mapping[str, MacroDefinition],
    when: Moment,
    lookups: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """A note for each such field. A test can pass for all that: an exclusion that excludes nothing is not missed."""
    names = {use.name for use in raw_uses(flow(staged.pipeline, Tables(lookups, lambda path: ())))}
    if not names:
        return []
    try:
        with open_session(source, macros, when.now) as session, session.between(when.earliest, when.latest):
            known = [name for name in all_events(session).all_names() if not name.startswith("_")]
    except EngineError:
        return []  # the run itself has said so
    slips = {name: slip_of(name, known) for name in sorted(names.difference(known))}
    return [f"no event of this test has `{name}`; did you mean `{meant}`?" for name, meant in slips.items() if meant]
