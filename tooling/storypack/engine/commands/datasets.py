"""tstats, datamodel, from, savedsearch: named datasets (Search Reference: the pages of these names)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from storypack.engine.commands.bins import binned
from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import generating
from storypack.engine.commands.stats import by_columns, grouped, measures
from storypack.engine.compile.expressions import compile_value
from storypack.engine.compile.pipeline import base_search
from storypack.engine.compile.resolve import base_request, resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.compile.union import unite
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Column, Cte, Relation
from storypack.engine.session import Session
from storypack.engine.source import ModelDataset
from storypack.engine.sql import Kind, Sql, as_text, identifier, quote
from storypack.engine.text import parse_search
from storypack.spl import tree


@dataclass
class _Mapped:
    """The opener of a dataset: its fields under the names that searches use, calculated only when asked for."""

    dataset: ModelDataset
    fields: Mapping[str, str]
    rows: Relation
    session: Session
    values: dict[str, tuple[Column, str] | None] = field(default_factory=dict)

    def field(self, name: str) -> Column | None:
        inner = self.fields.get(name)
        if inner is None:
            return None
        if inner not in self.dataset.computed:
            return self.rows.find(inner)
        if inner not in self.values:
            self.values[inner] = self._computed(inner)
        found = self.values[inner]
        return found[0] if found else None

    def _computed(self, name: str) -> tuple[Column, str] | None:
        value = compile_value(self.dataset.computed[name], self.rows, self.session)
        if value.kind is Kind.NULL:
            return None
        return Column(self.session.names.new(name), value.kind), value.text

    def names(self, rows: str) -> Sequence[str]:
        return list(self.fields)

    def sql(self) -> str:
        """The dataset's rows with the calculated fields asked for so far."""
        values = [f", {text} AS {identifier(column.ident)}" for column, text in filter(None, self.values.values())]
        return f"SELECT *{''.join(values)} FROM {identifier(self.rows.name)}"


def dataset_rows(dataset: ModelDataset, session: Session, rename: Callable[[str], str] = str) -> Relation:
    """The rows of a dataset; `rename` makes a shown name of a field's name."""
    rows = session.subsearch(dataset.pipeline)
    fields = {rename(name): inner for name, inner in dataset.fields.items()}
    opener = _Mapped(dataset, fields, rows, session)
    cte = Cte(session.names.new("s1_dataset"), opener.sql, "dataset")
    return Relation(rows.names, (*rows.ctes, cte), {}, rows.order, opener)


def find_dataset(name: str, session: Session) -> ModelDataset:
    """A dataset of a data model; SearchError where there is none."""
    found = session.source.datamodel(name.strip("\"'"))
    if found is None:
        raise SearchError(f"there is no data model dataset `{name}`")
    return found


@generating("tstats")
def tstats(node: tree.Tstats, rows: Relation | None, session: Session) -> Relation:
    """Statistics over a dataset's fields, or over the events' indexed fields."""
    options = options_of(node.options)
    term, nodename = _without_nodename(resolve(node.where, session))
    if node.datamodel:
        name = f"{node.datamodel.partition('.')[0]}.{nodename}" if nodename else node.datamodel
        request = base_request(term, session)
        with session.between(request.earliest, request.latest):
            found = dataset_rows(find_dataset(name, session), session)
        if term is not None:
            found = found.where("where", compile_term(term, found, session))
    else:
        found = base_search(tree.Search(term), session)
    found, by = _split(node, found, options, session)
    found, by = by_columns([tree.Field(one) for one in by], found)
    if flag(options.get("prestats", "f")):
        return _before_statistics(found, by, rows, session)
    table = grouped(found, by, measures(node.aggregations, found, session), "tstats", session)
    if rows is not None and flag(options.get("append", "f")):
        return unite([rows, table], "tstats")
    return table


def _before_statistics(found: Relation, by: Sequence[str], rows: Relation | None, session: Session) -> Relation:
    """What `prestats=t` gives: the events themselves, of which stats, chart or timechart then make the same statistics
    as Splunk of its partial results. Rows that were there before stay, as they do with `append=t`."""
    session.warn("tstats: with prestats=t the rows are events here; let stats, chart or timechart follow")
    for name in by:
        found = found.where("prestats", f"{found.field(name).text} IS NOT NULL")
    return found if rows is None else unite([rows, found], "tstats")


def _without_nodename(term: tree.Term | None) -> tuple[tree.Term | None, str]:
    """The condition without `nodename=X`, and X: it chooses the dataset."""
    match term:
        case tree.Compare(tree.Field("nodename"), "=", tree.Word(text)):
            return None, text.rpartition(".")[2]
        case tree.And(terms):
            parts = [_without_nodename(one) for one in terms]
            kept = tuple(one for one, _ in parts if one is not None)
            return (tree.And(kept) if kept else None), next((name for _, name in parts if name), "")
        case _:
            return term, ""


def _split(node: tree.Tstats, rows: Relation, options: dict[str, str], session: Session) -> tuple[Relation, list[str]]:
    """The rows with `_time` binned, and the names of the by-fields."""
    names: list[str] = []
    span = next((options_of(one.options)["span"] for one in node.by if "span" in options_of(one.options)), "")
    span = span or options.get("span", "")
    for one in node.by:
        if isinstance(one.field, tree.MacroCall):
            raise SearchError(f"macro `{one.field.name}` is not defined")
        names.append(one.field.name)
    if "_time" in names and span:
        rows, time = binned("_time", {"span": span}, rows, session)
        rows = rows.extend("bin", {"_time": time})
    if "fillnull_value" in options:
        rows = rows.extend(
            "fillnull",
            {
                name: Sql(f"coalesce({as_text(rows.field(name))}, {quote(options['fillnull_value'])})", Kind.STRING)
                for name in names
                if name != "_time" and rows.field(name).kind is not Kind.MULTI
            },
        )
    return rows, names


@generating("from")
def from_(node: tree.From, rows: Relation | None, session: Session) -> Relation:
    """The rows of a dataset (fields without its name before them), a lookup, or a saved search."""
    match node.kind.lower():
        case "datamodel":
            dataset = find_dataset(node.dataset, session)
            prefix = f"{dataset.prefix}."
            return dataset_rows(dataset, session, lambda name: name.removeprefix(prefix))
        case "lookup" | "inputlookup":
            lookup = tree.Inputlookup(tree.Word(node.dataset))
            return session.subsearch(tree.Pipeline((lookup,), True))
        case "savedsearch" | "report":
            return _saved(node.dataset, session)
        case _:
            raise NotSupported("dataset type", node.kind)


@generating("datamodel")
def datamodel(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """`datamodel Model Dataset search|flat|acceleration_search`: the dataset's events."""
    words = words_of(node.words)
    if len(words) < 3:
        raise NotSupported("command", "datamodel", "without `search` it shows a model's JSON")
    model, name, mode, *_ = words
    dataset = find_dataset(f"{model}.{name}", session)
    if mode in ("search", "acceleration_search"):
        return dataset_rows(dataset, session)
    if mode in ("flat", "search_flat"):
        prefix = f"{dataset.prefix}."
        return dataset_rows(dataset, session, lambda field: field.removeprefix(prefix))
    raise NotSupported("datamodel mode", mode)


@generating("savedsearch")
def savedsearch(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """The rows of a saved search."""
    return _saved(" ".join(words_of(node.words)), session)


def _saved(name: str, session: Session) -> Relation:
    text = session.source.saved_search(name)
    if text is None:
        raise SearchError(f"there is no saved search `{name}`")
    return session.subsearch(parse_search(text, session))
