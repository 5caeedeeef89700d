"""The fields that a stage reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from storypack.spl.fields.adding import option
from storypack.spl.fields.walk import children
from storypack.spl.source import Span
from storypack.spl.tree import (
    Aggregation,
    Bin,
    Call,
    Chart,
    Command,
    Compare,
    Convert,
    Dedup,
    Directive,
    Eval,
    Expr,
    Field,
    Fieldformat,
    Fields,
    Head,
    In,
    Join,
    Lookup,
    MacroCall,
    Node,
    Number,
    Option,
    Plain,
    Regex,
    Rename,
    Replace,
    Return,
    Rex,
    Search,
    Sort,
    SortKey,
    SplitBy,
    Stats,
    String,
    SubsearchTerm,
    SubsearchValue,
    Top,
    Where,
    Word,
)

# Functions that are made for fields which may be missing.
_FORGIVING = frozenset({"coalesce", "isnull", "isnotnull", "null", "validate", "typeof"})
_CONSTANTS = frozenset({"true", "false", "null"})


class Use(NamedTuple):
    """A field that a stage reads, and where it says so. `forgiving` = it may be missing (`coalesce(a, b)`)."""

    name: str
    span: Span
    forgiving: bool = False


def uses(command: Command) -> Iterator[Use]:
    """The fields that a stage reads from the results before it, by name; wildcards and `$tokens$` are left out."""
    for use in _USES.get(type(command), _none)(command):
        name = use.name
        if name and not ("*" in name or "$" in name or "<<" in name or name.startswith("PREFIX(")):
            yield use


def _none(command: Any) -> Iterator[Use]:
    return iter(())


def _of(*fields: object) -> Iterator[Use]:
    for each in fields:
        if isinstance(each, Field):
            yield Use(each.name, each.span)


def of_expression(root: Expr, *, forgiving: bool = False) -> Iterator[Use]:
    """The fields of an eval expression."""
    todo: list[tuple[Any, bool]] = [(root, forgiving)]
    while todo:
        node, soft = todo.pop()
        kind = type(node)
        if kind is Field:
            if node.quoted or node.name.lower() not in _CONSTANTS:
                yield Use(node.name, node.span, soft)
        elif kind is Call:
            soft = soft or node.name in _FORGIVING
            todo += [(each, soft) for each in reversed(node.args)]
        elif kind is tuple:
            todo += [(each, soft) for each in reversed(node)]
        elif kind is not String and kind is not Number and kind is not SubsearchValue and isinstance(node, Node):
            todo += [(each, soft) for each in reversed(children(node))]


def _search(command: Search) -> Iterator[Use]:
    todo: list[Node] = [command.term] if command.term is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, Compare | In):
            yield Use(node.field.name, node.field.span)
        elif isinstance(node, Directive):
            yield from _of(node.field)
        elif not isinstance(node, SubsearchTerm):
            inner = getattr(node, "terms", None) or getattr(node, "term", None) or ()
            todo.extend(reversed(inner) if isinstance(inner, tuple) else [inner])


def _where(command: Where) -> Iterator[Use]:
    yield from of_expression(command.condition)


def _eval(command: Eval) -> Iterator[Use]:
    made: set[str] = set()
    for each in command.assignments:
        if isinstance(each, MacroCall):
            return
        yield from (use for use in of_expression(each.value) if use.name not in made)
        made.add(each.target.name)


def _fieldformat(command: Fieldformat) -> Iterator[Use]:
    yield from _of(command.assignment.target)
    yield from of_expression(command.assignment.value)


def _aggregations(aggregations: tuple[Aggregation | MacroCall, ...]) -> Iterator[Use]:
    for each in aggregations:
        if isinstance(each, Aggregation) and each.arg is not None:
            yield from of_expression(each.arg)


def _stats(command: Stats) -> Iterator[Use]:
    yield from _aggregations(command.aggregations)
    yield from _of(*command.by)


def _split(*splits: SplitBy | None) -> Iterator[Use]:
    yield from _of(*(split.field for split in splits if split is not None))


def _chart(command: Chart) -> Iterator[Use]:
    if command.name.endswith("timechart"):
        yield Use("_time", Span(command.span.start, command.span.start + len(command.name)))
    yield from _aggregations(command.aggregations)
    yield from _split(command.over, command.by)


def _fields(command: Fields) -> Iterator[Use]:
    yield from (Use(use.name, use.span, command.remove) for use in _of(*command.fields))


def _rename(command: Rename) -> Iterator[Use]:
    made: set[str] = set()
    for pair in command.pairs:
        if not isinstance(pair, MacroCall):
            yield from (use for use in _of(pair[0]) if use.name not in made)
            made.add(pair[1].name)


def _input(command: Command, options: tuple[Option | MacroCall, ...], name: str, word: str) -> Iterator[Use]:
    """The field that an option names; without it `_raw`, told at the command's name."""
    for each in options:
        if isinstance(each, Option) and each.name == name and isinstance(each.value, Word):
            yield Use(each.value.text, each.value.span)
            return
    yield Use("_raw", Span(command.span.start, command.span.start + len(word)))


def _rex(command: Rex) -> Iterator[Use]:
    yield from _input(command, command.options, "field", "rex")


def _regex(command: Regex) -> Iterator[Use]:
    raw = Use("_raw", Span(command.span.start, command.span.start + len("regex")))
    yield from _of(command.field) if command.field else (raw,)


def _lookup(command: Lookup) -> Iterator[Use]:
    yield from _of(*(mapping.target or mapping.source for mapping in command.inputs))


def _bin(command: Bin) -> Iterator[Use]:
    yield from _of(command.field)


def _sort(command: Sort) -> Iterator[Use]:
    yield from _of(*(key.field for key in command.keys if isinstance(key, SortKey)))


def _dedup(command: Dedup) -> Iterator[Use]:
    yield from _of(*command.fields, *(key.field for key in command.sortby))


def _head(command: Head) -> Iterator[Use]:
    if command.condition is not None:
        yield from of_expression(command.condition)


def _top(command: Top) -> Iterator[Use]:
    yield from _of(*command.fields, *command.by)


def _join(command: Join) -> Iterator[Use]:
    if not option(command.options, "left"):
        yield from _of(*command.fields)


def _replace(command: Replace) -> Iterator[Use]:
    yield from _of(*command.fields)


def _convert(command: Convert) -> Iterator[Use]:
    yield from _of(*(call.field for call in command.calls))


def _return(command: Return) -> Iterator[Use]:
    yield from _of(*(item.field for item in command.items))


# Plain commands whose words are fields: which of them (from, to).
_FIELD_WORDS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("mvexpand", "makemv", "nomv", "mvcombine", "iplocation", "fromjson", "accum", "delta"), (0, 1)),
    **dict.fromkeys(("autoregress", "xyseries", "table", "transaction", "selfjoin", "contingency"), (0, None)),
    "untable": (0, 1),
    "makecontinuous": (0, 1),
}
_NAMED = frozenset({"accum", "delta", "autoregress"})


def _plain(command: Plain) -> Iterator[Use]:
    if command.name == "spath":
        yield from _input(command, command.options, "input", "spath")
    elif command.name in ("extract", "kv", "xmlkv", "multikv", "erex"):
        yield Use("_raw", Span(command.span.start, command.span.start + len(command.name)), command.name == "erex")
    elif command.name == "strcat":
        for word in command.words[:-1]:
            if isinstance(word, Word) and not word.quoted:
                yield Use(word.text, word.span)
    elif command.name in _FIELD_WORDS:
        first, last = _FIELD_WORDS[command.name]
        for word in command.words[first : 1 if command.name in _NAMED else last]:
            if isinstance(word, Word):
                yield Use(word.text, word.span)


_USES: dict[type[Command], Callable[[Any], Iterator[Use]]] = {
    Search: _search,
    Where: _where,
    Eval: _eval,
    Fieldformat: _fieldformat,
    Stats: _stats,
    Chart: _chart,
    Fields: _fields,
    Rename: _rename,
    Rex: _rex,
    Regex: _regex,
    Lookup: _lookup,
    Bin: _bin,
    Sort: _sort,
    Dedup: _dedup,
    Head: _head,
    Top: _top,
    Join: _join,
    Replace: _replace,
    Convert: _convert,
    Return: _return,
    Plain: _plain,
}
