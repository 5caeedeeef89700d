"""What several searches work out of the same events is worked out once, and kept beside the events.

Of an event's XML each search takes a few fields, and to take one the whole event must be read. Where most events are
candidates of many searches, the columns on which several of them rest cost more than all else. Where few are, each
search works them out of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storypack.engine.knowledge.layers import Layers
from storypack.engine.session import Session
from storypack.engine.staging import Staged

FEWEST = 1_000
"""Events from which on a further table is worth its statement."""
_TIMES = 2
"""How often a column must be worked out for each event of the table on the average, to be worked out beforehand."""


@dataclass(frozen=True, slots=True)
class Use:
    """SQL that is asked of some of an origin's events, and of how many."""

    text: str
    events: int


def shared_columns(uses: Sequence[Use], layers: Layers, rows: int) -> list[str]:
    """The columns of layers (quoted) that are worth being worked out once for all `rows` events of an origin: they are
    needed so often, and what names them directly is not among them."""
    weights = Counter[str]()
    for use in uses:
        for ident in _resting_on(use.text, layers):
            weights[ident] += use.events
    often = {ident for ident, weight in weights.items() if weight >= _TIMES * rows}
    texts = [use.text for use in uses] + [layers.text(ident) for ident in weights if ident not in often]
    direct = {ident for text in texts for ident in layers.names_used(text)}
    return [ident for ident in weights if ident in often and ident in direct]


def _resting_on(text: str, layers: Layers) -> dict[str, None]:
    """The columns on which SQL rests."""
    reached: dict[str, None] = {}
    left = list(layers.names_used(text))
    while left:
        ident = left.pop()
        if ident not in reached:
            reached[ident] = None
            left += layers.names_used(layers.text(ident))
    return reached


def with_columns(staged: Staged, columns: Sequence[str], layers: Layers, session: Session) -> Staged:
    """The events with these columns of their layers beside them, in a table that takes the place of theirs; they stand
    in the same order."""
    table = f"shared_{staged.table}"
    flags = dict.fromkeys(staged.flags.values())
    origin = replace(staged.origin, staged=staged.rows_sql([*flags, *staged.columns]))
    place = ["__position"] if staged.position == "__position" else []
    kept = ["_raw", "__indexed", "__origin", "__when AS __time", *place, *flags, *staged.columns, *columns]
    rows = replace(layers, base=origin.sql).sql(", ".join(columns))
    order = " ORDER BY __row" if origin.varying else ""  # a join gives no order
    session.rows(f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(kept)} FROM ({rows}){order}")
    session.rows(f"DROP TABLE {staged.table}")
    return replace(staged, table=table, columns=(*staged.columns, *columns))
