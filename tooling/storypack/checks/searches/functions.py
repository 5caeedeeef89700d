"""Functions of eval, where, stats and convert: their names and their arguments."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spelling import did_you_mean
from storypack.spl import Span, catalogue
from storypack.spl.catalogue.stats_functions import PERCENTILES
from storypack.spl.tree import Aggregation, Binary, Call, Convert, Expr, Field, Number, String
from storypack.timemod import TimeModifierError
from storypack.timemod import parse as parse_time

# Search Reference: "convert".
_CONVERSIONS = frozenset(["auto", "ctime", "dur2sec", "memk", "mktime", "mstime", "none", "num", "rmcomma", "rmunit"])


@rule(
    "SP203",
    "Unknown function",
    on="spl",
    why="Splunk refuses a search with a function that it does not have.",
    example="search: index=web | eval name=lowercase(user) | stats cuont by name",
    cure="Mend the name.",
)
def unknown_function(reading: Reading, world: World) -> Faults:
    for call, facts in reading.calls:
        if facts is None:
            cure = did_you_mean(call.name, catalogue.functions())
            if not cure and catalogue.aggregation(call.name):
                cure = f"`{call.name}` is a function of stats"
            yield reading.fault(f"there is no function `{call.name}`", _name_span(call.span, call.name), cure)
    for aggregation in reading.of(Aggregation):
        if catalogue.aggregation(aggregation.func) is None:
            cure = did_you_mean(aggregation.func, [*catalogue.aggregations(), *PERCENTILES])
            if not cure and catalogue.function(aggregation.func):
                cure = f"it is a function of eval: count(eval({aggregation.func}(...)))"
            message = f"`{aggregation.func}` is no function of stats"
            yield reading.fault(message, _name_span(aggregation.span, aggregation.func), cure)
    for convert in reading.of(Convert):
        for made in convert.calls:
            if made.func not in _CONVERSIONS:
                cure = did_you_mean(made.func, sorted(_CONVERSIONS))
                yield reading.fault(f"`convert` has no function `{made.func}`", _name_span(made.span, made.func), cure)


def _name_span(span: Span, name: str) -> Span:
    return Span(span.start, span.start + len(name))


@rule(
    "SP204",
    "Function with a wrong number of arguments",
    on="spl",
    why="Splunk refuses the search, and a detection that does not run looks like one that finds nothing.",
    example='search: index=web | eval where=if(dest="proxy", "inside")',
    cure="Give the function as many arguments as it takes.",
)
def argument_count(reading: Reading, world: World) -> Faults:
    for call, facts in reading.calls:
        if facts is not None and not facts.takes(len(call.args)):
            takes = "no argument" if facts.arity == "0" else f"{facts.arity} argument{'s' * (facts.arity != '1')}"
            hint = "conditions and values come in pairs" if call.name in ("case", "validate") else ""
            message = f"`{call.name}` takes {takes}, {len(call.args)} given"
            yield reading.fault(message, _name_span(call.span, call.name), hint)


@rule(
    "SP217",
    "Argument of the wrong kind",
    on="spl",
    why="The function gives null for it, or Splunk refuses the search: a condition that depends on it is never true.",
    example='search: index=web | eval day=strftime("%F", _time) | where cidrmatch(src, "10.0.0.0/8")',
    cure="See the function's page in the Search Reference.",
)
def argument_kind(reading: Reading, world: World) -> Faults:
    for call, facts in reading.calls:
        if call.name not in _KINDS or facts is None or not facts.takes(len(call.args)):
            continue
        check = _KINDS[call.name]
        for argument, message, cure in check(call):
            yield reading.fault(message, argument.span, cure)
    for binary in reading.of(Binary):
        if binary.op == "LIKE":
            for argument, message, cure in _like_pattern(binary.right):
                yield reading.fault(message, argument.span, cure)
    for aggregation in reading.of(Aggregation):
        if isinstance(aggregation.arg, String | Number) and aggregation.func != "sparkline":
            message = f"`{aggregation.func}` is asked about a constant, not a field"
            yield reading.fault(message, aggregation.arg.span, "name the field")


_Problems = Iterator[tuple[Expr, str, str]]


def _strftime(call: Call) -> _Problems:
    time, form = call.args
    if isinstance(time, String) and "%" in time.value:
        yield time, f"`{call.name}` takes the time first and the format second", "swap the arguments"
    elif isinstance(form, String) and call.name == "strftime" and form.value and "%" not in form.value:
        yield form, f"`{form.value}` is no time format", 'a format is made of variables such as "%Y-%m-%d"'


def _relative_time(call: Call) -> _Problems:
    time, modifier = call.args
    if isinstance(time, String) and not isinstance(modifier, String):
        yield time, "`relative_time` takes the time first and the modifier second", "swap the arguments"
    elif isinstance(modifier, String) and "$" not in modifier.value:
        try:
            parse_time(modifier.value)
        except TimeModifierError as error:
            yield modifier, error.message, error.cure


def _cidrmatch(call: Call) -> _Problems:
    network, address = call.args
    if isinstance(network, String):
        try:
            ipaddress.ip_network(network.value.strip(), strict=False)
        except ValueError:
            yield network, f"`{network.value}` is no subnet", 'write for example "10.0.0.0/8"'
    elif isinstance(address, String) and "/" in address.value:
        yield network, "`cidrmatch` takes the subnet first and the address second", "swap the arguments"


def _numbers(*positions: int) -> Callable[[Call], _Problems]:
    def check(call: Call) -> _Problems:
        for position in positions:
            if position < len(call.args):
                argument = call.args[position]
                if isinstance(argument, String) and not re.fullmatch(r"\s*[-+]?[\d.]+\s*", argument.value):
                    yield argument, f"`{call.name}` takes a number here, not the text `{argument.value}`", ""

    return check


def _like(call: Call) -> _Problems:
    return _like_pattern(call.args[1])


def _like_pattern(pattern: Expr) -> _Problems:
    if isinstance(pattern, String) and "*" in pattern.value and not {"%", "_"} & set(pattern.value):
        yield pattern, "`*` is no wildcard of `like`", "its wildcards are % (anything) and _ (one character)"


def _tonumber(call: Call) -> _Problems:
    if len(call.args) == 2 and isinstance(call.args[1], Number):
        base = call.args[1]
        if not base.text.isdecimal() or not 2 <= int(base.text) <= 36:
            yield base, f"`{base.text}` is no base", "a base is 2 to 36"


def _lookup(call: Call) -> _Problems:
    for argument, function in zip(call.args[1:], ("json_object", "json_array"), strict=True):
        if not isinstance(argument, Call) or argument.name != function:
            yield argument, f"`lookup` takes {function}(...) here", ""


def _mvfilter(call: Call) -> _Problems:
    names = {node.name: node for node in _fields(call.args[0])}
    if len(names) > 1:
        second = list(names.values())[1]
        yield second, f"`mvfilter` may name one field, here it names {', '.join(names)}", "use mvmap"


def _fields(node: Expr) -> Iterator[Field]:
    from storypack.spl.fields.walk import walk

    for each in walk(node):
        if isinstance(each, Field):
            yield each


_KINDS: dict[str, Callable[[Call], _Problems]] = {
    "strftime": _strftime,
    "strptime": _strftime,
    "relative_time": _relative_time,
    "cidrmatch": _cidrmatch,
    "like": _like,
    "substr": _numbers(1, 2),
    "tonumber": _tonumber,
    "lookup": _lookup,
    "mvfilter": _mvfilter,
    "mvindex": _numbers(1, 2),
    "round": _numbers(0, 1),
    "pow": _numbers(0, 1),
    **dict.fromkeys(("abs", "ceil", "ceiling", "floor", "sqrt", "exp", "ln", "log"), _numbers(0)),
}
