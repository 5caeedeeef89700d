"""Commands after which only named fields are left: stats, tstats, chart, top, fields, rename, return, from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from storypack.spl.fields.adding import is_true, option
from storypack.spl.fields.names import STAR, Tables, renamed
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.tree import (
    Aggregation,
    Chart,
    Command,
    Field,
    Fields,
    From,
    Inputlookup,
    MacroCall,
    Rename,
    Return,
    SplitBy,
    Stats,
    Top,
    Tstats,
    Word,
)

_ADDING = ("eventstats", "streamstats")


def _outputs(aggregations: tuple[Aggregation | MacroCall, ...], state: Fieldset, by: set[str]) -> Iterator[str]:
    """The columns that aggregations fill; `*` where nobody can say."""
    for each in aggregations:
        if isinstance(each, MacroCall):
            yield "*"
        elif isinstance(each.arg, Field) and "*" in each.arg.name:
            yield from _starred(each, each.arg.name, state, by)
        else:
            yield each.output.replace("*", STAR)


def _starred(aggregation: Aggregation, pattern: str, state: Fieldset, by: set[str]) -> Iterator[str]:
    """`values(x.*) as *`, `sum(*)`."""
    target = aggregation.alias.name if aggregation.alias else aggregation.text
    for name in state.matching(pattern):
        if name not in by:
            yield renamed(name, pattern, target)
    if state.is_open:
        yield target


def _names(by: tuple[Field | MacroCall, ...]) -> list[str]:
    return ["*" if isinstance(each, MacroCall) else each.name for each in by]


def _stats(command: Stats, state: Fieldset, tables: Tables) -> Fieldset:
    by = _names(command.by)
    outputs = [*_outputs(command.aggregations, state, set(by))]
    if command.name in _ADDING:
        return state.plus(*outputs)
    if command.name != "stats":  # sistats, geostats: columns of their own making
        return state.only([*by, *outputs], command, ["*"])
    return state.only([*by, *outputs], command)


def _split(split: SplitBy | None) -> list[str]:
    if split is None:
        return []
    return [split.field.name] if isinstance(split.field, Field) else ["*"]


def _chart(command: Chart, state: Fieldset, tables: Tables) -> Fieldset:
    rows = ["_time", "_span"] if command.name.endswith("timechart") else _split(command.over)
    if command.by is not None or command.name.startswith("si"):
        return state.only(rows, command, ["*"])
    return state.only([*rows, *_outputs(command.aggregations, state, set(rows))], command)


def _tstats(command: Tstats, state: Fieldset, tables: Tables) -> Fieldset:
    if is_true(option(command.options, "prestats")) or any(
        isinstance(each, MacroCall) for each in command.aggregations
    ):
        return state.opened()
    source = Fieldset(frozenset(tables.dataset(command.datamodel) if command.datamodel else ()))
    if not source.known:
        source = Fieldset(frozenset(), ("*",))
    by = [_prefixed(name) for split in command.by for name in _split(split)]
    made = Fieldset().only([*by, *_outputs(command.aggregations, source, set(by))], command)
    return _appended(made, state, command.options)


def _prefixed(name: str) -> str:
    """`by PREFIX(user=)` gives a column `user=`."""
    return name[7:-1] if name.startswith("PREFIX(") else name


def _appended(made: Fieldset, state: Fieldset, options: tuple[Any, ...]) -> Fieldset:
    """What a generating command makes; with append=true below what is there."""
    return state.union(made) if is_true(option(options, "append")) else made


def _inputlookup(command: Inputlookup, state: Fieldset, tables: Tables) -> Fieldset:
    columns = tables.lookups.get(command.table.text, ()) if isinstance(command.table, Word) else ()
    made = Fieldset(frozenset(columns), (), closed_by=None) if columns else Fieldset(frozenset(), ("*",))
    return _appended(made, state, command.options)


def _from(command: From, state: Fieldset, tables: Tables) -> Fieldset:
    if command.kind in ("lookup", "inputlookup") and (columns := tables.lookups.get(command.dataset)):
        return Fieldset(frozenset(columns))
    known = {path.rpartition(".")[2] for path in tables.dataset(command.dataset)} if command.kind == "datamodel" else ()
    return Fieldset(OF_EVENTS.union(known), ("*",))


def _top(command: Top, state: Fieldset, tables: Tables) -> Fieldset:
    if command.name.startswith("si"):
        return state.opened()
    fields = [*_names(command.fields), *_names(command.by)]
    if option(command.options, "showcount") not in ("f", "false", "0"):
        fields.append(option(command.options, "countfield") or "count")
    if option(command.options, "showperc") not in ("f", "false", "0"):
        fields.append(option(command.options, "percentfield") or "percent")
    return state.only(fields, command)


def _fields(command: Fields, state: Fieldset, tables: Tables) -> Fieldset:
    names = _names(command.fields)
    if command.remove:
        return state.minus([name for name in names if name != "*"], command)
    # `fields` keeps the internal fields, whatever is asked for. Search Reference: "fields".
    internal = [name for name in state.known if name.startswith("_")]
    return state.kept([*names, *internal, *(["_*"] if state.is_open else [])], command)


def _rename(command: Rename, state: Fieldset, tables: Tables) -> Fieldset:
    """All pairs at once, so that two fields may change names."""
    pairs = [(pair[0].name, pair[1].name) for pair in command.pairs if not isinstance(pair, MacroCall)]
    if len(pairs) < len(command.pairs):
        return state.opened()
    left = state.minus([old for old, _ in pairs], command)
    for old, new in pairs:
        if "*" not in old:
            left = left.plus(new)
        else:
            moved = [renamed(name, old, new) for name in state.matching(old)]
            left = left.plus(*moved, *([new] if state.is_open and "*" in new else []))
    return left


def _return(command: Return, state: Fieldset, tables: Tables) -> Fieldset:
    return state.only(["search"], command)


EFFECTS: dict[type[Command], Callable[[Any, Fieldset, Tables], Fieldset]] = {
    Stats: _stats,
    Chart: _chart,
    Tstats: _tstats,
    Inputlookup: _inputlookup,
    From: _from,
    Top: _top,
    Fields: _fields,
    Rename: _rename,
    Return: _return,
}
