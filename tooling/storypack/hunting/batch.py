"""Many runs of one search in one statement: each event comes once for each run that sees it, marked with the run, and
every command that looks at several events keeps the runs apart.

A hunt over a month moves a window seven hundred times; DuckDB plans a statement in the time in which it reads a hundred
thousand events. What cannot be kept apart (`head`, `join`, a subsearch, the present time) is run one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from storypack.engine.candidate_scan import in_runs
from storypack.engine.candidates import AT, RUN, Candidates
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.relation import Relation
from storypack.engine.run import fetch_result, open_session
from storypack.engine.session import Session
from storypack.engine.source import LookupTable
from storypack.engine.sql import as_number
from storypack.hunting.prefix import depends_on_moment, is_by_event
from storypack.hunting.runs import Run
from storypack.spl import parse, tree
from storypack.spl.fields.walk import walk
from storypack.spl.macros import MacroDefinition

RUNS_LOOKUP = "storypack_runs"
_INFO = ("info_min_time", "info_max_time", "info_search_time")
_BY_ROW = frozenset(
    (
        "where",
        "eval",
        "rex",
        "regex",
        "search",
        "lookup",
        "makemv",
        "mvexpand",
        "spath",
        "convert",
        "iplocation",
        "nomv",
    )
)
_FIELD = tree.Field(RUN)


def batched(pipeline: tree.Pipeline) -> tree.Pipeline | None:
    """The search over many runs at once; None if they cannot be kept apart."""
    commands: list[tree.Command] = []
    if not pipeline.commands or not isinstance(pipeline.commands[0], tree.Search | tree.Tstats):
        return None
    for before, node in zip((None, *pipeline.commands), pipeline.commands, strict=False):
        if any(isinstance(each, tree.Pipeline | tree.MacroCall) for each in walk(node)):
            return None
        if node.name == "addinfo":
            commands += _INFO_NODES
            continue
        marked = _marked(node, in_time=_is_by_time(before))
        if marked is None or depends_on_moment(tree.Pipeline((node,))):
            return None
        commands.append(marked)
    return replace(pipeline, commands=tuple(commands))


_INFO_NODES = (
    *parse(f"| lookup {RUNS_LOOKUP} {RUN} OUTPUT {' '.join(_INFO)}").commands,
    *parse("| eval " + ", ".join(f"{name}=tonumber({name})" for name in _INFO)).commands,
)


def _is_by_time(node: tree.Command | None) -> bool:
    """Whether a command sorts all rows by time: a window of time can be told from it for each run as for all."""
    match node:
        case tree.Sort(limit=0, keys=(tree.SortKey(field=tree.Field("_time")), *_)):
            return True
        case _:
            return False


def _marked(node: tree.Command, *, in_time: bool) -> tree.Command | None:
    """The command with its runs kept apart; None if that cannot be. `in_time` = its rows are sorted by time."""
    match node:
        case tree.Stats(name="stats" | "eventstats" | "streamstats", by=by):
            if (not by and node.name == "stats") or _names_any(node) or _has_window(node, in_time=in_time):
                return None
            return replace(node, by=(*by, _FIELD))
        case tree.Tstats(name="tstats", by=by) if by and not _has_option(node, "append", "prestats"):
            return replace(node, by=(*by, tree.SplitBy(_FIELD)))
        case tree.Dedup() if not node.options:
            return replace(node, fields=(*node.fields, _FIELD))
        case tree.Fields(remove=False):
            return replace(node, fields=(*node.fields, _FIELD))
        case tree.Fields():
            return None if _names_any(node) else node
        case tree.Sort(limit=0):
            return node
        case tree.Rename(pairs=pairs):
            sources = (pair[0].name for pair in pairs if isinstance(pair, tuple))
            return None if any(name.startswith("*") for name in sources) else node
        case tree.Bin():
            return node if [each.name for each in node.options if isinstance(each, tree.Option)] == ["span"] else None
        case tree.Plain(name="table", words=words) if not _names_any(node):
            return replace(node, words=(*words, tree.Word(RUN)))
        case tree.Plain(name="fillnull", words=words) if words and not _names_any(node):
            return node
        case _ if node.name in _BY_ROW:
            return node
        case _:
            return None


def _fields(node: tree.Node) -> Iterable[tree.Field]:
    return (each for each in walk(node) if isinstance(each, tree.Field))


def _names_any(node: tree.Node) -> bool:
    """Whether it names fields by a wildcard."""
    words = (each.text for each in walk(node) if isinstance(each, tree.Word))
    return any("*" in name for name in (*(each.name for each in _fields(node)), *words))


def _has_option(node: tree.Stats | tree.Tstats, *names: str) -> bool:
    return any(isinstance(each, tree.Option) and each.name in names for each in node.options)


def _has_window(node: tree.Stats, *, in_time: bool) -> bool:
    """Whether what a row is counted with may depend on rows of other runs. A window of time looks at its group only."""
    options = ("window", "global", "reset_on_change", "reset_before", "reset_after")
    return node.name == "streamstats" and _has_option(node, *options, *(() if in_time else ("time_window",)))


def run_batch(
    pipeline: tree.Pipeline,
    planned: frozenset[str],
    candidates: Candidates,
    macros: Mapping[str, MacroDefinition],
    given: Sequence[Run],
    kept: str = "",
) -> tuple[list[list[dict[str, Any]]], tuple[str, ...]]:
    """The rows of each run, and what is to be said of them. `pipeline` is what `batched` gave, `kept` a table of the
    events that pass its first commands (see `Prefix`), so that others need not be looked at in each run. Raises
    EngineError."""
    lookups = candidates.lookups
    candidates.lookups = {**lookups, RUNS_LOOKUP: _runs_lookup(given)}
    candidates.planned, candidates.kept = planned, kept
    try:
        with open_session(candidates, macros, given[-1].now) as session, session.translated():
            result = fetch_result(_compiled(pipeline, given, session), session)
    finally:
        candidates.lookups, candidates.planned, candidates.kept = lookups, None, ""
    rows: list[list[dict[str, Any]]] = [[] for _ in given]
    for row in result.rows:
        number = row.pop(RUN)
        rows[int(float(number))].append(row)
    return rows, result.warnings


def _compiled(pipeline: tree.Pipeline, given: Sequence[Run], session: Session) -> Relation:
    """The rows of all runs. The commands that look at one event at a time see each event once; those that look at
    several see it in each run."""
    ranges = [(run.earliest or 0.0, run.latest or 0.0) for run in given]

    def spread(rows: Relation) -> Relation:
        return in_runs(rows, as_number(rows.field(AT)), ranges)

    session.runs = len(given)
    first, *others = pipeline.commands
    if isinstance(first, tree.Tstats):
        session.spread = spread
        return compile_pipeline(pipeline, session)
    rows = compile_pipeline(tree.Pipeline((first,)), session)
    at, done = as_number(rows.field(AT)), 0
    while done < min(len(others), _MOST_BEFORE) and _is_of_event(others[done]):
        rows = compile_pipeline(tree.Pipeline((others[done],)), session, rows)
        done += 1
    rows = in_runs(rows, at, ranges)
    return compile_pipeline(tree.Pipeline(tuple(others[done:])), session, rows) if others[done:] else rows


_MOST_BEFORE = 50
"""Commands before the runs are told apart: of so many, no stage has been run into a table of its own."""


def _is_of_event(node: tree.Command) -> bool:
    """Whether a command looks at one event at a time, whatever the run; what `addinfo` gives differs between these."""
    return is_by_event(node, frozenset()) and node not in _INFO_NODES


def _runs_lookup(given: Sequence[Run]) -> LookupTable:
    """What `addinfo` adds in each run. Search Reference: "addinfo"."""
    rows = [
        {
            RUN: str(number),
            "info_min_time": f"{run.earliest:.3f}",
            "info_max_time": f"{run.latest:.3f}",
            "info_search_time": f"{run.now:.3f}",
        }
        for number, run in enumerate(given)
    ]
    return LookupTable(RUNS_LOOKUP, (RUN, *_INFO), rows)
