"""A whole pipeline, stage by stage."""

from __future__ import annotations

from dataclasses import replace

from storypack.engine.commands import find
from storypack.engine.compile.resolve import base_request, resolve
from storypack.engine.compile.subsearch import subsearch_text
from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import EngineError, SearchError
from storypack.engine.relation import Cte, Relation
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.spl import tree
from storypack.spl.parser import parse
from storypack.spl.source import SplError

_FENCE = 120
"""Stages after which the rows are run into a table, lest DuckDB's optimiser gets lost in one huge statement."""


def compile_pipeline(pipeline: tree.Pipeline, session: Session, start: Relation | None = None) -> Relation:
    """The rows of a pipeline; without `start` it begins at the source, or with a command that generates."""
    rows = start
    for number, node in enumerate(pipeline.commands, 1):
        session.stage = f"stage {number}, {node.name}"
        try:
            rows = _step(node, rows, session)
        except EngineError as error:
            error.stage = error.stage or session.stage
            raise
        if len(rows.ctes) > _FENCE:
            rows = session.materialise(rows)
    if rows is None:
        raise SearchError("the search is empty")
    return rows


def _step(node: tree.Command, rows: Relation | None, session: Session) -> Relation:
    if isinstance(node, tree.Deferred):
        return _deferred(node, rows, session)
    if rows is None and isinstance(node, tree.Search):
        return base_search(node, session)
    handler = find(node)
    for option in getattr(node, "options", ()):
        if isinstance(option, tree.Option) and option.name in handler.without_effect:
            session.warn(f"{handler.name}: option `{option.name}` has no effect here")
    if rows is None and not handler.generates:
        rows = _nothing_yet(node, handler.name, session) if session.depth else _everything(session)
    return handler.run(node, rows, session)


def _deferred(node: tree.Deferred, rows: Relation | None, session: Session) -> Relation:
    """The stage that it is once the texts of its subsearches stand in their places (Search Manual: "About
    subsearches"). Without rows to run them over (`dry`) the stage is left out."""
    find(node)  # a command that is not run is refused before its subsearches are
    if session.dry:
        return _everything(session) if rows is None else rows
    parts = (part if isinstance(part, str) else subsearch_text(part, session) for part in node.parts)
    text = f"| {node.name} {''.join(parts)}"
    try:
        pipeline = parse(text)
    except SplError as error:
        message = f"with the texts of its subsearches the stage reads `{text[2:202]}`: {error.message}"
        raise SearchError(message, session.stage) from error
    for command in pipeline.commands:
        rows = _step(command, rows, session)
    assert rows is not None
    return rows


def _everything(session: Session) -> Relation:
    return scan(base_request(None, session), session)


def _nothing_yet(node: tree.Command, name: str, session: Session) -> Relation:
    """No rows, before a `stats` that begins a subsearch, as `[ stats count | eval ... ]` was written before there was
    makeresults. Any other command that generates none is refused there (Search Manual: "About subsearches")."""
    if not isinstance(node, tree.Stats) or name != "stats":
        raise SearchError(
            f"a subsearch must begin with a generating command, and `{name}` is none; begin it with `search ...`, or "
            "with `| makeresults`"
        )
    return session.table({"_time": []}, "nothing")


def base_search(node: tree.Search, session: Session, *, indexed: bool = False) -> Relation:
    """The events that the first `search` asks for; `indexed` = with the fields that the index holds, and no others."""
    term = resolve(node.term, session)
    rows = scan(replace(base_request(term, session), indexed=indexed), session)
    if term is None:
        return rows
    return rows.where("search", compile_term(term, rows, session))


def scan(request: ScanRequest, session: Session) -> Relation:
    """The events of the source."""
    session.reads(request.earliest, request.latest)
    found = session.source.scan(request, session)
    cte = Cte(session.names.new("s1_events"), "", "events", found.sql)
    return Relation(session.names, (cte,), {}, tuple(found.order), found)
