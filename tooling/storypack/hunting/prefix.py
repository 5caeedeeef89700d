"""The part of a search that looks at one event at a time, run once over all candidates.

It says which events get as far as the first command that needs many at once, and so which runs of a schedule can give
any row at all, and which events stand behind a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from storypack.engine.candidates import AT, EVENT, Candidates, NotPlanned
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import EngineError
from storypack.engine.relation import Column, Relation
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text, identifier
from storypack.engine.text import parse_search
from storypack.spl import tree
from storypack.spl.fields.walk import walk
from storypack.spl.macros import MacroDefinition

BY_EVENT = {
    "search",
    "where",
    "eval",
    "rex",
    "regex",
    "rename",
    "lookup",
    "fields",
    "fillnull",
    "makemv",
    "mvexpand",
    "spath",
    "replace",
    "convert",
    "iplocation",
    "strcat",
    "nomv",
    "fieldformat",
}
"""Commands that look at one row at a time. `bin` without a span looks at all, and is handled apart."""

_OF_THE_MOMENT = frozenset({"now", "time", "random"})
TABLE = "hunt_events"
MOST_EVENTS = 20
"""Events of a row that are shown."""


def depends_on_moment(pipeline: tree.Pipeline) -> bool:
    """Whether a search over the same events may give other rows at another time."""
    return any(_is_of_moment(node) for node in walk(pipeline))


def _is_of_moment(node: object) -> bool:
    match node:
        case tree.Call(name):
            return name.lower() in _OF_THE_MOMENT
        case tree.TimeModifier() | tree.Deferred():
            return True
        case tree.Command():
            return node.name in ("addinfo", "gentimes", "makeresults", "timechart", "map")
        case _:
            return False


@dataclass(frozen=True)
class Prefix:
    """The events that pass, in a table of the connection: `ev` (the candidate's number), `moment` (its time), and the
    fields by which the rest of the search groups them, as lists of texts. `passed` = the places of the commands that
    each of them passes as a single row; `warnings` = what is to be said of these."""

    candidates: Candidates
    table: str
    keys: Mapping[str, str]
    passed: frozenset[int] = frozenset()
    warnings: tuple[str, ...] = ()

    def rest(self, pipeline: tree.Pipeline) -> tree.Pipeline:
        """The search as it need be run over these events: without the conditions that all of them meet."""
        return replace(
            pipeline,
            commands=tuple(
                node
                for place, node in enumerate(pipeline.commands)
                if place not in self.passed or node.name not in _CONDITIONS
            ),
        )

    @property
    def count(self) -> int:
        """How many rows there are."""
        ((count,),) = self.candidates.root.cursor().execute(f"SELECT count(*) FROM {self.table}").fetchall()
        return int(count)

    def times(self) -> list[float]:
        """The seconds in which events lie that pass, rising."""
        sql = f"SELECT DISTINCT floor(moment) FROM {self.table} WHERE moment IS NOT NULL ORDER BY 1"
        rows = self.candidates.root.cursor().execute(sql).fetchall()
        return [float(time) for (time,) in rows]


def run_prefix(
    spl: str,
    candidates: Candidates,
    macros: Mapping[str, MacroDefinition],
    changing: frozenset[str],
    table: str = TABLE,
) -> Prefix | None:
    """The events that pass, in a table of this name; None for a search that does not begin with events, or of which
    this cannot be told. `changing` = lookups whose rows depend on the time of search."""
    with open_session(candidates, macros, 0.0) as session, session.translated():
        pipeline = parse_search(spl, session)
        try:
            return _fill(pipeline, candidates, session, changing, table)
        except EngineError:
            return None


def _fill(
    pipeline: tree.Pipeline, candidates: Candidates, session: Session, changing: frozenset[str], table: str
) -> Prefix | None:
    first, *others = pipeline.commands
    computed: set[str] = set()
    if any(isinstance(each, tree.Pipeline) or _is_of_moment(each) for each in walk(first)):
        return None
    if isinstance(first, tree.Tstats):
        option = tree.Option("prestats", tree.Word("t"))
        rows = compile_pipeline(tree.Pipeline((replace(first, options=(*first.options, option)),)), session)
        event, at = rows.find(EVENT), rows.find(AT)
        computed = {each.output for each in first.aggregations if isinstance(each, tree.Aggregation)}
        rows = rows.keep(by.field.name for by in first.by)
    elif isinstance(first, tree.Search):
        rows = compile_pipeline(tree.Pipeline((first,)), session)
        event, at = rows.find(EVENT), rows.find(AT)
    else:
        return None
    known = len(session.warnings)
    passed: set[int] = set()
    whole = all(cte.stage != "split" for cte in rows.ctes)
    for place, node in enumerate(others, 1):
        if not is_by_event(node, changing):
            break
        if _names_any(node, computed):
            made = _made_by(node)
            if made is None:
                break
            computed |= made
            continue
        rows = compile_pipeline(tree.Pipeline((node,)), session, rows)
        whole = whole and node.name != "mvexpand"
        passed.update([place] if whole else [])
    if event is None or at is None:
        return None
    keys = {name: column for name in groupings(pipeline) if (column := _column(rows, name)) is not None}
    names = _write(table, rows, event, at, keys, session)
    return Prefix(candidates, table, names, frozenset(passed), tuple(session.warnings[known:]))


_CONDITIONS = frozenset({"where", "search", "regex"})
"""Commands that let rows pass or not, and do nothing else."""


def _made_by(node: tree.Command) -> set[str] | None:
    """The fields that a command makes, so that what does not rest on them can be asked without it; None if that cannot
    be told, or rows lose fields."""
    match node:
        case tree.Eval(assignments=assignments):
            made = {each.target.name for each in assignments if not isinstance(each, tree.MacroCall)}
            return None if any("{" in name for name in made) else made
        case tree.Lookup(outputs=outputs) if outputs:
            return {(each.target or each.source).name for each in outputs}
        case _ if node.name in _CONDITIONS:
            return set()
        case _:
            return None


def _column(rows: Relation, name: str) -> Column | None:
    """A field that the events have; one that the search makes only later is none."""
    try:
        return rows.find(name)
    except NotPlanned:
        return None


def _write(
    table: str, rows: Relation, event: Column, at: Column, keys: Mapping[str, Column], session: Session
) -> dict[str, str]:
    names = {name: f"k{number}" for number, name in enumerate(keys)}
    values = [f"CAST({identifier(event.ident)} AS BIGINT) AS ev", f"{identifier(at.ident)} AS moment"]
    for name, column in keys.items():
        text = column.sql.text if column.kind is Kind.MULTI else f"[{as_text(column.sql)}]"
        values.append(f"{text} AS {names[name]}")
    session.rows(f"CREATE OR REPLACE TABLE {table} AS {rows.select('SELECT ' + ', '.join(values))}")
    return names


def is_by_event(node: tree.Command, changing: frozenset[str]) -> bool:
    """Whether a command looks at one row at a time, and gives the same at any time of search. `changing` = lookups
    whose rows depend on it."""
    name = node.name
    if name == "bin":
        if not any(isinstance(each, tree.Option) and each.name == "span" for each in getattr(node, "options", ())):
            return False
    elif name not in BY_EVENT:
        return False
    if isinstance(node, tree.Lookup) and getattr(node.table, "text", getattr(node.table, "name", "")) in changing:
        return False
    return not any(isinstance(each, tree.Pipeline) or _is_of_moment(each) for each in walk(node) if each is not node)


def _names_any(node: tree.Command, computed: Collection[str]) -> bool:
    """Whether a command may look at one of these fields: it names it, or a wildcard that fits it."""
    read: Iterable[tree.Node] = walk(node)
    if isinstance(node, tree.Rename):
        read = (pair[0] for pair in node.pairs if isinstance(pair, tuple))
    words = {getattr(each, "name", "") if isinstance(each, tree.Field) else getattr(each, "text", "") for each in read}
    return any(fnmatchcase(name, word) for word in words if word for name in computed)


def _fields(node: tree.Command) -> Iterator[str]:
    for each in walk(node):
        if isinstance(each, tree.Field):
            yield each.name


def groupings(pipeline: tree.Pipeline) -> Iterator[str]:
    """The fields by which a search groups, those of the last command first."""
    for node in reversed(pipeline.commands):
        match node:
            case tree.Stats(by=by) if node.name != "eventstats":
                yield from (each.name for each in by if isinstance(each, tree.Field))
            case tree.Tstats(by=by):
                for each in by:
                    if isinstance(each.field, tree.Field) and each.field.name != "_time":
                        yield each.field.name
                        yield each.field.name.rpartition(".")[2]
            case tree.Dedup():
                yield from _fields(node)
            case tree.Command() if node.name in ("transaction", "top", "rare", "chart", "streamstats"):
                yield from _fields(node)
            case _:
                pass
