"""Values of search and of `tstats where` that are text, though their author meant something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spl.tree import Compare, In, Keyword, Word

_ORDER = frozenset({"<", "<=", ">", ">="})
_NAME = re.compile(r"[A-Za-z_]\w*(?:\{\})?(?:\.\w+(?:\{\})?)*")
_DATASET = re.compile(r"[A-Z]\w*(?=\.)")
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?(?:[kKmMgGtT]i?[bB]?|[bB]|%)")
_LIKE = re.compile(  # not %20, %TEMP%\x or 100%
    r"%(?![0-9A-Fa-f]{2})(?![A-Z_\d()]+%).*[^*%]|[^*%\d]+%|%(?![A-Z_]+%$).*%"
)
_TYPOGRAPHIC = re.compile("^[\u2018-\u201f]|[\u2018-\u201f]$")
_TEMPLATE = re.compile(r"\{\{.*\}\}|<[a-z][\w ]*>")


@rule(
    "SP339",
    "Value that search takes letter by letter",
    on="spl",
    severity=Severity.WARNING,
    why="What stands behind the operator in search and in tstats where is a text with * as its wildcard, or a number. "
    "Another field's name, a %, a unit, a separator of thousands and typographic quotes are letters like any other.",
    example='search: index=web bytes_out>bytes_in url="%upload%"',
    cure="Compare two fields with where, write * for any text, and numbers in digits.",
)
def taken_literally(reading: Reading, world: World) -> Faults:
    for compare in reading.of(Compare):
        if isinstance(compare.value, Word):
            problem = _compared(compare.field.name, compare.op, compare.value) or _value(compare.value)
            if problem:
                yield reading.fault(problem[0], compare.value.span, problem[1])
    for word in _listed(reading):
        if problem := _value(word):
            yield reading.fault(problem[0], word.span, problem[1])


def _listed(reading: Reading) -> Iterator[Word | Keyword]:
    for each in reading.of(In):
        yield from (value for value in each.values if isinstance(value, Word))
    yield from (keyword for keyword in reading.of(Keyword) if not keyword.quoted and not keyword.text.startswith("%"))


def _compared(name: str, operator: str, value: Word) -> tuple[str, str] | None:
    """What is wrong with a comparison as such, and its cure."""
    text = value.text
    dataset = _DATASET.match(name)
    if _NAME.fullmatch(text) and not value.quoted:
        message = f"this compares with the text `{text}`, not with a field"
        if dataset is not None and text.startswith(f"{dataset[0]}."):
            return message, "keep both fields, and compare them with where"
        if operator in _ORDER:
            return message, f"write `| where {name}{operator}{text}`"
    if operator in _ORDER and _AMOUNT.fullmatch(text):
        return f"`{text}` is no number", "write it in digits"
    return None


def _value(value: Word | Keyword) -> tuple[str, str] | None:
    """What is wrong with a value wherever it stands, and its cure."""
    text = value.text
    if _LIKE.fullmatch(text):
        return "`%` is no wildcard of search", f"write {text.replace('%', '*')}"
    if not value.quoted and _TYPOGRAPHIC.search(text):
        return f"these are no quotes to Splunk: {text}", 'write "..."'
    if not value.quoted and _TEMPLATE.fullmatch(text):
        return f"nothing fills in {text}", "write the value out"
    if value.quoted and " OR " in text:
        return "OR within quotes is part of the text", 'write IN ("...", "...")'
    return None
