"""Comparisons in where and eval whose sides are not what they look like."""

from __future__ import annotations

import re

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spl.tree import Assignment, Binary, Call, Expr, Field, Number, String

_COMPARISONS = frozenset({"=", "==", "!=", "<", "<=", ">", ">="})
_ORDER = frozenset({"<", "<=", ">", ">="})
_NAME = re.compile(r"[A-Za-z_][\w.:{}@-]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_OF_ONE_FIELD = ("match", "like", "isnull", "isnotnull", "isnum", "isint", "isstr")
_GIVES_TEXT = frozenset({"strftime", "substr", "replace", "tostring", "mvjoin", "printf", "lower", "upper", "md5"})


def _names_a_field(side: Expr) -> bool:
    """A text in double quotes that looks like a field; one with a token is filled in before it is compared."""
    return isinstance(side, String) and _NAME.fullmatch(side.value) is not None


@rule(
    "SP334",
    "Condition on two texts",
    on="spl",
    severity=Severity.WARNING,
    why="In where and eval, double quotes make a text, never a field: the condition is the same for every row.",
    example='search: index=web | eval kind=if("meta.type"=="x", "info", "low")',
    cure="Put the field in single quotes, or in none.",
)
def two_texts(reading: Reading, world: World) -> Faults:
    for binary in reading.of(Binary):
        both = isinstance(binary.left, String) and isinstance(binary.right, String | Number)
        if binary.op in _COMPARISONS and both and _names_a_field(binary.left) and reading.written(binary.span):
            assert isinstance(binary.left, String)
            yield _fault(reading, binary.left, "this compares a text with a constant")
    for call in reading.of(Call):
        if call.name in _OF_ONE_FIELD and call.args and _names_a_field(call.args[0]) and reading.written(call.span):
            assert isinstance(call.args[0], String)
            yield _fault(reading, call.args[0], f"`{call.name}` looks at the text, at no field")


def _fault(reading: Reading, text: String, message: str) -> Fault:
    return reading.fault(f'{message}: "{text.value}"', text.span, f"write '{text.value}' if the field is meant")


@rule(
    "SP335",
    "Order of texts instead of numbers",
    on="spl",
    severity=Severity.WARNING,
    why='A number in double quotes is a text, and texts are ordered letter by letter: "10" comes before "5".',
    example='search: index=web | stats count by user | where count>"5"',
    cure="Write the number without quotes.",
)
def text_order(reading: Reading, world: World) -> Faults:
    texts = {each.target.name for each in reading.of(Assignment) if _is_text(each.value)}
    for binary in reading.of(Binary):
        if binary.op not in _ORDER:
            continue
        for side, other in ((binary.left, binary.right), (binary.right, binary.left)):
            if not isinstance(side, String) or not _NUMBER.fullmatch(side.value):
                continue
            if isinstance(other, Number) or _is_text(other) or (isinstance(other, Field) and other.name in texts):
                continue
            yield reading.fault(f'"{side.value}" is a text here', side.span, f"write {side.value}")


def _is_text(value: Expr) -> bool:
    return isinstance(value, String) or (isinstance(value, Call) and value.name in _GIVES_TEXT)
