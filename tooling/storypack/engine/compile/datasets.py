"""The rows of a data model's dataset: its search, and its fields under the names that searches use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storypack.engine.compile.expressions import compile_value
from storypack.engine.compile.terms import compile_term
from storypack.engine.compile.union import unite
from storypack.engine.relation import Column, Cte, Relation
from storypack.engine.session import Session
from storypack.engine.source import ModelDataset, ModelMember
from storypack.engine.sql import NULL, Kind, Sql, identifier, quote
from storypack.engine.text import parse_search, search_error
from storypack.spl import parse_term
from storypack.spl.macros import expand
from storypack.spl.source import SplError
from storypack.spl.tree import Pipeline


def dataset_rows(dataset: ModelDataset, session: Session, *, flat: bool = False) -> Relation:
    """The rows of a dataset; `flat` = its fields without the names of datasets in front."""
    parts = [_rows(one, session, flat=flat) for one in (dataset, *dataset.others)]
    return parts[0] if len(parts) == 1 else unite(parts, "dataset")


def dataset_pipeline(dataset: ModelDataset, session: Session) -> Pipeline:
    """The search that gives a dataset's events."""
    search = dataset.pipeline
    return parse_search(search, session) if isinstance(search, str) else search


def _rows(dataset: ModelDataset, session: Session, *, flat: bool) -> Relation:
    rows = session.subsearch(dataset_pipeline(dataset, session))
    fields = {inner if flat else name: inner for name, inner in dataset.fields.items()}
    hidden = {dataset.fields[name] if flat else name for name in dataset.hidden}
    opener = _Dataset(dataset, fields, frozenset(hidden), rows, session, "" if flat else f"{dataset.prefix}.")
    cte = Cte(session.names.new("s1_dataset"), opener.sql, "dataset")
    return Relation(rows.names, (*rows.ctes, cte), {}, rows.order, opener)


@dataclass
class _Dataset:
    """The opener of a dataset. What the model works out (calculated fields, `nodename`, `is_...`) is so only when a
    search asks for it."""

    dataset: ModelDataset
    fields: Mapping[str, str]
    hidden: frozenset[str]
    rows: Relation
    session: Session
    prefix: str
    values: dict[str, tuple[Column, str] | None] = field(default_factory=dict)
    _conditions: dict[str, str] = field(default_factory=dict)

    def field(self, name: str) -> Column | None:
        inner = self.fields.get(name)
        if inner is not None and inner not in self.dataset.computed:
            return self.rows.find(inner)
        if name not in self.values:
            self.values[name] = self._worked_out(name, inner)
        found = self.values[name]
        if found is None and inner is None and not self.dataset.strict:
            return self.rows.find(name)
        return found[0] if found else None

    def _worked_out(self, name: str, inner: str | None) -> tuple[Column, str] | None:
        value = self._value(inner) if inner is not None else self._of_members(name)
        if value.kind is Kind.NULL:
            return None
        return Column(self.session.names.new(name), value.kind), value.text

    def _value(self, inner: str) -> Sql:
        """A field by its name in the pipeline's result."""
        computed = self.dataset.computed.get(inner)
        return self.rows.field(inner) if computed is None else compile_value(computed, self.rows, self.session)

    # --- the datasets below ------------------------------------------------------------------------------------

    def _of_members(self, name: str) -> Sql:
        """`nodename`, all datasets to which an event belongs; `is_X` and `is_not_X` of a dataset X below, 1 or 0."""
        members = self.dataset.members
        if name == "nodename":
            cases = [f"CASE WHEN {self._belongs(member)} THEN {quote(member.lineage)} END" for member in members]
            nodes = ", ".join([quote(self.dataset.prefix), *cases])
            return Sql(f"list_filter([{nodes}], lambda n_: n_ IS NOT NULL)", Kind.MULTI)
        for member in members:
            parent = f"{member.parent}." if self.prefix else ""
            if name in (f"{parent}is_{member.name}", f"{parent}is_not_{member.name}"):
                belongs = self._belongs(member)
                wanted = f"NOT ({belongs})" if name == f"{parent}is_not_{member.name}" else belongs
                return Sql(f"CASE WHEN {wanted} THEN CAST(1 AS DOUBLE) ELSE CAST(0 AS DOUBLE) END", Kind.NUMBER)
        return NULL

    def _belongs(self, member: ModelMember) -> str:
        """BOOLEAN SQL of whether an event belongs to a dataset below."""
        if member.lineage not in self._conditions:
            parents = [other for other in self.dataset.members if other.lineage == member.parent]
            try:
                term = parse_term(expand(member.condition, self.session.macros).text)
            except SplError as error:
                raise search_error(error, member.condition) from error
            own = compile_term(term, _Inner(self), self.session)
            self._conditions[member.lineage] = " AND ".join([*(self._belongs(parent) for parent in parents), own])
        return self._conditions[member.lineage]

    def names(self, rows: str) -> Sequence[str]:
        shown = [name for name in self.fields if name not in self.hidden]
        return shown if self.dataset.strict else list(dict.fromkeys([*shown, *self.rows.all_names()]))

    def sql(self) -> str:
        """The dataset's rows with what has been worked out so far."""
        values = [f", {text} AS {identifier(column.ident)}" for column, text in filter(None, self.values.values())]
        return f"SELECT *{''.join(values)} FROM {identifier(self.rows.name)}"


@dataclass(frozen=True, slots=True)
class _Inner:
    """The fields of a dataset by their names in the pipeline's result."""

    dataset: _Dataset

    def field(self, name: str) -> Sql:
        return self.dataset._value(name)
