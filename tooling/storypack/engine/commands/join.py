"""join, selfjoin (Search Reference: join, selfjoin)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storypack.engine.commands.combine import subsearch_of
from storypack.engine.commands.fields import field_names
from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.union import beside
from storypack.engine.errors import SearchError
from storypack.engine.readings import reading
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_number, as_text
from storypack.spl import tree


@command("join")
def join(node: tree.Join, rows: Relation, session: Session) -> Relation:
    """Rows with the fields of the subsearch's rows that have the same keys: the first of them unless max is given."""
    options = options_of(node.options)
    kind = options.get("type", "inner").lower()
    if kind not in ("inner", "outer", "left"):
        raise SearchError(f"join type must be inner, outer or left, not `{kind}`")
    most = whole(options.get("max", "1"), "max")
    right = subsearch_of("join", node.pipeline, {}, session)
    if "where" in options:
        return _joined_by_alias(rows, right, options, "LEFT" if kind != "inner" else "INNER", most)
    names = field_names(node.fields)
    if not names:
        rows, right = rows.closed(), right.closed()
        names = [name for name in rows.columns if name in right.columns and not name.startswith("_")]
        if not names:
            raise SearchError("join: the two sides have no field in common")
    wins = flag(options.get("overwrite", "t"))
    how = "LEFT" if kind != "inner" else "INNER"
    if flag(options.get("usetime", "f")):
        return _joined_by_time(rows, right, names, how, most, wins, earlier=flag(options.get("earlier", "t")))
    return _joined(rows, right, names, how, most, wins)


@dataclass
class _Prefixed:
    """The opener of rows whose fields bear an alias: `L.host`."""

    rows: Relation
    prefix: str

    def field(self, name: str) -> Column | None:
        return self.rows.find(name.removeprefix(self.prefix)) if name.startswith(self.prefix) else None

    def names(self, rows: str) -> Sequence[str]:
        return [self.prefix + name for name in self.rows.all_names()]


def _aliased(rows: Relation, alias: str) -> Relation:
    columns = {f"{alias}.{name}": column for name, column in rows.columns.items()}
    return replace(rows, columns=columns, opener=_Prefixed(rows, f"{alias}."), dropped=None)


def _joined_by_alias(left: Relation, right: Relation, options: dict[str, str], how: str, most: int) -> Relation:
    """`join left=L right=R where L.a=R.b`: every field gets its side's alias."""
    sides = options.get("left", ""), options.get("right", "")
    pairs = re.findall(r"(\S+?)\s*={1,2}\s*(\S+)", options["where"])
    if not all(sides) or not pairs:
        raise SearchError("join: write left=L right=R where L.field=R.field")
    keys = [pair if pair[0].startswith(f"{sides[0]}.") else pair[::-1] for pair in pairs]
    a, b = _aliased(left, sides[0]), _aliased(right, sides[1])
    return _joined(a, b, [one for one, _ in keys], how, most, True, others=[one for _, one in keys])


def _joined_by_time(
    left: Relation, right: Relation, names: list[str], how: str, most: int, wins: bool, *, earlier: bool
) -> Relation:
    """As `_joined`, of the subsearch's rows only those that are not later (not earlier) than the row."""
    left, left_place = left.numbered()
    sign = "<=" if earlier else ">="
    times = f"{as_number(right.field('_time'))} {sign} {as_number(left.field('_time'))}"
    joined = _joined(left, right, names, how, 0, wins, also=times)
    if not most:
        return joined
    by = ", ".join(key.sql for key in joined.order[1:])
    first = f"row_number() OVER (PARTITION BY {left_place} ORDER BY {by}) <= {most}"
    return joined.stage("join", f"SELECT * FROM {joined.source} QUALIFY {first}")


def _joined(
    left: Relation,
    right: Relation,
    names: list[str],
    how: str,
    most: int,
    wins: bool,
    *,
    others: list[str] | None = None,
    also: str = "TRUE",
) -> Relation:
    """`names` are the key fields (`others` on the right side, where they differ there), `also` a further condition. A
    row without one of its keys has nothing to match."""
    right, place = right.numbered()
    left_keys, right_keys = [left.field(name) for name in names], [right.field(name) for name in others or names]
    if most:
        keys = ", ".join(as_text(key) for key in right_keys)
        first = f"row_number() OVER (PARTITION BY {keys} ORDER BY {place}) <= {most}"
        right = right.stage("join", f"SELECT * FROM {right.source} QUALIFY {first}")
    conditions = [
        f"{a.text} = {b.text}" if a.kind is b.kind is Kind.NUMBER else f"{as_text(a)} = {as_text(b)}"
        for a, b in zip(left_keys, right_keys, strict=True)
    ]
    join = f"{left.source} {how} JOIN {right.source} ON {' AND '.join([*conditions, also])}"
    order = (*left.order, OrderKey(place))
    return beside(left, right, join, order, right_wins=wins, label="join", keys=frozenset(names))


@command("selfjoin")
def selfjoin(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows joined with others of the same keys; the other's values win, or its own (overwrite=f). A row without
    another to join with is left out, unless keepsingle=t."""
    session.warn("selfjoin: which row joins with which is not documented; each is joined with the first of the others")
    names = words_of(node.words)
    if not names:
        raise SearchError("selfjoin needs a field")
    most = whole(node.option("max", "1"), "max")
    rows = session.materialise(rows)
    left, left_place = rows.numbered()
    right, right_place = session.materialise(rows).numbered()
    how = "LEFT" if flag(node.option("keepsingle", "f")) else "INNER"
    wins = flag(node.option("overwrite", "t"))
    joined = _joined(left, right, names, how, 0, wins, also=f"{left_place} <> {right_place}")
    if not most:
        return joined
    direction = "ASC" if reading("selfjoin-partner") == "first" else "DESC"
    first = f"row_number() OVER (PARTITION BY {left_place} ORDER BY {right_place} {direction}) <= {most}"
    return joined.stage("join", f"SELECT * FROM {joined.source} QUALIFY {first}")
