"""Why a stage let rows go, or let them pass: the part of its condition that decided, and what its fields held there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storypack.engine.relation import Relation
from storypack.spl import tree
from storypack.testing.origins import MAX_INPUTS, Reader, lookup_text, rows_text
from storypack.testing.stages import fields_in
from storypack.testing.trace import Trace

MAX_PARTS = 3
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
            lines = Reader(trace, at).about(fields_in(node)[:1], trace.rows_before(at))
        case tree.Stats(by=by) | tree.Top(by=by) if by:
            lines = _empty_keys(trace, at, [one.name for one in by if isinstance(one, tree.Field)])
        case tree.Dedup(named) | tree.Top(fields=named):
            lines = _empty_keys(trace, at, [one.name for one in named if isinstance(one, tree.Field)])
        case tree.Plain("mvexpand", (tree.Word(name),)):
            lines = _empty_keys(trace, at, [name])
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
    reader = Reader(trace, at)
    held = [trace.values(name, trace.after[at]) for name in names[:MAX_INPUTS]]
    said = "; ".join(str(one) + reader.hint(one) for one in held)
    return [f"{rows_text(trace.counts[at])} passed {stage.text} ({stage.place}): {said}"]


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
    return [f"the lookup at {trace.stages[at].place} matched none of the rows: {lookup_text(trace, at, node)}"]


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
            found += Reader(trace, at).about(fields_in(one.part), dropped)
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
    return Reader(trace, at).about(empty, rows)


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
    return [] if table is None else [f"the lookup `{name}` has {rows_text(len(table.rows))}"]
