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


def quote(text: str) -> str:
    """An SQL string literal; a NUL character, which DuckDB's SQL cannot hold, is built by chr(0)."""
    body = text.replace("'", "''")
    if "\0" in body:
        return "(" + " || chr(0) || ".join(f"'{part}'" for part in body.split("\0")) + ")"
    return f"'{body}'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def string_constant(value: str) -> Sql:
    return Sql(quote(value), Kind.STRING, constant=True, value=value)


def number_constant(value: float) -> Sql:
    text = repr(value) if math.isfinite(value) else f"'{value!r}'"
    return Sql(f"CAST({text} AS DOUBLE)", Kind.NUMBER, constant=True, value=value)


def as_number(sql: Sql) -> str:
    """DOUBLE; NULL where the value does not look like a number, or a multivalue holds other than one value."""
    match sql.kind:
        case Kind.NUMBER:
            return sql.text
        case Kind.STRING:
            return f"spl_number({sql.text})"
        case Kind.MULTI:
            return f"spl_number(spl_single({sql.text}))"
        case Kind.BOOL:
            return f"CAST({sql.text} AS DOUBLE)"
        case Kind.NULL:
            return "CAST(NULL AS DOUBLE)"


def as_text(sql: Sql) -> str:
    """VARCHAR; numbers as Splunk prints them (`6`, `1.5`); several values joined by newline, as Splunk shows them."""
    match sql.kind:
        case Kind.NUMBER:
            return f"spl_text({sql.text})"
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
    text = as_text(sql)
    return f"CASE WHEN {text} IS NOT NULL THEN [{text}] END"


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
