"""tstats. Search Reference: "tstats"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.engine.commands.bin import binned
from storypack.engine.commands.datamodel import QUOTES, find_dataset
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import generating
from storypack.engine.commands.stats import by_columns, grouped, measures
from storypack.engine.compile.datasets import dataset_rows
from storypack.engine.compile.patterns import terms_behind
from storypack.engine.compile.pipeline import base_search
from storypack.engine.compile.resolve import base_request, resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.compile.union import unite
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree

_PREFIX = re.compile(r"PREFIX\s*\(\s*(.*?)\s*\)", re.I | re.S)


@generating("tstats", without_effect="sid")
def tstats(node: tree.Tstats, rows: Relation | None, session: Session) -> Relation:
    """Statistics over a dataset's fields, or over the events' indexed fields."""
    options = options_of(node.options)
    term, nodename = _without_nodename(resolve(node.where, session))
    if node.datamodel:
        name = f"{node.datamodel.strip(QUOTES).partition('.')[0]}.{nodename}" if nodename else node.datamodel
        request = base_request(term, session)
        with session.between(request.earliest, request.latest):
            found = dataset_rows(find_dataset(name, session), session)
        if term is not None:
            found = found.where("where", compile_term(term, found, session))
    else:
        found = base_search(tree.Search(term), session, indexed=True)
    found = _with_terms(node, found)
    found, by = _split(node, found, options, session)
    found, by = by_columns([tree.Field(one) for one in by], session.spread(found))
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
        case tree.Compare(tree.Field("nodename"), "=", tree.Word(text)) if "*" not in text:
            return None, text.rpartition(".")[2]
        case tree.And(terms):
            parts = [_without_nodename(one) for one in terms]
            kept = tuple(one for one, _ in parts if one is not None)
            return (tree.And(kept) if kept else None), next((name for _, name in parts if name), "")
        case _:
            return term, ""


def _with_terms(node: tree.Tstats, rows: Relation) -> Relation:
    """The rows with the terms of each `PREFIX(user=)`: behind `by` as the field `user=`, in an aggregation under the
    name as it is written. Search Reference, tstats: "PREFIX directive"."""
    named = [one.field.name for one in node.by if isinstance(one.field, tree.Field)]
    counted = [
        one.arg.name
        for one in node.aggregations
        if isinstance(one, tree.Aggregation) and isinstance(one.arg, tree.Field)
    ]
    for name in dict.fromkeys([*named, *counted]):
        prefix = _PREFIX.fullmatch(name)
        if prefix is None:
            continue
        if node.datamodel:
            raise SearchError(f"{name}: the terms of events are not in a data model; write `from` and PREFIX apart")
        try:
            terms = terms_behind(as_text(rows.field("_raw")), prefix[1])
        except ValueError as error:
            raise SearchError(f"{name}: no term of the index holds a blank or another major breaker") from error
        columns = {prefix[1]: name in named, name: name in counted}
        rows = rows.extend("terms", {column: Sql(terms, Kind.MULTI) for column, used in columns.items() if used})
    return rows


def _split(node: tree.Tstats, rows: Relation, options: dict[str, str], session: Session) -> tuple[Relation, list[str]]:
    """The rows with `_time` binned, and the names of the by-fields."""
    names: list[str] = []
    span = next((options_of(one.options)["span"] for one in node.by if "span" in options_of(one.options)), "")
    span = span or options.get("span", "")
    for one in node.by:
        if isinstance(one.field, tree.MacroCall):
            raise SearchError(f"macro `{one.field.name}` is not defined")
        prefix = _PREFIX.fullmatch(one.field.name)
        names.append(prefix[1] if prefix else one.field.name)
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
