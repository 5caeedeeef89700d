"""The part of a search that runs here, over the rows that the part before it gave on the instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.memory import DictSource
from storypack.engine.run import Result, fetch_result, open_session
from storypack.engine.source import LookupTable
from storypack.hunting.runs import Run
from storypack.spl import parse, tree


def run_rest(
    here: str, rows: Sequence[Mapping[str, Any]], lookups: Mapping[str, LookupTable], run: Run
) -> tuple[Result, dict[str, LookupTable]]:
    """The rows of the rest, and the lookups that it wrote. Raises EngineError."""
    with (
        open_session(DictSource([], lookups), {}, run.now) as session,
        session.between(run.earliest, run.latest),
        session.translated(),
    ):
        names = dict.fromkeys(name for row in rows for name in row)
        given = session.table({name: [row.get(name) for row in rows] for name in names or ("_time",)})
        result = fetch_result(compile_pipeline(commands_of(here), session, given), session)
        return result, dict(session.written)


def commands_of(here: str) -> tree.Pipeline:
    """The rest as a pipeline that goes on from given rows."""
    return tree.Pipeline(parse(f"search * | {here}").commands[1:])
