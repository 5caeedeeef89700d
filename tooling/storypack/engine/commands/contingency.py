"""contingency. Search Reference: "contingency"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.stats import by_columns
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import as_text
from storypack.spl import tree

_MOST = 1000
"""Values of either field in a contingency table (Search Reference: contingency, "Limits")."""


@command("contingency", "counttable", "ctable")
def contingency(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """How often each two values of two fields come together, with totals; the most frequent first, either way."""
    options, words = options_of(node.options), words_of(node.words)
    for name in ("maxopts", "maxrows", "maxcols", "mincolcover", "minrowcover"):
        if name in options:
            raise NotSupported("option", f"contingency {name}", "what becomes of the values left out is not documented")
    if len(words) != 2 or words[0] == words[1]:
        raise SearchError("contingency takes two fields")
    rows, (row_name, column_name) = by_columns([tree.Field(word) for word in words], rows.keep(words))
    row, column = as_text(rows.field(row_name)), as_text(rows.field(column_name))
    counted = session.fetch(
        rows, f"SELECT {row} AS r, {column} AS c, count(*)", f"WHERE ({row}) || ({column}) IS NOT NULL GROUP BY 1, 2"
    )
    cells = {(left or "EMPTY_STR", right or "EMPTY_STR"): count for left, right, count in counted}
    lines, titles = _ranked(cells, 0, row_name, session), _ranked(cells, 1, column_name, session)
    table: dict[str, list[Any]] = {row_name: list(lines)}
    table.update({title: [cells.get((line, title), 0) for line in lines] for title in titles})
    if flag(options.get("usetotal", "t")):
        total = options.get("totalstr", "TOTAL")
        for values in list(table.values())[1:]:
            values.append(sum(values))
        table[row_name].append(total)
        sums = [sum(cells.get((line, title), 0) for title in titles) for line in lines]
        table[total] = [*sums, sum(sums)]
    return session.table(table, "contingency")


def _ranked(cells: Mapping[tuple[str, str], int], side: int, name: str, session: Session) -> list[str]:
    """The values of one side, by how often they come, then as text."""
    totals: Counter[str] = Counter()
    for key, count in cells.items():
        totals[key[side]] += count
    found = sorted(totals, key=lambda value: (-totals[value], value))
    if len(found) > _MOST:
        session.warn(f"contingency: `{name}` has more than {_MOST:,} values; the rarest are left out, as in Splunk")
    return found[:_MOST]
