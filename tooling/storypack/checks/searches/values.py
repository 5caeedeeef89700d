"""Comparisons in where and eval whose sides are not what they look like."""

from __future__ import annotations

import re

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading, every_stage
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spl import catalogue
from storypack.spl.fields.walk import walk
from storypack.spl.tree import (
    Aggregation,
    Assignment,
    Binary,
    Call,
    Convert,
    Expr,
    Field,
    InList,
    Node,
    Number,
    String,
)

_COMPARISONS = frozenset({"=", "==", "!=", "<", "<=", ">", ">="})
_ORDER = frozenset({"<", "<=", ">", ">="})
_NAME = re.compile(r"[A-Za-z_][\w.:{}@-]*")
_READS_AS_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TIME = re.compile(r"[-+]\d*[a-z]+(?:@[a-z]+\d?)?|@[a-z]+\d?")
_COUNTS = frozenset({"count", "c", "dc", "distinct_count", "estdc", "sum", "avg", "mean", "stdev", "var", "range"})
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_OF_ONE_FIELD = frozenset({"match", "like", "isnull", "isnotnull", "isnum", "isint", "isstr", "in"})
_OF_A_VALUE = frozenset(
    "len lower upper trim ltrim rtrim substr replace urldecode tonumber round mvcount".split()  # noqa: SIM905
)
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
        if not isinstance(binary.left, String) or not isinstance(binary.right, String | Number):
            continue
        if binary.op in _COMPARISONS and _names_a_field(binary.left) and reading.written(binary.span):
            yield _fault(reading, binary.left, "this compares a text with a constant")
    for call in reading.of(Call):
        if call.name in _OF_ONE_FIELD and call.args and _names_a_field(call.args[0]) and reading.written(call.span):
            assert isinstance(call.args[0], String)
            yield _fault(reading, call.args[0], f"`{call.name}` looks at the text, at no field")
        elif call.name == "coalesce" and len(call.args) > 1 and isinstance(call.args[0], String):
            yield _fault(reading, call.args[0], "`coalesce` always gives this text")
    for chosen in reading.of(InList):
        if _names_a_field(chosen.operand) and reading.written(chosen.span):
            assert isinstance(chosen.operand, String)
            yield _fault(reading, chosen.operand, "this looks for a constant in a list")
    if not any(_text_of_function(call) for call in reading.of(Call) if call.name in _OF_A_VALUE):
        return
    for stage in every_stage(reading.stages):
        for node in walk(stage.command):
            text = _text_of_function(node)
            if text is not None and text.value in stage.before.known:
                yield _fault(reading, text, f"this is of the text, not of the field `{text.value}`")


def _text_of_function(node: Node) -> String | None:
    """The text that a function is called with whose first argument is a field as a rule."""
    if not isinstance(node, Call) or node.name not in _OF_A_VALUE or not node.args:
        return None
    first = node.args[0]
    return first if isinstance(first, String) else None


def _fault(reading: Reading, text: String, message: str) -> Fault:
    return reading.fault(f'{message}: "{text.value}"', text.span, f"write '{text.value}' if the field is meant")


@rule(
    "SP335",
    "Order of texts instead of numbers",
    on="spl",
    severity=Severity.WARNING,
    why='A number in double quotes is a text, and texts are ordered letter by letter: "10" comes before "5". A number '
    "is compared in the same way with a text that is none, such as a time modifier.",
    example='search: index=web | stats count by user | where count>"5"',
    cure='Write the number without quotes, and a time as relative_time(now(), "-1d").',
)
def text_order(reading: Reading, world: World) -> Faults:
    with_text = [
        (side, other, binary)
        for binary in reading.of(Binary)
        if binary.op in _COMPARISONS
        for side, other in ((binary.left, binary.right), (binary.right, binary.left))
        if isinstance(side, String) and "$" not in side.value
    ]
    if not with_text:
        return
    texts = {each.target.name for each in reading.of(Assignment) if _is_text(each.value)}
    numbers = _number_fields(reading)
    for side, other, binary in with_text:
        if not _READS_AS_NUMBER.fullmatch(side.value):
            if _is_number(other) or (isinstance(other, Field) and other.name in numbers):
                message = f'a number is compared with the text "{side.value}"'
                cure = f'write relative_time(now(), "{side.value}")' if _TIME.fullmatch(side.value) else ""
                yield reading.fault(message, side.span, cure or "compare it with a number")
        elif binary.op in _ORDER and _NUMBER.fullmatch(side.value):
            if isinstance(other, Number) or _is_text(other) or (isinstance(other, Field) and other.name in texts):
                continue
            yield reading.fault(f'"{side.value}" is a text here', side.span, f"write {side.value}")


def _number_fields(reading: Reading) -> set[str]:
    """Fields that hold numbers wherever they are: of aggregations that give numbers, and not written again."""
    written = {each.target.name for each in reading.of(Assignment)}
    written |= {(call.alias or call.field).name for convert in reading.of(Convert) for call in convert.calls}
    times = {"min", "max", "earliest", "latest"} if not reading.of(Convert) else set()
    return {
        each.output
        for each in reading.of(Aggregation)
        if each.func in _COUNTS or (each.func in times and isinstance(each.arg, Field) and each.arg.name == "_time")
    } - written


def _is_number(value: Expr) -> bool:
    if isinstance(value, Call) and value.name not in _GIVES_TEXT:
        facts = catalogue.functions().get(value.name)
        return facts is not None and facts.result == "number"
    return isinstance(value, Binary) and value.op in ("-", "*", "/", "%")


def _is_text(value: Expr) -> bool:
    return isinstance(value, String) or (isinstance(value, Call) and value.name in _GIVES_TEXT)
