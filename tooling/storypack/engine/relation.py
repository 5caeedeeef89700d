"""A relation: the rows between two pipe stages, as SQL that has not been run.

Three ideas carry the engine:

* **Names.** A field name (case-sensitive, any text) maps to a `Column`: an SQL identifier that is unique within the
  run, and the kind of its values. Renaming or dropping a field changes the mapping and costs no SQL.
* **Open relations.** Rows that come from a source hold fields that nobody has asked for yet. Such a relation has an
  `Opener`; `Relation.find` asks it, and the source adds the column to its own SELECT afterwards. This works because
  every row-wise stage is `SELECT *, ... FROM previous`. A stage that closes the schema (`stats`, `table a b`) has none.
* **Order.** SPL results are ordered, SQL's are not. `order` says by which (hidden) columns; nothing sorts until a
  command that depends on the order, or the end of the search, asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from storypack.engine.sql import NULL, Kind, Sql, identifier, identifiers


@dataclass(frozen=True, slots=True)
class Column:
    """An SQL column (`ident` without quotes) and the kind of its values; `delimiter` joins several (nomv)."""

    ident: str
    kind: Kind
    delimiter: str = "\n"

    @property
    def sql(self) -> Sql:
        return Sql(identifier(self.ident), self.kind)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an ORDER BY: an SQL expression over columns that every later `SELECT *` still has.

    `place` = a number that is different for each row (of one origin): where the row stood."""

    text: str
    descending: bool = False
    nulls_last: bool = True
    place: bool = False

    @property
    def sql(self) -> str:
        return f"{self.text} {'DESC' if self.descending else 'ASC'} NULLS {'LAST' if self.nulls_last else 'FIRST'}"

    def flipped(self) -> OrderKey:
        return replace(self, descending=not self.descending, nulls_last=not self.nulls_last)


class Opener(Protocol):
    """The fields that rows hold beyond the columns that are known so far."""

    def field(self, name: str) -> Column | None:
        """The column of a field, from now on part of the rows; None if no row can hold it. The same answer
        however often it is asked."""

    def names(self, rows: str) -> Sequence[str]:
        """All fields that rows hold, in the order in which Splunk would show them. `rows` is an SQL query over the
        stage that asks: this opener's rows, narrowed by what came since, with all its hidden columns. It may be run."""


@dataclass(frozen=True, slots=True)
class Cte:
    """One stage of the query. The text is asked for last, when all columns that it has to give are known.

    `scan` = the text of a pass over events, asked for when all others are there: it gets the SQL that reads its rows,
    by which it may leave out what that does not name; None = it reads them all.

    `adds` = the columns (quoted identifier and expression) where adding them to the rows before is all that a stage
    does.
    """

    name: str
    text: str | Callable[[], str]
    stage: str
    scan: Callable[[str | None], str] | None = None
    adds: tuple[tuple[str, str], ...] = ()

    def render(self, named: str | None = None) -> str:
        if self.scan is not None:
            return self.scan(named)
        return self.text if isinstance(self.text, str) else self.text()


_HEAVY = 4_000
"""Characters of SQL that a column may stand for before it is fenced."""


@dataclass
class Names:
    """Identifiers that are unique within a run. DuckDB folds case, SPL does not.

    `weights` = how many characters of SQL a column (by its quoted identifier) stands for, the columns that it names
    written out: where DuckDB moves a filter below a projection, it writes them out at each place that names them, so
    that a chain of columns of which each names the one before twice doubles with each link."""

    taken: dict[str, int] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)

    def column(self, ident: str, text: str) -> str:
        """The SQL of a new column (`ident` is quoted): `text`, behind a fence where it stands for very much. DuckDB
        moves nothing below a value that may differ from call to call, so it works the column out once and in place."""
        weight = len(text) + sum(self.weights.get(name, 0) for name in identifiers(text))
        if weight <= _HEAVY:
            self.weights[ident] = weight
            return text
        return f"CASE WHEN random() < 2 THEN {text} END"

    def new(self, name: str) -> str:
        """`name`, or `name_2` ... where that is taken."""
        base = name.replace("\0", "")[:100] or "_"
        while True:
            count = self.taken.get(base.lower(), 0) + 1
            self.taken[base.lower()] = count
            ident = base if count == 1 else f"{base}_{count}"
            if count == 1 or ident.lower() not in self.taken:
                self.taken.setdefault(ident.lower(), 1)
                return ident


@dataclass(frozen=True)
class Relation:
    """Rows between two stages: `ctes` (all that is needed to get them), the last of which is `name`.

    `columns` are the fields known so far, in display order; `dropped` tells which fields a command has removed although
    the opener would give them.
    """

    names: Names
    ctes: tuple[Cte, ...]
    columns: dict[str, Column]
    order: tuple[OrderKey, ...] = ()
    opener: Opener | None = None
    dropped: Callable[[str], bool] | None = None

    @property
    def name(self) -> str:
        return self.ctes[-1].name

    @property
    def source(self) -> str:
        """The SQL that names these rows in the text of a stage over them."""
        return identifier(self.name)

    # --- fields ---------------------------------------------------------------------------------------------

    def find(self, name: str) -> Column | None:
        """The column of a field, asked from the source if need be; None if there is none."""
        if name in self.columns:
            return self.columns[name]
        if self.opener is None or (self.dropped is not None and self.dropped(name)):
            return None
        column = self.opener.field(name)
        if column is not None:
            self.columns[name] = column
        return column

    def field(self, name: str) -> Sql:
        """The SQL of a field; SQL's NULL where no row has it."""
        column = self.find(name)
        return column.sql if column else NULL

    def all_names(self) -> list[str]:
        """The fields that rows hold, known and not yet asked for. For an open relation this may run the query."""
        names = dict.fromkeys(self.columns)
        if self.opener is not None:
            for name in self.opener.names(self.select("SELECT *")):
                if self.dropped is None or not self.dropped(name):
                    names.setdefault(name)
        return list(names)

    def closed(self) -> Relation:
        """The same rows with every field a known column."""
        if self.opener is None:
            return self
        found = {name: column for name in self.all_names() if (column := self.find(name))}
        return replace(self, columns=found, opener=None, dropped=None)

    # --- stages ---------------------------------------------------------------------------------------------

    def stage(
        self,
        label: str,
        text: str | Callable[[], str],
        *,
        columns: Mapping[str, Column] | None = None,
        order: tuple[OrderKey, ...] | None = None,
        closes: bool = False,
    ) -> Relation:
        """A further CTE over this relation, whose text reads `source`.

        `closes` = the text lists its columns itself, so that nothing more can be asked from the source.
        """
        name = self.names.new(f"s{len(self.ctes) + 1}_{label}")
        return replace(
            self,
            ctes=(*self.ctes, Cte(name, text, label)),
            columns=dict(self.columns if columns is None else columns),
            order=self.order if order is None else order,
            opener=None if closes else self.opener,
            dropped=None if closes else self.dropped,
        )

    def extend(self, label: str, values: Mapping[str, Sql]) -> Relation:
        """Fields added or overwritten, row by row."""
        columns = dict(self.columns)
        parts = []
        for name, value in values.items():
            column = Column(self.names.new(name), Kind.STRING if value.kind is Kind.NULL else value.kind)
            text = f"CAST(NULL AS {column.kind.duckdb})" if value.kind is Kind.NULL else value.text
            ident = identifier(column.ident)
            parts.append((ident, self.names.column(ident, text)))
            columns[name] = column
        if not parts:
            return self
        rows, parts = self._reopened(label, parts)
        added = ", ".join(f"{text} AS {ident}" for ident, text in parts)
        rows = rows.stage(label, f"SELECT *, {added} FROM {rows.source}", columns=columns)
        return replace(rows, ctes=(*rows.ctes[:-1], replace(rows.ctes[-1], adds=tuple(parts))))

    def _reopened(self, label: str, parts: list[tuple[str, str]]) -> tuple[Relation, list[tuple[str, str]]]:
        """What `parts` are to be added to, and with what: with the columns of the stage before, if they need none of
        them. Each stage costs DuckDB a look at every column, which for a handful of events is all the work there is."""
        last = self.ctes[-1]
        if last.stage != label or not last.adds or not _independent(last.adds, parts):
            return self, parts
        return replace(self, ctes=self.ctes[:-1]), [*last.adds, *parts]

    def where(self, label: str, condition: str) -> Relation:
        """Rows for which an SQL condition is true."""
        return self.stage(label, f"SELECT * FROM {self.source} WHERE {condition}")

    def keep(self, fields: Iterable[str]) -> Relation:
        """Only these fields, in this order; no new stage. Fields that no row holds are left out."""
        found = {name: column for name in fields if (column := self.find(name))}
        return replace(self, columns=found, opener=None, dropped=None)

    def drop(self, fields: Callable[[str], bool]) -> Relation:
        """Without the fields that the test names; no new stage."""
        before = self.dropped
        kept = {name: column for name, column in self.columns.items() if not fields(name)}
        return replace(self, columns=kept, dropped=lambda name: fields(name) or (before is not None and before(name)))

    def rename(self, renames: Mapping[str, str]) -> Relation:
        """Fields under new names; a field that no row holds makes its target null. No new stage."""
        moved = {target: self.find(source) for source, target in renames.items()}
        gone = {*renames, *moved}
        columns: dict[str, Column] = {}
        for name, column in self.columns.items():
            if name in renames and moved[renames[name]] is column:
                columns[renames[name]] = column
            elif name not in gone:
                columns[name] = column
        before = self.dropped
        return replace(
            self, columns=columns, dropped=lambda name: name in gone or (before is not None and before(name))
        )

    # --- order ----------------------------------------------------------------------------------------------

    @property
    def order_by(self) -> str:
        """`ORDER BY ...`, or nothing for rows without an order."""
        return f"ORDER BY {', '.join(key.sql for key in self.order)}" if self.order else ""

    @property
    def position(self) -> str | None:
        """SQL of a number that rises with the order, where there is one already."""
        if len(self.order) == 1 and self.order[0].place:
            return self.tie
        return None

    @property
    def tie(self) -> str | None:
        """SQL of a number that rises with the order of rows that are equal in all keys but the last."""
        if not self.order or not self.order[-1].place:
            return None
        last = self.order[-1]
        return f"(-{last.text})" if last.descending else last.text

    def numbered(self, label: str = "order") -> tuple[Relation, str]:
        """The rows with their position (from 1) in a hidden column, and that column's identifier (quoted)."""
        ident = identifier(self.names.new("__n"))
        text = f"SELECT *, row_number() OVER ({self.order_by}) AS {ident} FROM {self.source}"
        return self.stage(label, text, order=(OrderKey(ident, place=True),)), ident

    # --- text -----------------------------------------------------------------------------------------------

    def select(self, select: str, suffix: str = "") -> str:
        """A whole query: `WITH ... <select> FROM <this relation> <suffix>`."""
        texts = {cte: cte.render() for cte in self.ctes if cte.scan is None}
        named = None if select == "SELECT *" else "\n".join([select, suffix, *texts.values()])
        texts |= {cte: cte.render(named) for cte in self.ctes if cte.scan is not None}
        ctes = ",\n".join(f"{identifier(cte.name)} AS NOT MATERIALIZED (\n  {texts[cte]}\n)" for cte in self.ctes)
        return f"WITH {ctes}\n{select} FROM {self.source} {suffix}".rstrip()


def _independent(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> bool:
    """Whether columns can be made beside each other: none is read by a later one, and none changes how many rows there
    are or looks at other rows."""
    made = {ident for ident, _ in before}
    return all(made.isdisjoint(identifiers(text)) for _, text in after) and not any(
        word in text for _, text in (*before, *after) for word in ("unnest(", " OVER ")
    )
