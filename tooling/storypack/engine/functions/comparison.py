"""Search Reference: Comparison and Conditional functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from storypack.engine.functions.registry import Compile, FunctionContext, FunctionError, function, special
from storypack.engine.functions.shapes import any_value, literal_text, unify
from storypack.engine.sql import NULL, Kind, Sql, as_bool, as_text, once, quote
from storypack.engine.udf.network import subnet
from storypack.engine.udf.re2 import match_sql
from storypack.engine.udf.regex import PatternError
from storypack.spl import tree


@function("true", 0)
def true(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql("TRUE", Kind.BOOL)


@function("false", 0)
def false(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql("FALSE", Kind.BOOL)


@function("null", 0)
def null(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return NULL


@function("if", 3)
def if_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The second argument where the first is true, else (also for null) the third."""
    kind, (yes, no) = unify(args[1:])
    return Sql(f"CASE WHEN {as_bool(args[0])} THEN {yes} ELSE {no} END", kind)


@function("case", 2, None)
def case(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The value behind the first condition that is true; null without one."""
    return _first("case", args, "{}")


@function("validate", 2, None)
def validate(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The value behind the first condition that is not true; null without one."""
    return _first("validate", args, "({}) IS NOT TRUE")


def _first(name: str, args: Sequence[Sql], test: str) -> Sql:
    if len(args) % 2:
        raise FunctionError(f"function `{name}` takes pairs of a condition and a value, not {len(args)} arguments")
    kind, values = unify(args[1::2])
    branches = [
        f"WHEN {test.format(as_bool(condition))} THEN {value}"
        for condition, value in zip(args[::2], values, strict=True)
    ]
    return Sql(f"CASE {' '.join(branches)} END", kind)


@function("coalesce", 1, None)
def coalesce(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The first value that is not null."""
    known = [arg for arg in args if arg.kind is not Kind.NULL]
    if len(known) < 2:
        return known[0] if known else NULL
    kind, values = unify(known)
    return Sql(f"coalesce({', '.join(values)})", kind)


@special("nullif", 2)
def nullif(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The first value, null where it equals the second."""

    def build(given: Sequence[Sql]) -> Sql:
        (value,) = given
        equal = compile(tree.Binary("==", tree.Field(_VALUE), call.args[1]), {_VALUE: value})
        return Sql(f"CASE WHEN {as_bool(equal)} THEN NULL ELSE {value.text} END", value.kind)

    return once([compile(call.args[0])], build)


_VALUE = "\0"
"""No field has this name."""


@special("in", 2, None)
def in_(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """Whether the first value equals one of the others."""
    return compile(tree.InList(call.args[0], call.args[1:]))


@special("searchmatch", 1)
def searchmatch(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """Whether the event matches a search, given as literal text."""
    text = call.args[0]
    if not isinstance(text, tree.String):
        raise FunctionError("function `searchmatch`: the search must be a text in double quotes")
    if context.searchmatch is None:
        raise FunctionError("function `searchmatch` works on events only")
    return context.searchmatch(text.value)


@special("lookup", 3)
def lookup(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The fields that a lookup has for an event, as JSON object: several values as array; null without a match."""
    table, inputs, outputs = call.args
    if not isinstance(table, tree.String) or not table.value:
        raise FunctionError("function `lookup`: the first argument must be the name of a lookup in double quotes")
    given = _arguments(inputs, "json_object")
    if not given or len(given) % 2:
        raise FunctionError('function `lookup`: the second argument must be json_object("<input field>", <value>, ...)')
    wanted = _names(_arguments(outputs, "json_array"))
    if not wanted:
        raise FunctionError('function `lookup`: the third argument must be json_array("<output field>", ...)')
    if context.lookup is None:
        raise FunctionError("function `lookup`: there are no lookups here")
    keys = dict(zip(_names(given[::2]), (compile(value) for value in given[1::2]), strict=True))
    found = context.lookup(table.value, keys, wanted)
    names = ", ".join(map(quote, wanted))
    return Sql(f"spl_json_from_lookup(CAST([{names}] AS VARCHAR[]), {found})", Kind.STRING)


def _arguments(expr: tree.Expr, name: str) -> Sequence[tree.Expr]:
    return expr.args if isinstance(expr, tree.Call) and expr.name.lower() == name else ()


def _names(exprs: Sequence[tree.Expr]) -> list[str]:
    if not all(isinstance(one, tree.String) for one in exprs):
        raise FunctionError("function `lookup`: the names of fields must be texts in double quotes")
    return [one.value for one in exprs if isinstance(one, tree.String)]


@function("like", 2)
def like(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """SQL's LIKE: `%` for any text, `_` for a character, minding case; a backslash is a backslash."""
    return any_value(args[0], lambda text: f"({text} LIKE {as_text(args[1])})")


@function("match", 2)
def match(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Whether the regular expression is found anywhere in the text."""
    return any_value(args[0], lambda text: f"({matches('match', text, args[1])})")


@function("cidrmatch", 2)
def cidrmatch(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Whether the address (second) belongs to the subnet (first)."""
    network = as_text(args[0])
    known = args[0].value if args[0].constant and isinstance(args[0].value, str) else ""
    likely, plain = subnet_patterns(known)

    def belongs(text: str) -> str:
        call = f"spl_cidr({network}, {text})"
        if not likely or len(text) > _SHORT_ENOUGH:
            return call
        no = f"WHEN NOT regexp_matches({text}, {quote(likely)}) THEN FALSE"
        yes = f"WHEN regexp_matches({text}, {quote(plain)}) THEN TRUE" if plain else ""
        return f"CASE WHEN {text} IS NULL THEN NULL {no} {yes} ELSE {call} END"

    return any_value(args[1], belongs)


_SHORT_ENOUGH = 80
"""Characters of SQL that may be written four times."""

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"


@lru_cache(maxsize=1024)
def subnet_patterns(network: str) -> tuple[str, str]:
    """A pattern that every address of a subnet matches, blanks around it or not, and few others; and one that nothing
    else matches than addresses of the subnet, so that the subnet need not be asked. Empty where there is none."""
    known = subnet(network)
    if known is None:
        return "", ""
    bits, mask, value = known
    if bits == 128:
        return ":", ""
    octets = [_octets(mask >> shift & 255, value >> shift & 255) for shift in (24, 16, 8, 0)]
    leading = octets[: 2 if octets[1] != _OCTET else 1]
    likely = "^[^0-9]*" + "".join(octet + r"\." for octet in leading) if octets[0] != _OCTET else ""
    return likely, "^" + r"\.".join(octets) + r"\z"


def _octets(mask: int, value: int) -> str:
    """A pattern of the numbers that have the bits of `value` where `mask` has ones."""
    numbers = [str(number) for number in range(256) if number & mask == value & mask]
    if len(numbers) == 256:
        return _OCTET
    return numbers[0] if len(numbers) == 1 else f"(?:{'|'.join(numbers)})"


def matches(name: str, text: str, pattern: Sql) -> str:
    """SQL of whether a pattern is found in the SQL `text`; FunctionError for a literal pattern that is none."""
    known = literal_text(pattern)
    if known is None:
        return f"spl_match({text}, {as_text(pattern)})"
    try:
        return match_sql(text, known)
    except PatternError as error:
        raise FunctionError(f"function `{name}`: {error}") from error


def pattern_sql(name: str, pattern: Sql) -> str:
    """The SQL of a pattern for a Python function; FunctionError for a literal that is none."""
    known = literal_text(pattern)
    if known is None:
        return as_text(pattern)
    matches(name, "''", pattern)
    return quote(known)
