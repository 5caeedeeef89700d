"""Search Reference: Multivalue eval functions. A single value counts as a multivalue of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from storypack.engine.functions.comparison import matches
from storypack.engine.functions.registry import Compile, FunctionContext, FunctionError, function, special
from storypack.engine.functions.shapes import literal_number, literal_text, number, single
from storypack.engine.sql import NULL, Kind, Sql, as_bool, as_multi, as_number, as_text, identifier, once
from storypack.spl import tree


def _multi(text: str) -> Sql:
    return Sql(text, Kind.MULTI)


def _some(text: str) -> Sql:
    """A list in which nothing at all is null."""
    return once([_multi(text)], lambda given: _multi(f"spl_some({given[0].text})"))


@function("commands", 1)
def commands(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The names of the commands of a search."""
    return _multi(f"spl_commands({single(args[0])})")


@function("mvappend", 1, None)
def mvappend(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """All values in order; null ones are left out."""
    lists = [as_multi(arg) for arg in args if arg.kind is not Kind.NULL]
    if len(lists) < 2:
        return _multi(lists[0]) if lists else NULL
    return _some(f"list_concat({', '.join(lists)})")


@function("mvcount", 1)
def mvcount(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """How many values there are; null for none."""
    if args[0].kind is Kind.MULTI:
        return number(f"CAST(nullif(len({args[0].text}), 0) AS DOUBLE)")
    return number(f"CASE WHEN {args[0].text} IS NOT NULL THEN CAST(1 AS DOUBLE) END")


@function("mvdedup", 1)
def mvdedup(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Each value where it comes first."""
    return _multi(f"spl_mvdedup({as_multi(args[0])})")


@special("mvfilter", 1)
def mvfilter(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The values of the condition's one field for which it is true."""
    _check_nesting(call.name, call.args[0])
    names = set(_field_names(call.args[0]))
    if len(names) != 1:
        raise FunctionError(f"function `mvfilter`: the condition must name one field, not {len(names)}")
    (name,) = names
    one = _variable(name)
    condition = as_bool(compile(call.args[0], {name: Sql(one, Kind.STRING)}))
    return _some(f"list_filter({as_multi(compile(tree.Field(name)))}, lambda {one}: {condition})")


@special("mvmap", 2)
def mvmap(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The expression for each value of the field that the first argument is, or is made from; nulls are left out."""
    over, body = call.args
    _check_nesting(call.name, body)
    name = next(_field_names(over), None)
    if name is None:
        raise FunctionError("function `mvmap`: the first argument must name a field")
    one = _variable(name)
    each = compile(body, {name: Sql(one, Kind.STRING)})
    of_each = as_multi(each) if each.kind is Kind.MULTI else as_text(each)
    results = f"list_transform({as_multi(compile(over))}, lambda {one}: {of_each})"
    if each.kind is Kind.MULTI:
        return _some(f"flatten({results})")
    return _some(f"list_filter({results}, lambda result_: result_ IS NOT NULL)")


_MOST_NESTED = 4
"""Functions for each value within each other: each further one costs DuckDB some five times as much."""


def _check_nesting(name: str, body: tree.Expr) -> None:
    if _nesting(body) >= _MOST_NESTED:
        raise FunctionError(
            f"function `{name}`: mvmap and mvfilter may stand within each other {_MOST_NESTED} times; "
            "put what an inner one gives into a field first"
        )


def _nesting(node: object) -> int:
    """How many calls of mvmap and mvfilter stand in the bodies of each other."""
    if isinstance(node, tuple):
        return max(map(_nesting, node), default=0)
    if isinstance(node, tree.Call) and node.name.lower() in ("mvmap", "mvfilter"):
        return max(1 + _nesting(node.args[-1]), _nesting(node.args[:-1]))
    if is_dataclass(node):
        return max((_nesting(getattr(node, slot.name)) for slot in fields(node)), default=0)
    return 0


def _variable(name: str) -> str:
    """A lambda's variable for a field; fields of nested calls must not share one."""
    return identifier(f"each {name}")


def _field_names(node: object) -> Iterator[str]:
    """The fields of an expression, in order."""
    if isinstance(node, tree.Field):
        yield node.name
    elif isinstance(node, tuple):
        for item in node:
            yield from _field_names(item)
    elif is_dataclass(node):
        for slot in fields(node):
            yield from _field_names(getattr(node, slot.name))


@function("mvfind", 2)
def mvfind(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The index, from 0, of the first value in which the regular expression is found."""
    found = f"list_transform({as_multi(args[0])}, lambda one_: {matches('mvfind', 'one_', args[1])})"
    return number(f"CAST(nullif(list_position({found}, TRUE), 0) - 1 AS DOUBLE)")


@function("mvindex", 2, 3)
def mvindex(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The value at an index (from 0, below zero from the end), or those from one index to another."""
    values = as_multi(args[0])
    places = [_place(arg) for arg in args[1:]]
    if len(places) == 1:
        return Sql(f"({values})[{places[0]}]", Kind.STRING)
    return _some(f"({values})[{places[0]}:{places[1]}]")


_MANY = 1e9
"""More values than a field has."""


def _place(index: Sql) -> str:
    """DuckDB's place for an index: from 1, below zero from the end."""
    known = literal_number(index)
    if known is not None:
        return str(int(max(min(known, _MANY), -_MANY)) + (known >= 0))
    return f"spl_list_place({as_number(index)})"


@function("mvjoin", 2)
def mvjoin(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The values in one text, with a delimiter between them."""
    values, delimiter = as_multi(args[0]), as_text(args[1])
    if literal_text(args[1]) is None:  # DuckDB's own function wants a constant
        # (list_reduce would copy what is joined so far for each value)
        return once([_multi(values), Sql(delimiter, Kind.STRING)], _joined)
    return Sql(f"array_to_string({values}, {delimiter})", Kind.STRING)


def _joined(given: Sequence[Sql]) -> Sql:
    values, delimiter = given[0].text, given[1].text
    each = f"list_transform({values}, lambda one_, at_: CASE WHEN at_ > 1 THEN {delimiter} || one_ ELSE one_ END)"
    is_whole = f"{delimiter} IS NOT NULL OR len({values}) = 1"
    return Sql(f"CASE WHEN {is_whole} THEN array_to_string({each}, '') END", Kind.STRING)


@function("mvrange", 2, 3)
def mvrange(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The numbers from the first to below the second, by steps of a number or of a time span."""
    start, end = as_number(args[0]), as_number(args[1])
    if len(args) == 3 and literal_number(args[2]) is None and (literal_text(args[2]) or "s")[-1:].isalpha():
        return _multi(f"spl_time_range({start}, {end}, {as_text(args[2])})")
    step = as_number(args[2]) if len(args) == 3 else "1"
    return _multi(f"spl_range({start}, {end}, {step})")


@function("mvreverse", 1)
def mvreverse(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return _multi(f"list_reverse({as_multi(args[0])})")


@function("mvsort", 1)
def mvsort(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Sorted as text, numbers too."""
    return _multi(f"list_sort({as_multi(args[0])})")


@function("mvzip", 2, 3)
def mvzip(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """First with first, second with second, joined by a delimiter (a comma); as many as the shorter one has."""
    delimiter = as_text(args[2]) if len(args) == 3 else "','"
    return _some(
        f"list_transform(list_zip({as_multi(args[0])}, {as_multi(args[1])}, TRUE), "
        f"lambda pair_: pair_[1] || {delimiter} || pair_[2])"
    )


@function("split", 2)
def split(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The parts between the delimiters; the characters, if the delimiter is empty."""
    delimiter = as_text(args[1])
    if args[0].kind is Kind.MULTI:
        return _multi(f"flatten(list_transform({args[0].text}, lambda one_: string_split(one_, {delimiter})))")
    return _multi(f"string_split({as_text(args[0])}, {delimiter})")


@function("mv_to_json_array", 1, 2)
def mv_to_json_array(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The values as a JSON array: of texts, or of what each is in JSON (null for what is nothing in JSON)."""
    infer = as_bool(args[1]) if len(args) == 2 else "FALSE"
    return Sql(f"spl_json_from_list({as_multi(args[0])}, {infer})", Kind.STRING)
