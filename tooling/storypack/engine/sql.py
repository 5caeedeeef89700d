"""A piece of SQL with the kind of value that it gives: the currency between expressions, functions and commands.

SPL has one scalar type that is text or number as the occasion asks, multivalue fields, and null. Statically we know:

* `NUMBER` - DOUBLE, surely a number (arithmetic, counts, `_time`)
* `STRING` - VARCHAR; it may look like a number, and then counts as one where a number is asked for
* `MULTI`  - VARCHAR[]; never empty (no value at all is NULL); one value means the same as that value
* `BOOL`   - BOOLEAN; lives inside expressions only, a field never holds one
* `NULL`   - the literal null

The coercions below are the only places where one kind turns into another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    NUMBER = "number"
    STRING = "string"
    MULTI = "multi"
    BOOL = "bool"
    NULL = "null"

    @property
    def duckdb(self) -> str:
        """The DuckDB type of a column of this kind."""
        return {"number": "DOUBLE", "multi": "VARCHAR[]", "bool": "BOOLEAN"}.get(self.value, "VARCHAR")


@dataclass(frozen=True, slots=True)
class Sql:
    """An SQL expression. `constant` = a literal of the search text: its Python value is in `value`."""

    text: str
    kind: Kind
    constant: bool = False
    value: str | float | None = None


NULL = Sql("NULL", Kind.NULL)

RUN = "__run"
"""The table that says what differs between the runs of a search that is compiled for several (`together.py`)."""


def quote(text: str) -> str:
    """An SQL string literal; a NUL character, which DuckDB's SQL cannot hold, is built by chr(0)."""
    body = text.replace("'", "''")
    if "\0" in body:
        return "(" + " || chr(0) || ".join(f"'{part}'" for part in body.split("\0")) + ")"
    return f"'{body}'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


_QUOTED = re.compile(r"""'[^']*'|("[^"]*(?:""[^"]*)*")""")


def identifiers(text: str) -> list[str]:
    """The quoted identifiers in a piece of SQL, quotes included; what stands in a string literal is none."""
    return [name for name in _QUOTED.findall(text) if name]


def string_constant(value: str) -> Sql:
    return Sql(quote(value), Kind.STRING, constant=True, value=value)


def number_constant(value: float) -> Sql:
    text = repr(value) if math.isfinite(value) else f"'{value!r}'"
    return Sql(f"CAST({text} AS DOUBLE)", Kind.NUMBER, constant=True, value=value)


_SHORT = 160
_REPEATING = ("spl_", "lambda", "array_to_string(", "nullif(")
"""What may write out, or work out, an argument more than once: macros, ours and DuckDB's, and the bodies of lambdas."""
_BOUND = re.compile(r"\blet_(\d{1,9})\b")


def once(args: Sequence[Sql], build: Callable[[Sequence[Sql]], Sql]) -> Sql:
    """`build(args)`, in which no long argument is written out more than once.

    A function that names its argument three times would otherwise make a text of 3^n arguments out of n calls within
    each other, and so would a macro, whose argument DuckDB writes out at each place that names it. Such arguments
    become the variable of a lambda over a list of one value, their structure: lambdas within each other's bodies would
    cost DuckDB exponentially again. A short one is left where it is: DuckDB finds that its copies are the same, and
    works them out once.
    """
    if all(map(_is_short, args)):
        return build(args)
    number = 1 + max((int(used) for arg in args for used in _BOUND.findall(arg.text)), default=0)
    variable = f"let_{number}"
    given, values = list(args), {}
    for at, arg in enumerate(args):
        if not _is_short(arg):
            place = f"{variable}.v{at}"
            values[place] = arg.text
            given[at] = Sql(place, arg.kind)
    result = build(given)
    text, bound = result.text, []
    hidden = any(word in text for word in _REPEATING)
    for place, value in values.items():
        places = re.compile(rf"\b{re.escape(place)}\b")
        if hidden or len(places.findall(text)) > 1:
            bound.append(f"{place.removeprefix(variable + '.')} := {value}")
        else:
            text = places.sub(lambda _, value=value: value, text)  # type: ignore[misc]
    if bound:
        text = f"list_transform([struct_pack({', '.join(bound)})], lambda {variable}: {text})[1]"
    return Sql(text, result.kind)


def _is_short(sql: Sql) -> bool:
    text = sql.text
    return sql.constant or (len(text) <= _SHORT and text.count("spl_") < 2 and "lambda" not in text)


def _bound(sql: Sql, write: Callable[[str], str]) -> str:
    return once([sql], lambda given: Sql(write(given[0].text), sql.kind)).text


def as_number(sql: Sql) -> str:
    """DOUBLE; NULL where the value does not look like a number, or a multivalue holds other than one value."""
    match sql.kind:
        case Kind.NUMBER:
            return sql.text
        case Kind.STRING:
            return f"spl_number({sql.text})"
        case Kind.MULTI:
            return _bound(sql, lambda text: f"spl_number(spl_single({text}))")
        case Kind.BOOL:
            return f"CAST({sql.text} AS DOUBLE)"
        case Kind.NULL:
            return "CAST(NULL AS DOUBLE)"


def as_text(sql: Sql) -> str:
    """VARCHAR; numbers as Splunk prints them (`6`, `1.5`); several values joined by newline, as Splunk shows them."""
    match sql.kind:
        case Kind.NUMBER:
            return _bound(sql, lambda text: f"spl_text({text})")
        case Kind.STRING:
            return sql.text
        case Kind.MULTI:
            return f"array_to_string({sql.text}, chr(10))"
        case Kind.BOOL:
            return f"CASE {sql.text} WHEN TRUE THEN 'True' WHEN FALSE THEN 'False' END"
        case Kind.NULL:
            return "CAST(NULL AS VARCHAR)"


def as_multi(sql: Sql) -> str:
    """VARCHAR[], NULL for null."""
    if sql.kind is Kind.MULTI:
        return sql.text
    if sql.kind is Kind.NULL:
        return "CAST(NULL AS VARCHAR[])"
    return _bound(
        Sql(as_text(sql), Kind.STRING, sql.constant), lambda text: f"CASE WHEN {text} IS NOT NULL THEN [{text}] END"
    )


def as_bool(sql: Sql) -> str:
    """BOOLEAN; a number is true unless 0, a text only where it says so."""
    match sql.kind:
        case Kind.BOOL:
            return sql.text
        case Kind.NUMBER:
            return f"({sql.text} <> 0)"
        case Kind.NULL:
            return "CAST(NULL AS BOOLEAN)"
        case _:
            return f"TRY_CAST({as_text(sql)} AS BOOLEAN)"
