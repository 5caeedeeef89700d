"""Search Reference: Mathematical functions. What cannot be computed is `nan` or `inf`, what is no number null."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from storypack.engine.functions.registry import Compile, FunctionContext, FunctionError, function, special
from storypack.engine.functions.shapes import literal_number, literal_text, number, numbers
from storypack.engine.sql import Kind, Sql, as_number, as_text, number_constant, once, quote
from storypack.spl import tree

MOST_DECIMALS = 15
"""A double holds no more."""


def _simple(name: str, sql: str) -> Callable[[Sequence[Sql], FunctionContext], Sql]:
    def plain(args: Sequence[Sql], context: FunctionContext) -> Sql:
        return number(sql.format(*numbers(args)))

    return function(name, 1)(plain)


abs_ = _simple("abs", "abs({0})")
ceiling = _simple("ceiling", "ceil({0})")
ceil = _simple("ceil", "ceil({0})")
floor = _simple("floor", "floor({0})")
exact = _simple("exact", "{0}")
exp = _simple("exp", "exp({0})")
ln = _simple("ln", "ln({0})")
sqrt = _simple("sqrt", "sqrt({0})")


@function("pi", 0)
def pi(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return number_constant(math.pi)


@function("log", 1, 2)
def log(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The logarithm to a base, which is 10 if left out."""
    values = numbers(args)
    if len(args) == 1:
        return number(f"log10({values[0]})")
    return number(f"(ln({values[0]}) / nullif(ln({values[1]}), 0))")


@function("pow", 2)
def pow_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    base, exponent = numbers(args)
    return number(f"pow({base}, {exponent})")


@function("round", 1, 2)
def round_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Rounded to so many decimals, halves away from zero. The decimals stay where the number turns into text:
    `round(50,1)."%"` is `50.0%`."""
    values = numbers(args)
    if len(args) == 1:
        return number(f"round({values[0]})")
    rounded = f"spl_round({values[0]}, {values[1]})"
    places = literal_number(args[1])
    if places is None or places not in range(1, MOST_DECIMALS + 1):
        return number(rounded)
    return Sql(f"printf('%.{int(places)}f', {rounded})", Kind.STRING)


@function("sum", 1, None)
def sum_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The sum of the numbers among the values, each value of a multivalue; null without any."""
    return number(f"list_sum({number_list('sum', args)})")


def number_list(name: str, args: Sequence[Sql]) -> str:
    """DOUBLE[] of the numbers among the values; FunctionError for a literal text."""
    if any(literal_text(arg) is not None for arg in args):
        raise FunctionError(f"function `{name}` takes numbers and fields, not texts in double quotes")
    singles = [as_number(arg) for arg in args if arg.kind is not Kind.MULTI]
    lists = [f"spl_numbers({arg.text})" for arg in args if arg.kind is Kind.MULTI]
    if singles:
        lists.append(f"list_filter([{', '.join(singles)}], lambda n: n IS NOT NULL)")
    return lists[0] if len(lists) == 1 else f"list_concat({', '.join(lists)})"


@special("sigfig", 1)
def sigfig(call: tree.Call, compile: Compile, context: FunctionContext) -> Sql:
    """The value of a calculation with as many significant figures as its operands justify.

    Products keep the fewest significant figures of the factors, sums the fewest decimals of the terms.
    """
    expr = call.args[0]
    sums = isinstance(expr, tree.Binary) and expr.op in "+-"
    operators = "+-" if sums else "*/"
    operands = list(_operands(expr, operators))

    def build(given: Sequence[Sql]) -> Sql:
        names = {id(operand): f"\0{at}" for at, operand in enumerate(operands)}
        known = dict(zip(names.values(), given, strict=True))
        value = as_number(compile(_renamed(expr, operators, names), known))
        measure = "spl_decimals" if sums else "spl_figures"
        written = [
            quote(operand.text) if isinstance(operand, tree.Number) else as_text(operand_sql)
            for operand, operand_sql in zip(operands, given, strict=True)
        ]
        fewest = ", ".join(f"{measure}({text})" for text in written)
        fewest = f"least({fewest})" if len(written) > 1 else fewest
        return number(f"spl_round({value}, {fewest})" if sums else f"spl_sigfig({value}, {fewest})")

    return once([compile(operand) for operand in operands], build)


def _operands(expr: tree.Expr, operators: str) -> Iterator[tree.Expr]:
    """The operands of a chain of `operators`."""
    if isinstance(expr, tree.Binary) and expr.op in operators:
        yield from _operands(expr.left, operators)
        yield from _operands(expr.right, operators)
    else:
        yield expr


def _renamed(expr: tree.Expr, operators: str, names: Mapping[int, str]) -> tree.Expr:
    """The chain with fields of these names for its operands."""
    if isinstance(expr, tree.Binary) and expr.op in operators:
        left, right = (_renamed(side, operators, names) for side in (expr.left, expr.right))
        return tree.Binary(expr.op, left, right)
    return tree.Field(names[id(expr)])
