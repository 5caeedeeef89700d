"""Eval expressions as SQL (Search Reference: eval, "Usage"; Search Manual: "Comparison and conditional functions").

Kinds are static. Where a value's kind is `STRING`, the SQL decides per row whether it is a number: a comparison of two
values that both look like numbers is numeric, any other one is of text and minds case. A comparison with a multivalue
field is true if it is for one of its values. Null follows SQL's logic, which is also eval's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storypack.engine.compile.compare import compare, constant_number, never_number
from storypack.engine.compile.subsearch import subsearch_expression
from storypack.engine.compile.terms import Fields, compile_text
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.functions import FunctionContext, FunctionError, FunctionNotSupported, compile_call
from storypack.engine.functions import call as call_function
from storypack.engine.lookup import lookup_sql
from storypack.engine.readings import reading
from storypack.engine.session import Session
from storypack.engine.sql import (
    NULL,
    Kind,
    Sql,
    as_bool,
    as_number,
    as_text,
    identifiers,
    number_constant,
    once,
    string_constant,
)
from storypack.engine.udf.registry import MOST_CHARACTERS
from storypack.spl import tree
from storypack.spl.conditions import is_value, misplaced_values
from storypack.spl.fields.walk import walk
from storypack.spl.printer import print_expression

_NOTHING: Mapping[str, Sql] = {}


def compile_expr(expr: tree.Expr, rows: Fields, session: Session, fields: Mapping[str, Sql] = _NOTHING) -> Sql:
    """The SQL of an expression over `rows`, in which the names of `fields` stand for other SQL."""
    match expr:
        case tree.Field(name):
            return fields[name] if name in fields else rows.field(name)
        case tree.Number(text):
            return number_constant(float(text))
        case tree.String(value):
            return string_constant(value)
        case tree.Unary(op, operand):
            return _unary(op, compile_expr(operand, rows, session, fields))
        case tree.Binary(op, left, right):
            a = compile_expr(left, rows, session, fields)
            b = compile_expr(right, rows, session, fields)
            return once([a, b], lambda given: _binary(op, given[0], given[1], session))
        case tree.InList(operand, values):
            searched = compile_expr(operand, rows, session, fields)
            options = [compile_expr(option, rows, session, fields) for option in values]
            return once([searched, *options], lambda given: _in_list(given[0], given[1:]))
        case tree.Call():
            return _call(expr, rows, session, fields)
        case tree.SubsearchValue(pipeline):
            return compile_expr(subsearch_expression(pipeline, session), rows, session, fields)
        case _:
            raise SearchError(f"macro `{expr.name}` is not defined")


def compile_condition(expr: tree.Expr, rows: Fields, session: Session) -> str:
    """BOOLEAN SQL of a condition (`where`, `head (...)`, `count(eval(...))`). Splunk refuses a value there."""
    if is_value(expr):
        raise _no_condition(expr)
    _check_conditions(expr)
    return as_bool(compile_expr(expr, rows, session))


def compile_value(expr: tree.Expr, rows: Fields, session: Session) -> Sql:
    """The SQL of an expression that a field is to hold; Splunk refuses booleans there."""
    _check_conditions(expr)
    value = compile_expr(expr, rows, session)
    if value.kind is Kind.BOOL:
        raise SearchError("fields cannot be assigned a boolean result; use if(<condition>, <value>, <value>)")
    return value


def _check_conditions(expr: tree.Expr) -> None:
    for value in misplaced_values(walk(expr)):
        raise _no_condition(value)


def _no_condition(value: tree.Expr) -> SearchError:
    return SearchError(f"`{print_expression(value)}` is a value, and no condition; compare it with something")


def _call(call: tree.Call, rows: Fields, session: Session, fields: Mapping[str, Sql]) -> Sql:
    def compile(expr: tree.Expr, bound: Mapping[str, Sql] = _NOTHING, /) -> Sql:
        return compile_expr(expr, rows, session, {**fields, **bound} if bound else fields)

    try:
        return compile_call(call, compile, _function_context(rows, session))
    except FunctionNotSupported as error:
        raise NotSupported("function", call.name, error.why) from error
    except FunctionError as error:
        raise SearchError(error.message) from error


def _function_context(rows: Fields, session: Session) -> FunctionContext:
    return FunctionContext(
        session.start_sql,
        lambda text: Sql(compile_text(text, rows, session), Kind.BOOL),
        lambda name, inputs, outputs: lookup_sql(name, inputs, outputs, session),
    )


def _unary(op: str, operand: Sql) -> Sql:
    if op == "NOT":
        condition = as_bool(operand)
        if reading("not-null") == "true":
            condition = f"coalesce({condition}, FALSE)"
        return Sql(f"(NOT {condition})", Kind.BOOL)
    if op == "+":
        return operand
    if operand.constant and isinstance(operand.value, float):
        return number_constant(-operand.value)
    return Sql(f"(-{as_number(operand)})", Kind.NUMBER)


def _binary(op: str, a: Sql, b: Sql, session: Session) -> Sql:
    match op:
        case "AND" | "OR":
            return Sql(f"({as_bool(a)} {op} {as_bool(b)})", Kind.BOOL)
        case "XOR":
            return Sql(f"({as_bool(a)} <> {as_bool(b)})", Kind.BOOL)
        case ".":
            return _joined(a, b)
        case "+":
            return _plus(a, b)
        case "-" | "*":
            return Sql(f"({as_number(a)} {op} {as_number(b)})", Kind.NUMBER)
        case "/" | "%":
            return Sql(f"({as_number(a)} {op} nullif({as_number(b)}, 0))", Kind.NUMBER)
        case "LIKE":
            return call_function("like", [a, b], FunctionContext(session.start_sql))
        case _:
            return compare(op, a, b)


def _joined(a: Sql, b: Sql) -> Sql:
    """Two texts as one. Of a text that is put to itself the length is looked at: it doubles with each such step."""
    if Kind.NULL in (a.kind, b.kind):
        return NULL
    left, right = as_text(a), as_text(b)
    joined = f"({left} || {right})"
    if set(identifiers(left)).isdisjoint(identifiers(right)):
        return Sql(joined, Kind.STRING)
    length = f"length({left}) + length({right})"
    return Sql(f"CASE WHEN {length} > {MOST_CHARACTERS} THEN spl_too_long({length}) ELSE {joined} END", Kind.STRING)


def _plus(a: Sql, b: Sql) -> Sql:
    """The sum of two values that look like numbers; any other two joined as text; null if one is (Search Reference:
    eval, "Usage": the plus operator adds numbers and joins strings)."""
    if Kind.NULL in (a.kind, b.kind):
        return NULL
    if a.kind is b.kind is Kind.NUMBER:
        return Sql(f"({a.text} + {b.text})", Kind.NUMBER)
    if Kind.MULTI in (a.kind, b.kind) and reading("plus-multivalue") == "null":
        return NULL
    joined = _joined(a, b).text
    if never_number(a) or never_number(b):
        return Sql(joined, Kind.STRING)
    total = f"({as_number(a)} + {as_number(b)})"
    if all(constant_number(one) is not None or one.kind is Kind.NUMBER for one in (a, b)):
        return Sql(total, Kind.NUMBER)
    return Sql(f"coalesce({as_text(Sql(total, Kind.NUMBER))}, {joined})", Kind.STRING)


def _in_list(value: Sql, options: Sequence[Sql]) -> Sql:
    if value.kind is Kind.STRING and options and all(never_number(option) for option in options):
        return Sql(f"({value.text} IN ({', '.join(option.text for option in options)}))", Kind.BOOL)
    return Sql("(" + " OR ".join(compare("=", value, option).text for option in options) + ")", Kind.BOOL)
