"""Why a stage let rows go, or let them pass: the part of its condition that decided, and what its fields held there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from storypack.engine.relation import Relation
from storypack.engine.source import LookupTable
from storypack.spl import tree
from storypack.testing.stages import fields_in
from storypack.testing.trace import Trace, Values

MAX_PARTS = 3
MAX_INPUTS = 6
MAX_DEPTH = 3
MAX_PASSED = 4
Part = tree.Term | tree.Expr


@dataclass(frozen=True, slots=True)
class Why:
    """What decided, in lines, and the part of the search that did."""

    lines: list[str]
    part: tree.Node


def why_lost(trace: Trace, at: int) -> Why:
    """What decided that a stage dropped rows that came to it."""
    node = trace.stages[at].node
    lines: list[str] = []
    match node:
        case tree.Search(term) if term is not None:
            return _conditions(trace, at, _parts(term), search=True)
        case tree.Where(condition):
            return _conditions(trace, at, _parts(condition), search=False)
        case tree.Tstats():
            return _tstats(trace, node, at)
        case tree.Regex():
            lines = _Reader(trace, at).about(fields_in(node)[:1], trace.rows_before(at))
        case tree.Stats(by=by) | tree.Top(by=by) if by:
            lines = _empty_keys(trace, at, [one.name for one in by if isinstance(one, tree.Field)])
        case tree.Dedup(named) | tree.Top(fields=named):
            lines = _empty_keys(trace, at, [one.name for one in named if isinstance(one, tree.Field)])
        case tree.Inputlookup(tree.Word(name)):
            lines = _lookup_rows(trace, name)
    return Why(lines, node)


def why_passed(trace: Trace) -> list[str]:
    """What the conditions of a search saw in rows that should not have come through, the last conditions first."""
    found: list[str] = []
    for at in reversed(range(len(trace.stages))):
        stage = trace.stages[at]
        match stage.node:
            case tree.Where(condition):
                found += _seen(trace, at, fields_in(condition))
            case tree.Search(term) if term is not None:
                found += _seen(trace, at, fields_in(term))
            case tree.Lookup():
                found += _unmatched(trace, at, stage.node)
    return found[:MAX_PASSED]


def _seen(trace: Trace, at: int, names: Sequence[str]) -> list[str]:
    names = [name for name in names if name not in ("_raw", "*", "index", "sourcetype")]
    if not names:
        return []
    stage = trace.stages[at]
    reader = _Reader(trace, at)
    held = [trace.values(name, trace.after[at]) for name in names[:MAX_INPUTS]]
    said = "; ".join(str(one) + reader.hint(one) for one in held)
    return [f"{_rows(trace.counts[at])} passed {stage.text} ({stage.place}): {said}"]


def _unmatched(trace: Trace, at: int, node: tree.Lookup) -> list[str]:
    """A list that matched nothing: what was looked for, and how long the list is."""
    outputs = [(one.target or one.source).name for one in node.outputs]
    table = trace.session.lookup(node.table.text) if isinstance(node.table, tree.Word) else None
    if (
        table is None
        or not table.rows
        or not outputs
        or not trace.counts[at]
        or not trace.values(outputs[0], trace.after[at]).absent
    ):
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


def _conditions(trace: Trace, at: int, parts: Sequence[Part], *, search: bool) -> Why:
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
    return _about_parts(trace, at, guilty, rows, total, shown=len(parts) > 1)


def _about_parts(trace: Trace, at: int, guilty: Sequence[_Decided], rows: Relation, total: int, *, shown: bool) -> Why:
    """Each part, save those that could not hold because of a field that was told to be empty already."""
    found: list[str] = []
    empty: set[str] = set()
    for one in guilty[:MAX_PARTS]:
        names = fields_in(one.part)
        if not empty.isdisjoint(names):
            continue
        found += _about_part(trace, at, one, rows, total, shown=shown)
        empty.update(name for name in names if name != "_raw" and trace.values(name, rows).absent)
    return Why(found, guilty[0].part if guilty else trace.stages[at].node)


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
    noun = "row" if at else "event"
    found = []
    if shown:
        text = trace.staged.text(one.part) + _where(trace, at, one.part)
        if one.alone:
            left = "" if one.with_others else f", but for none of the {noun}s that pass what stands before it"
            found.append(f"{text} holds for {one.alone} of {total} {noun}s{left}")
        else:
            found.append(f"{text} does not hold" + (f" for any of {total} {noun}s" if total > 1 else ""))
    match one.part:
        case tree.Keyword(word) | tree.Directive(_, word, None):
            found.append(f'no event holds the text "{word}"' if not one.alone else "")
        case tree.TimeModifier():
            found.append(str(trace.values("_time", rows)))
        case _:
            found += _Reader(trace, at).about(fields_in(one.part), dropped)
    return [line for line in found if line]


def _where(trace: Trace, at: int, part: Part) -> str:
    """The line of a part, and the macro that it came from, as far as they are not its stage's."""
    stage = trace.stages[at]
    macros = trace.staged.expanded.piece_at(part.span.start).macros
    line = trace.staged.location(part.span).line
    said = [f"line {line}"] if line != stage.location.line else []
    said += [f"in macro `{macros[-1]}`"] if macros and not stage.macro else []
    return f" ({', '.join(said)})" if said else ""


def _empty_keys(trace: Trace, at: int, names: Sequence[str]) -> list[str]:
    """Fields by which rows are grouped: a row without one of them is left out."""
    rows = trace.rows_before(at)
    empty = [name for name in names if trace.values(name, rows).nulls]
    return _Reader(trace, at).about(empty, rows)


def _tstats(trace: Trace, node: tree.Tstats, at: int) -> Why:
    """Whether the dataset has events, which part of `where` they fail, and which by-field they lack."""
    found: list[str] = []
    rows, total = trace.before, trace.events
    if node.datamodel:
        rows = trace.dataset(node.datamodel)
        total = trace.count(rows)
        found.append(f"{total} of {trace.events} events are in the dataset {node.datamodel}")
        if not total:
            return Why([*found, *trace.constraint(node.datamodel)], node)
    left = rows
    if node.where is not None:
        decided = _decide(trace, rows, _parts(node.where), search=True)
        guilty = [one for one in decided if not one.alone] or [one for one in decided if not one.with_others][:1]
        if guilty:
            why = _about_parts(trace, at, guilty, rows, total, shown=True)
            return Why(found + why.lines, why.part)
        left = rows.where("where", " AND ".join(one.condition for one in decided))
    for one in node.by:
        if isinstance(one.field, tree.Field) and (held := trace.values(one.field.name, left)).nulls:
            near = trace.near_name(held.name, left) if held.absent else ""
            hint = f"; no event has it, did you mean `{near}`?" if near else ""
            found.append(f"the search groups by {held.name}, and {held}{hint}")
            return Why(found, one.field)
    return Why(found, node)


def _lookup_rows(trace: Trace, name: str) -> list[str]:
    table = trace.session.lookup(name)
    return [] if table is None else [f"the lookup `{name}` has {_rows(len(table.rows))}"]


# --- fields ---------------------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Says what fields held before a stage, and where they got it from."""

    trace: Trace
    at: int
    said: set[str] = field(default_factory=set)  # fields whose origin was told
    told: set[str] = field(default_factory=set)  # values that were told

    def about(self, names: Sequence[str], rows: Relation) -> list[str]:
        """A line for each field in these rows, with the stage that sets it; `_raw` is no news."""
        found = []
        for name in [name for name in names if name != "_raw"][:MAX_INPUTS]:
            held = self.trace.values(name, rows)
            text = str(held) + self.hint(held, self.at)
            self.told.add(text)
            found.append(text)
            found += self._origin(name, self.at, 1)
        return found

    def hint(self, held: Values, at: int | None = None) -> str:
        """For a field that no row has: the name that was meant, or the stage that dropped it."""
        if not held.absent:
            return ""
        at = self.at if at is None else at
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
            if self._renamed(node, name, number) or name in _names_of(node) or _closes(node):
                return number
        return None

    def _renamed(self, node: tree.Command, name: str, number: int) -> str:
        """What a field was called before a rename; a wildcard counts only where there was such a field."""
        if not isinstance(node, tree.Rename):
            return ""
        for pair in node.pairs:
            old = _old_name(pair, name) if isinstance(pair, tuple) else ""
            if old and ("*" not in pair[0].name or self.trace.rows_before(number).find(old) is not None):  # type: ignore[index]
                return old
        return ""

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
            case tree.Rename():
                before = self._renamed(stage.node, name, number)
                held = self.trace.values(before, self.trace.rows_before(number))
                yield f"{name} was called {before} before {stage.place}{self.hint(held, number)}"
                yield from self._origin(before, number, depth + 1)
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
        node = self.trace.stages[number].node
        here = set()  # fields that the same eval sets before
        if isinstance(node, tree.Eval):
            here = {one.target.name for one in node.assignments[:index] if isinstance(one, tree.Assignment)}
        held = [self.trace.values(name, rows) for name in fields_in(value)[:MAX_INPUTS]]
        said = [str(one) + self.hint(one, number + (one.name in here)) for one in held]
        news = [each for each in said if each not in self.told]
        self.told.update(news)
        yield f"{text}; {'; '.join(news)}" if news else text
        for one in held:
            if one.absent:
                yield from self._origin(one.name, number + (one.name in here), depth + 1)


def _old_name(pair: tuple[tree.Field, tree.Field], name: str) -> str:
    """What a field was called before a rename, with wildcards as in `Processes.* AS *`; empty if it is not its."""
    old, new = pair[0].name, pair[1].name
    found = re.fullmatch("(.*)".join(map(re.escape, new.split("*"))), name)
    if found is None or old.count("*") != new.count("*"):
        return ""
    parts = iter(found.groups())
    return "".join(next(parts) if char == "*" else char for char in old)


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
