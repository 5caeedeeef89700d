"""Why a stage let rows go, or let them pass: the part of its condition that decided, and what its fields held there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from storypack.engine.errors import EngineError
from storypack.engine.relation import Relation
from storypack.engine.source import LookupTable
from storypack.spl import tree
from storypack.testing.stages import fields_in
from storypack.testing.trace import Trace, Values

MAX_PARTS = 3
MAX_INPUTS = 6
MAX_DEPTH = 3
Part = tree.Term | tree.Expr


def why_lost(trace: Trace, at: int) -> list[str]:
    """What decided that a stage dropped rows that came to it."""
    node = trace.stages[at].node
    match node:
        case tree.Search(term) if term is not None:
            return _conditions(trace, at, _parts(term), search=True)
        case tree.Where(condition):
            return _conditions(trace, at, _parts(condition), search=False)
        case tree.Regex():
            return _Reader(trace, at).about(fields_in(node)[:1], trace.rows_before(at))
        case tree.Stats(by=by) | tree.Top(by=by) if by:
            return _empty_keys(trace, at, [one.name for one in by if isinstance(one, tree.Field)])
        case tree.Dedup(named) | tree.Top(fields=named):
            return _empty_keys(trace, at, [one.name for one in named if isinstance(one, tree.Field)])
        case tree.Tstats():
            return _tstats(trace, node, at)
        case tree.Inputlookup(tree.Word(name)):
            return _lookup_rows(trace, name)
        case _:
            return []


def why_passed(trace: Trace) -> list[str]:
    """What the conditions of a search saw in rows that should not have come through, the last conditions first."""
    found: list[str] = []
    for at in reversed(range(len(trace.stages))):
        stage = trace.stages[at]
        match stage.node:
            case tree.Where(condition):
                parts = _parts(condition)
                found += _seen(trace, at, [name for part in parts for name in fields_in(part)])
            case tree.Search(term) if at and term is not None:
                found += _seen(trace, at, fields_in(term))
            case tree.Lookup():
                found += _unmatched(trace, at, stage.node)
    return found[:4]


def _seen(trace: Trace, at: int, names: Sequence[str]) -> list[str]:
    names = [name for name in dict.fromkeys(names) if name != "_raw"]
    if not names:
        return []
    stage = trace.stages[at]
    held = "; ".join(str(trace.values(name, trace.after[at])) for name in names[:MAX_INPUTS])
    return [f"{_rows(trace.counts[at])} passed {stage.text} ({stage.place}): {held}"]


def _unmatched(trace: Trace, at: int, node: tree.Lookup) -> list[str]:
    """A list that matched nothing: what was looked for, and how long the list is."""
    outputs = [(one.target or one.source).name for one in node.outputs]
    if not outputs or not trace.counts[at] or not trace.values(outputs[0], trace.after[at]).absent:
        return []
    return [f"the lookup at {trace.stages[at].place} matched none of the rows: {_lookup_text(trace, at, node)}"]


# --- conditions -----------------------------------------------------------------------------------------------------


def _parts(condition: Part) -> list[Part]:
    """The conditions that must all hold."""
    match condition:
        case tree.And(terms):
            return [part for term in terms for part in _parts(term)]
        case tree.Binary("AND", left, right):
            return [*_parts(left), *_parts(right)]
        case _:
            return [condition]


@dataclass(frozen=True, slots=True)
class _Decided:
    part: Part
    condition: str
    alone: int  # rows for which it holds
    with_others: int  # rows for which it and all before it hold


def _conditions(trace: Trace, at: int, parts: Sequence[Part], *, search: bool) -> list[str]:
    """The parts that held for none of the rows; if each held for some, the one at which none were left; if rows are
    left, the parts that some rows failed."""
    rows = trace.rows_before(at)
    total = trace.count_before(at)
    decided = _decide(trace, rows, parts, search=search)
    guilty = [one for one in decided if not one.alone]
    if not guilty and not trace.counts[at]:
        guilty = [one for one in decided if not one.with_others][:1]
    if not guilty:
        guilty = [one for one in decided if one.alone < total]
    found = []
    for one in guilty[:MAX_PARTS]:
        found += _about_part(trace, at, one, rows, total, shown=len(parts) > 1)
    return found


def _decide(trace: Trace, rows: Relation, parts: Sequence[Part], *, search: bool) -> list[_Decided]:
    conditions = [f"coalesce({trace.condition(part, rows, search=search)}, FALSE)" for part in parts]
    counts = []
    for number, condition in enumerate(conditions):
        both = " AND ".join(conditions[: number + 1])
        counts += [f"count(*) FILTER ({condition})", f"count(*) FILTER ({both})"]
    (found,) = trace.session.fetch(rows, f"SELECT {', '.join(counts)}")
    return [
        _Decided(part, condition, found[2 * at], found[2 * at + 1])
        for at, (part, condition) in enumerate(zip(parts, conditions, strict=True))
    ]


def _about_part(trace: Trace, at: int, one: _Decided, rows: Relation, total: int, *, shown: bool) -> list[str]:
    dropped = rows.where("dropped", f"NOT {one.condition}")
    text = trace.staged.text(one.part)
    line = trace.staged.location(one.part.span).line
    found = []
    if shown:
        where = f" (line {line})" if line != trace.stages[at].location.line else ""
        if one.alone:
            left = f"; of the rows that pass what stands before it, for {one.with_others}"
            found.append(f"{text}{where} holds for {one.alone} of {_rows(total)}{left if not one.with_others else ''}")
        else:
            found.append(f"{text}{where} holds for none of {_rows(total)}")
    match one.part:
        case tree.Keyword(word) | tree.Directive(_, word, None):
            found.append(f'no event holds the text "{word}"' if not one.alone else "")
        case tree.TimeModifier():
            found.append(str(trace.values("_time", rows)))
        case _:
            found += _Reader(trace, at).about(fields_in(one.part), dropped)
    return [line for line in found if line]


def _empty_keys(trace: Trace, at: int, names: Sequence[str]) -> list[str]:
    """Fields by which rows are grouped: a row without one of them is left out."""
    rows = trace.rows_before(at)
    empty = [name for name in names if trace.values(name, rows).nulls]
    return _Reader(trace, at).about(empty, rows)


def _tstats(trace: Trace, node: tree.Tstats, at: int) -> list[str]:
    """Whether the dataset has events, which part of `where` they fail, and which by-field they lack."""
    found: list[str] = []
    rows = trace.before
    if node.datamodel:
        try:
            rows = trace.dataset(node.datamodel)
        except EngineError as error:
            return [error.message]
        total = trace.count(rows)
        found.append(f"{total} of {trace.events} events are in the dataset {node.datamodel}")
        if not total:
            return [*found, *trace.constraint(node.datamodel)]
    left = rows
    if node.where is not None:
        parts = _parts(node.where)
        decided = _decide(trace, rows, parts, search=True)
        total = trace.count(rows)
        guilty = [one for one in decided if not one.alone] or [one for one in decided if not one.with_others][:1]
        for one in guilty[:MAX_PARTS]:
            found += _about_part(trace, at, one, rows, total, shown=True)
        if guilty:
            return found
        left = rows.where("where", " AND ".join(one.condition for one in decided))
    names = [one.field.name for one in node.by if isinstance(one.field, tree.Field)]
    return found + [str(held) for name in names if (held := trace.values(name, left)).nulls]


def _lookup_rows(trace: Trace, name: str) -> list[str]:
    table = trace.session.lookup(name)
    return [] if table is None else [f"the lookup `{name}` has {_rows(len(table.rows))}"]


# --- fields ---------------------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Says what fields held before a stage, and where they got it from."""

    trace: Trace
    at: int
    said: set[str] = field(default_factory=set)

    def about(self, names: Sequence[str], rows: Relation) -> list[str]:
        """A line for each field in these rows, with the stage that sets it; `_raw` is no news."""
        found = []
        for name in [name for name in names if name != "_raw"][:MAX_INPUTS]:
            held = self.trace.values(name, rows)
            found.append(str(held) + self._hint(held, self.at))
            found += self._origin(name, self.at, 1)
        return found

    def _hint(self, held: Values, at: int) -> str:
        """For a field that no row has: the name that was meant, or the stage that dropped it."""
        if not held.absent:
            return ""
        setter = self._setter(held.name, at)
        if setter is not None:
            node = self.trace.stages[setter].node
            return f": {self._dropped(setter)}" if _closes(node) and held.name not in _names_of(node) else ""
        near = self.trace.near_name(held.name, self.trace.rows_before(at))
        return f"; no row has this field, did you mean `{near}`?" if near else "; no row has this field"

    def _dropped(self, at: int) -> str:
        stage = self.trace.stages[at]
        return f"{type(stage.node).__name__.lower()} at {stage.place} does not keep it"

    def _setter(self, name: str, at: int) -> int | None:
        """The last stage before `at` that sets a field, or that leaves only others."""
        for number in reversed(range(at)):
            node = self.trace.stages[number].node
            if name in _names_of(node) or _closes(node):
                return number
        return None

    def _origin(self, name: str, at: int, depth: int) -> Iterator[str]:
        """Where a field's value comes from, with what went into it."""
        number = self._setter(name, at)
        if number is None or depth > MAX_DEPTH or name in self.said:
            return
        self.said.add(name)
        stage = self.trace.stages[number]
        match stage.node:
            case tree.Eval(assignments):
                for index in reversed(range(len(assignments))):
                    one = assignments[index]
                    if isinstance(one, tree.Assignment) and one.target.name == name:
                        place = self.trace.staged.location(one.span if one.span.end else one.value.span).line
                        text = self.trace.staged.text(one.value)
                        yield from self._made_of(
                            f"{name} is set at line {place}: {text}", one.value, number, index, depth
                        )
                        return
            case tree.Stats(aggregations=aggregations) | tree.Tstats(aggregations=aggregations):
                for each in aggregations:
                    if isinstance(each, tree.Aggregation) and each.output == name and each.arg is not None:
                        text = self.trace.staged.text(each)
                        if isinstance(stage.node, tree.Stats):
                            yield from self._made_of(f"{name} is {text} ({stage.place})", each.arg, number, 0, depth)
                        return
                if isinstance(stage.node, tree.Stats):
                    yield from self._origin(name, number, depth)
            case tree.Rename(pairs):
                for pair in pairs:
                    if isinstance(pair, tuple) and pair[1].name == name:
                        held = self.trace.values(pair[0].name, self.trace.rows_before(number))
                        yield f"{name} was called {pair[0].name} before {stage.place}{self._hint(held, number)}"
                        yield from self._origin(pair[0].name, number, depth + 1)
            case tree.Lookup():
                yield f"{name} comes from a lookup at {stage.place}: {_lookup_text(self.trace, number, stage.node)}"
            case tree.Rex():
                option = next((one.value for one in stage.node.options if one.name == "field"), None)
                read = option.text if isinstance(option, tree.Word) else "_raw"
                held = self.trace.values(read, self.trace.rows_before(number))
                yield f"{name} is cut out at {stage.place} by {stage.text}" + (f"; {held}" if read != "_raw" else "")

    def _made_of(self, text: str, value: tree.Expr, number: int, index: int, depth: int) -> Iterator[str]:
        """A line on the fields that an expression reads, then on those of them that are empty everywhere."""
        rows = self.trace.partial(number, index)
        held = [self.trace.values(name, rows) for name in fields_in(value)[:MAX_INPUTS]]
        said = "; ".join(str(one) + self._hint(one, number) for one in held)
        yield f"{text}; {said}" if said else text
        for one in held:
            if one.absent:
                yield from self._origin(one.name, number + (1 if index else 0), depth + 1)


def _closes(node: tree.Command) -> bool:
    """Whether a stage leaves only the fields that it names."""
    match node:
        case tree.Stats(name=name):
            return name in ("stats", "sistats")
        case tree.Chart() | tree.Top() | tree.Tstats():
            return True
        case tree.Fields(remove=False):
            return True
        case tree.Plain(name="table"):
            return True
        case _:
            return False


def _names_of(node: tree.Command) -> set[str]:
    """The fields that a stage sets or, where it keeps only some, keeps."""
    match node:
        case tree.Eval(assignments):
            return {one.target.name for one in assignments if isinstance(one, tree.Assignment)}
        case tree.Stats(aggregations=aggregations, by=by):
            named = {one.name for one in by if isinstance(one, tree.Field)} if _closes(node) else set()
            return named | {one.output for one in aggregations if isinstance(one, tree.Aggregation)}
        case tree.Tstats(aggregations=aggregations):
            named = {one.field.name for one in node.by if isinstance(one.field, tree.Field)}
            return named | {one.output for one in aggregations if isinstance(one, tree.Aggregation)}
        case tree.Rename(pairs):
            return {pair[1].name for pair in pairs if isinstance(pair, tuple)}
        case tree.Lookup(outputs=outputs):
            return {(one.target or one.source).name for one in outputs}
        case tree.Rex(pattern) if isinstance(pattern, tree.Word):
            return set(re.findall(r"\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>", pattern.text))
        case tree.Top():
            return set(fields_in((node.fields, node.by)))
        case tree.Fields(remove=False, fields=kept):
            return {one.name for one in kept if isinstance(one, tree.Field)}
        case tree.Plain(name="table", words=words):
            return {one.text for one in words if isinstance(one, tree.Word)}
        case _:
            return set()


def _lookup_text(trace: Trace, at: int, node: tree.Lookup) -> str:
    """The keys of a lookup and what they held, and how many rows the table has."""
    rows = trace.rows_before(at)
    keys = [(one.target or one.source).name for one in node.inputs]
    held = "; ".join(str(trace.values(name, rows)) for name in keys[:MAX_INPUTS])
    name = node.table.text if isinstance(node.table, tree.Word) else node.table.name
    table: LookupTable | None = trace.session.lookup(name)
    size = "" if table is None else f"; `{name}` has {_rows(len(table.rows))}"
    return f"{held}{size}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
