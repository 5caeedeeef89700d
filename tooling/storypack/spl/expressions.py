"""The grammar of `eval`, `where` and of every place that takes an eval expression.

Loosest to tightest: XOR, OR, AND, NOT, comparison (also LIKE and IN), `+ - .`, `* / %`, sign (Search Manual: "Boolean
expressions with logical operators" and "Types of expressions"). Operators of one level group from the left. Read by
precedence climbing, so brackets cost a level of Python's stack and long chains of operators none.
"""

from __future__ import annotations

from itertools import product
from typing import Literal

from storypack.spl.calls import macro_call
from storypack.spl.nodes import (
    Binary,
    Call,
    Expr,
    Field,
    InList,
    Number,
    String,
    SubsearchValue,
    Unary,
)
from storypack.spl.source import Span, SplError, span_of
from storypack.spl.tokens import EVAL, MAX_DEPTH, Reader, unquote

XOR, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN = range(1, 9)

LEVELS = {
    "XOR": XOR,
    "OR": OR,
    "AND": AND,
    "NOT": COMPARISON,  # of `x NOT IN (...)` and `x NOT LIKE y`
    "LIKE": COMPARISON,
    "IN": COMPARISON,
    **dict.fromkeys(("=", "==", "!=", "<", "<=", ">", ">="), COMPARISON),
    **dict.fromkeys(("+", "-", "."), SUM),
    **dict.fromkeys(("*", "/", "%"), PRODUCT),
}
_INFIX = LEVELS | {
    "".join(letters): LEVELS[word]  # in any case: `And`, `like`
    for word in ("XOR", "OR", "AND", "NOT", "LIKE", "IN")
    for letters in product(*((letter, letter.lower()) for letter in word))
}

_JOINING = frozenset({"AND", "OR", "XOR"})

# Operators whose grouping does not matter. A long chain of them becomes a balanced tree, so that a search with a
# thousand ORs is not a thousand levels deep for everybody who walks the tree.
ASSOCIATIVE = frozenset({"AND", "OR", "XOR", "."})
CHAIN = 32
MAX_CHAIN = 20_000


def expression(reader: Reader, minimum: int = XOR) -> Expr:
    """The expression at the current token, as far as operators of level `minimum` and above reach.

    Stands on the token behind it, in EVAL mode; leaves the height of the tree in `reader.height`."""
    left = _operand(reader)
    height = reader.height
    while (level := _INFIX.get(reader.value, 0)) >= minimum:
        operator = reader.value.upper()
        if operator in ("IN", "NOT"):
            left = _infix_word(reader, left, operator)
        elif operator in ASSOCIATIVE:
            parts = [left]
            while reader.value == operator or reader.value.upper() == operator:
                parts.append(_right(reader, operator, level))
                height = max(height, reader.height)
                if len(parts) > MAX_CHAIN:
                    reader.fail(f"more than {MAX_CHAIN:,} operands in a row", "move long lists of values to a lookup")
            left = chain(operator, parts)
            height += len(parts) - 2 if len(parts) <= CHAIN else len(parts).bit_length() - 1
        else:
            right = _right(reader, operator, level)
            left = Binary(operator, left, right, span=span_of((left.span.start, right.span.end)))
        height = max(height, reader.height) + 1
        if height > MAX_DEPTH:
            raise SplError(f"nested deeper than {MAX_DEPTH} levels", left.span, "break the expression into several")
    reader.height = height
    return left


def chain(operator: str, parts: list[Expr]) -> Expr:
    """`parts` joined by an associative operator: from the left if they are few, else as a balanced tree."""
    if len(parts) <= CHAIN:
        left = parts[0]
        for right in parts[1:]:
            left = Binary(operator, left, right, span=span_of((left.span.start, right.span.end)))
        return left
    layer = parts
    while len(layer) > 1:
        pairs = [
            Binary(operator, left, right, span=left.span.to(right.span))
            for left, right in zip(layer[::2], layer[1::2], strict=False)
        ]
        layer = [*pairs, layer[-1]] if len(layer) % 2 else [*pairs]
    return layer[0]


def _right(reader: Reader, operator: str, level: int) -> Expr:
    """The right side of an infix operator, which is the current token."""
    place = reader.span
    reader.advance()
    if reader.at_end or reader.value in (")", ","):
        raise SplError(f"`{operator}` has nothing on its right", place, "add what it is to be combined with")
    return expression(reader, level + 1)


def _infix_word(reader: Reader, left: Expr, operator: str) -> Expr:
    """`x IN (...)`, `x NOT IN (...)`, `x NOT LIKE y`; the current token is the IN or NOT."""
    negated = operator == "NOT"
    if negated:
        reader.advance()
        if reader.is_word("like"):
            right = _right(reader, "LIKE", COMPARISON)
            span = left.span.to(right.span)
            return Unary("NOT", Binary("LIKE", left, right, span=span), span=span)
        if not reader.is_word("in"):
            reader.expected("`IN` or `LIKE` after `NOT`", "`NOT` stands before what it negates")
    reader.advance()
    if reader.value != "(":
        reader.expected("`(` after `IN`", "list the values in brackets: `IN (a, b)`")
    height = reader.height
    values = _arguments(reader)
    reader.height = max(height, reader.height)
    condition = InList(left, values, span=Span(left.span.start, reader.before))
    if not values:
        raise SplError("`IN` has no values", condition.span, "list the values in brackets: `IN (a, b)`")
    return Unary("NOT", condition, span=condition.span) if negated else condition


def _operand(reader: Reader) -> Expr:
    kind, value, start = reader.kind, reader.value, reader.start
    reader.height = 1
    if kind == "word":
        operator = value.upper() if value in _INFIX else ""
        if operator == "NOT":
            return _prefix(reader, "NOT", COMPARISON)
        end = reader.end
        reader.advance()
        if reader.value == "(":
            arguments = _arguments(reader)
            reader.height += 1
            return Call(value.lower(), arguments, span=span_of((start, reader.before)))
        if operator in _JOINING:
            raise SplError(f"`{value}` has nothing on its left", Span(start, end), "add what it is to be combined with")
        return Field(value, span=span_of((start, end)))
    if kind == "string":
        end = reader.end
        reader.advance()
        written = value[1:-1]
        text = written if "\\" not in written else unquote(value)
        return String(text, written=written, span=span_of((start, end)))
    if kind == "number":
        end = reader.end
        reader.advance()
        return Number(value, span=span_of((start, end)))
    if kind == "quoted":
        end = reader.end
        reader.advance()
        return Field(unquote(value), True, span=span_of((start, end)))
    if kind == "macro":
        reader.advance()
        return macro_call(value, start)
    return _bracketed_or_signed(reader, value, start)


def _bracketed_or_signed(reader: Reader, value: str, start: int) -> Expr:
    if value == "(":
        reader.enter()
        reader.advance()
        inner = expression(reader)
        _close(reader, start)
        reader.leave()
        return inner
    if value == "-":
        return _prefix(reader, "-", SIGN)
    if value == "+":
        return _prefix(reader, "+", SIGN)
    if value == "!":
        return _prefix(reader, "NOT", COMPARISON)
    if value == ".":
        reader.advance()
        if reader.kind == "number" and reader.start == start + 1 and "." not in reader.value:
            number = Number("." + reader.value, span=Span(start, reader.end))
            reader.advance()
            return number
        raise SplError("`.` has nothing on its left", Span(start, start + 1), "add what it is to be joined with")
    if value == "[":
        pipeline = reader.subsearch()
        return SubsearchValue(pipeline, span=Span(start, reader.before))
    if value == "*":
        reader.fail("`*` is no wildcard here", "name the field; for patterns use like() or match()")
    return reader.expected("a value")


def _prefix(reader: Reader, operator: Literal["-", "+", "NOT"], level: int) -> Expr:
    start, written, place = reader.start, reader.value, reader.span
    reader.enter()
    reader.advance()
    if reader.at_end or reader.value in (")", ","):
        raise SplError(f"`{written if written == '!' else operator}` has nothing on its right", place, "add a value")
    operand = expression(reader, level) if operator == "NOT" else _operand(reader)
    reader.leave()
    reader.height += 1
    return Unary(operator, operand, span=Span(start, operand.span.end))


def _arguments(reader: Reader) -> tuple[Expr, ...]:
    """`( expression, ... )` at the current token; leaves the greatest height in `reader.height`."""
    opener = reader.start
    reader.enter()
    reader.advance()
    arguments: list[Expr] = []
    height = 0
    if reader.value != ")":
        while True:
            arguments.append(expression(reader))
            if reader.height > height:
                height = reader.height
            if reader.value != ",":
                break
            reader.advance()
            if reader.value == ")":
                reader.fail("nothing stands between this `,` and `)`", "take the comma away, or add an argument")
    _close(reader, opener)
    reader.leave()
    reader.height = height
    return tuple(arguments)


def _close(reader: Reader, opener: int) -> None:
    if reader.value != ")":
        reader.fail_unclosed(")", "(", opener)
    reader.advance()


def whole_expression(reader: Reader) -> Expr:
    """An expression that begins after the token read last, in EVAL mode."""
    reader.begin(EVAL)
    return expression(reader)
