"""Rows of several relations, one after the other, or side by side; what is not asked for stays unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.relation import Column, Cte, Names, OrderKey, Relation
from storypack.engine.sql import identifier


@dataclass
class _Union:
    """The opener of a union: a field is asked of every part."""

    names_: Names
    parts: list[Relation]
    columns: dict[str, Column] = field(default_factory=dict)

    def field(self, name: str) -> Column | None:
        if name not in self.columns:
            found = [column for part in self.parts if (column := part.find(name))]
            if not found:
                return None
            kind = common_kind([column.kind for column in found])
            self.columns[name] = Column(self.names_.new(name), kind)
        return self.columns[name]

    def names(self, rows: str) -> Sequence[str]:
        return list(dict.fromkeys(name for part in self.parts for name in part.all_names()))

    def sql(self, place: str, hidden: Sequence[str]) -> str:
        selects = []
        for at, part in enumerate(self.parts):
            values = [f"{at} AS {identifier(place)}", f"{hidden[at]} AS {identifier(place + '_row')}"]
            for name, column in self.columns.items():
                values.append(f"{coerce(part.field(name), column.kind)} AS {identifier(column.ident)}")
            selects.append(f"SELECT {', '.join(values)} FROM {identifier(part.name)}")
        return "\n  UNION ALL ".join(selects)


def unite(parts: Sequence[Relation], label: str) -> Relation:
    """The rows of all parts, in the order of the parts."""
    names = parts[0].names
    numbered = [part.numbered() for part in parts]
    opener = _Union(names, [part for part, _ in numbered])
    for part in parts:
        for name in part.columns:
            opener.field(name)
    place = names.new("__part")
    names.new(place + "_row")
    hidden = [row for _, row in numbered]
    ctes = tuple(dict.fromkeys(cte for part, _ in numbered for cte in part.ctes))
    cte = Cte(names.new(f"s{len(ctes) + 1}_{label}"), lambda: opener.sql(place, hidden), label)
    order = (OrderKey(identifier(place)), OrderKey(identifier(place + "_row")))
    is_open = any(part.opener is not None for part in parts)
    return Relation(names, (*ctes, cte), dict(opener.columns), order, opener if is_open else None)


@dataclass
class _Beside:
    """The opener of a join: what one side does not have, the other may; `merge` says which of two is taken."""

    left: Relation
    right: Relation
    merge: Merge

    def field(self, name: str) -> Column | None:
        return self.merge.field(name, self.left, self.right)

    def names(self, rows: str) -> Sequence[str]:
        return list(dict.fromkeys([*self.left.all_names(), *self.right.all_names()]))


@dataclass
class Merge:
    """How the fields of two sides become one: `right_wins`, or the left's value stays where there is one."""

    names: Names
    right_wins: bool
    keys: frozenset[str] = frozenset()
    values: dict[str, tuple[Column, str]] = field(default_factory=dict)

    def field(self, name: str, left: Relation, right: Relation) -> Column | None:
        """The column of a field of the joined rows; one that both sides have is computed by `sql`."""
        if name in self.values:
            return self.values[name][0]
        a, b = left.find(name), right.find(name)
        if a is None or b is None or name in self.keys:
            return a or b
        kind = common_kind([a.kind, b.kind])
        pair = (b, a) if self.right_wins else (a, b)
        column = Column(self.names.new(name), kind)
        text = f"coalesce({', '.join(coerce(one.sql, kind) for one in pair)})"
        self.values[name] = (column, f"{text} AS {identifier(column.ident)}")
        return column

    def sql(self, source: str) -> str:
        """A SELECT of everything, and the fields that both sides have."""
        return ", ".join(["SELECT *", *(text for _, text in self.values.values())]) + f" FROM {source}"


def beside(
    left: Relation,
    right: Relation,
    join: str,
    order: tuple[OrderKey, ...],
    *,
    right_wins: bool,
    label: str,
    keys: frozenset[str] = frozenset(),
) -> Relation:
    """Both sides joined: `join` is the text after FROM."""
    names = left.names
    merge = Merge(names, right_wins, keys)
    columns = {}
    for name in dict.fromkeys([*left.columns, *right.columns]):
        column = merge.field(name, left, right)
        assert column is not None
        columns[name] = column
    ctes = tuple(dict.fromkeys((*left.ctes, *right.ctes)))
    cte = Cte(names.new(f"s{len(ctes) + 1}_{label}"), lambda: merge.sql(join), label)
    is_open = left.opener is not None or right.opener is not None
    return Relation(names, (*ctes, cte), columns, order, _Beside(left, right, merge) if is_open else None)
