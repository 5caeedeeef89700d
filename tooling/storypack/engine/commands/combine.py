"""append, appendpipe, appendcols, union, multisearch, set (Search Reference: the pages of these names)."""

from __future__ import annotations

from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import command, generating
from storypack.engine.compile.union import beside, unite
from storypack.engine.cuts import first_rows
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import as_text
from storypack.spl import tree

APPEND_LIMIT = 50_000
"""Rows of a subsearch of append, join and union (Search Reference: append, `maxout`)."""


def limited(rows: Relation, limit: int) -> Relation:
    """At most so many rows; 0 = all."""
    return rows.stage("limit", f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {limit}") if limit else rows


def subsearch_of(name: str, pipeline: tree.Pipeline, options: dict[str, str], session: Session) -> Relation:
    """The rows of a command's subsearch: 50,000 at most, with a warning if there are more, or as many as `maxout`."""
    rows = session.subsearch(pipeline)
    if "maxout" in options:
        return limited(rows, whole(options["maxout"], "maxout"))
    message = f"{name}: the subsearch gave more than {APPEND_LIMIT:,} rows: the rest is left out, as in Splunk"
    return first_rows(rows, APPEND_LIMIT, session, message)


@command("append", without_effect="extendtimerange")
def append(node: tree.Combine, rows: Relation, session: Session) -> Relation:
    """The rows of a subsearch behind the rows."""
    options = options_of(node.options)
    return unite([rows, *(subsearch_of("append", inner, options, session) for inner in node.pipelines)], "append")


@command("appendpipe")
def appendpipe(node: tree.Combine, rows: Relation, session: Session) -> Relation:
    """The rows, and behind them what a pipeline makes of these same rows."""
    rows = session.materialise(rows)
    return unite([rows, *(session.compile(inner, session, rows) for inner in node.pipelines)], "appendpipe")


@command("appendcols")
def appendcols(node: tree.Combine, rows: Relation, session: Session) -> Relation:
    """The fields of a subsearch beside the rows, first to first; existing values stay unless override=t."""
    options = options_of(node.options)
    right, right_row = subsearch_of("appendcols", node.pipelines[0], options, session).numbered()
    right = right.drop(lambda name: name.startswith("_"))
    left, left_row = rows.numbered()
    join = f"{left.source} FULL JOIN {right.source} ON {left_row} = {right_row}"
    override = flag(options.get("override", "f"))
    return beside(left, right, join, (*left.order, *right.order), right_wins=override, label="appendcols")


@generating("multisearch")
def multisearch(node: tree.Combine, rows: Relation | None, session: Session) -> Relation:
    """The rows of several subsearches."""
    return union(node, None, session)


@generating("union", anywhere=True)
def union(node: tree.Combine, rows: Relation | None, session: Session) -> Relation:
    """The rows of several subsearches or datasets, newest first where they are events."""
    parts = [] if rows is None else [rows]
    for word in node.words:
        kind, _, name = word.text.partition(":")
        parts.append(session.compile(tree.Pipeline((tree.From(kind, name.strip('"')),), True), session, None))
    options = options_of(node.options) if node.name == "union" else {"maxout": "0"}
    parts += [subsearch_of(node.name, inner, options, session) for inner in node.pipelines]
    if not parts:
        raise SearchError(f"{node.name} needs subsearches")
    return unite(parts, node.name)


@generating("set", without_effect="maxresults")
def set_(node: tree.Combine, rows: Relation | None, session: Session) -> Relation:
    """union, intersect or diff of the rows of two subsearches; equal rows come once."""
    operation = node.words[0].text.lower() if node.words else ""
    if operation not in ("union", "intersect", "diff") or len(node.pipelines) != 2:
        raise SearchError("set takes `union`, `intersect` or `diff` and two subsearches")
    parts = [session.materialise(session.subsearch(inner)) for inner in node.pipelines]
    both = unite(parts, "set")
    part = both.order[0].text
    values = [as_text(column.sql) for name, column in both.columns.items() if not name.startswith("_")]
    key = f"PARTITION BY {', '.join(values)}" if values else ""
    first = f"row_number() OVER ({key} {both.order_by}) = 1"
    sides = f"count(DISTINCT {part}) OVER ({key})"
    wanted = {"union": "TRUE", "intersect": f"{sides} = 2", "diff": f"{sides} = 1"}[operation]
    return both.stage("set", f"SELECT * FROM {both.source} QUALIFY {first} AND {wanted}")
