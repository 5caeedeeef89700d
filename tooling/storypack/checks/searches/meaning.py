"""Conditions that say something else than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading, every_stage
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.reference import cim
from storypack.spl.fields import StageFields
from storypack.spl.fields.state import OF_EVENTS
from storypack.spl.fields.walk import walk
from storypack.spl.pattern import matches_anything
from storypack.spl.source import Span
from storypack.spl.tree import (
    And,
    Binary,
    Call,
    Command,
    Compare,
    Dedup,
    Eval,
    Field,
    In,
    Keyword,
    Lookup,
    Node,
    Not,
    Or,
    Pipeline,
    Plain,
    Search,
    Stats,
    String,
    TimeModifier,
    Unary,
    Where,
    Word,
)

_EQUALITY = ("=", "==", "!=")


@rule(
    "SP310",
    "NOT or != that says something else",
    on="spl",
    severity=Severity.WARNING,
    why="field!=value asks that the field is there, NOT field=value does not. After a lookup, the rows that the lookup "
    "does not know have no value: != drops them, and they are as a rule the ones that are wanted.",
    example='search: index=web | lookup exf_trusted account OUTPUT owner | where owner!="backup"',
    cure="Say what is to become of rows without the field: NOT field=value, isnull(field), fillnull.",
)
def negation(reading: Reading, world: World) -> Faults:
    for compare in reading.of(Compare):
        if compare.op == "!=" and isinstance(compare.value, Word) and matches_anything(compare.value.text):
            name = compare.field.name
            yield reading.fault(f"`{name}!=*` is never true", compare.span, f"write NOT {name}=*")
    for term in reading.of(Not):
        if isinstance(term.term, Compare) and term.term.op == "!=":
            name = term.term.field.name
            message = f"`NOT {name}!=...` is also true where there is no {name}"
            yield reading.fault(message, term.span, f"write {name}=...")
    if reading.of(Lookup):
        yield from _on_optional(reading, reading.stages)


def _on_optional(reading: Reading, stages: Sequence[StageFields]) -> Iterator[Fault]:
    """`!=` on a field that a lookup fills for some rows only."""
    optional: set[str] = set()
    for stage in stages:
        command = stage.command
        for inner in stage.inner:
            yield from _on_optional(reading, inner)
        if isinstance(command, Lookup):
            optional.update((mapping.target or mapping.source).name for mapping in command.outputs)
            continue
        if optional and isinstance(command, Search | Where):
            for field, span in _unequal(command):
                if field in optional - _null_asked(command):
                    message = f"`!=` drops the rows that the lookup does not know: they have no {field}"
                    cure = f"NOT {field}=..." if isinstance(command, Search) else f"isnull({field}) OR {field}!=..."
                    yield reading.fault(message, span, f"write {cure} if they are wanted")
        if optional:
            optional -= _settled(command)


def _unequal(command: Search | Where) -> Iterator[tuple[str, Span]]:
    for node in walk(command):
        if isinstance(node, Compare) and node.op == "!=":
            yield node.field.name, node.span
        elif isinstance(node, Binary) and node.op == "!=" and isinstance(node.left, Field):
            if isinstance(node.right, String) and node.right.value:
                yield node.left.name, node.span
        elif isinstance(node, Unary) and node.op == "NOT" and isinstance(node.operand, Binary):
            inner = node.operand
            if inner.op in ("=", "==") and isinstance(inner.left, Field) and isinstance(inner.right, String):
                yield inner.left.name, node.span


def _null_asked(command: Search | Where) -> set[str]:
    """The fields of which a condition asks whether they are there."""
    found: set[str] = set()
    for node in walk(command):
        if isinstance(node, Call) and node.name in ("isnull", "isnotnull", "coalesce"):
            found |= {each.name for each in walk(node) if isinstance(each, Field)}
        elif isinstance(node, Compare) and isinstance(node.value, Word) and matches_anything(node.value.text):
            found.add(node.field.name)
    return found


def _settled(command: Command) -> set[str]:
    """Fields that a stage gives a value to in every row, or asks for."""
    if isinstance(command, Eval):
        return {each.target.name for each in command.assignments if hasattr(each, "target")}
    if isinstance(command, Plain) and command.name in ("fillnull", "filldown"):
        return {word.text for word in command.words if isinstance(word, Word)}
    if isinstance(command, Search | Where):
        return _null_asked(command)
    return set()


@rule(
    "SP311",
    "Comparison with NULL",
    on="spl",
    severity=Severity.WARNING,
    why="Nothing equals null, not even null: the condition is never true. In where and eval, NULL without brackets is "
    "a field of that name; in search it is the word.",
    example="search: index=web | where user=NULL",
    cure="Use isnull(field) or isnotnull(field); in search NOT field=* or field=*.",
)
def null_comparison(reading: Reading, world: World) -> Faults:
    for binary in reading.of(Binary):
        if binary.op in _EQUALITY:
            for side, other in ((binary.left, binary.right), (binary.right, binary.left)):
                if _is_null(side):
                    name = other.name if isinstance(other, Field) else "..."
                    function = "isnotnull" if binary.op == "!=" else "isnull"
                    yield reading.fault("nothing equals null", binary.span, f"write {function}({name})")
                    break
    for compare in reading.of(Compare):
        word = compare.value
        if isinstance(word, Word) and not word.quoted and word.text.lower() in ("null", "null()"):
            name = compare.field.name
            cure = f"write {name}=*" if compare.op == "!=" else f"write NOT {name}=*"
            yield reading.fault(f"this compares {name} with the word {word.text}", compare.span, cure)


def _is_null(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name == "null"
    return isinstance(node, Field) and not node.quoted and node.name.lower() == "null"


@rule(
    "SP312",
    "Comparison with a word without quotes",
    on="spl",
    severity=Severity.WARNING,
    why="In where and eval a word without quotes is a field. If there is no such field, the condition is never true.",
    example="search: index=web | where user=admin",
    cure='Put text in double quotes: user="admin".',
)
def bare_word(reading: Reading, world: World) -> Faults:
    suspects = [node for node in reading.of(Binary) if node.op in _EQUALITY and isinstance(node.left, Field | Call)]
    words = [node.right for node in suspects if isinstance(node.right, Field)]
    if not words:
        return
    for stage in every_stage(reading.stages):
        start, end = stage.command.span
        if isinstance(stage.command, Where | Eval | Stats) and stage.before.is_open:
            for word in words:
                if start <= word.span.start < end and _is_text(reading, stage, word):
                    yield reading.fault(
                        f"`{word.name}` is a field here, not a text", word.span, f'write "{word.name}" if it is text'
                    )


def _is_text(reading: Reading, stage: StageFields, field: Field) -> bool:
    """A name that no other place of the search knows, nor the data models: text that lost its quotes, as a rule."""
    name = field.name
    if field.quoted or not re.fullmatch(r"[A-Za-z][A-Za-z-]*", name) or name in stage.before.known:
        return False
    assert reading.expanded is not None
    elsewhere = len(re.findall(rf"(?<![\w.]){re.escape(name)}(?![\w.])", reading.expanded.text)) > 1
    return not elsewhere and name not in known_fields() and name.lower() not in ("true", "false", "null")


@cache
def known_fields() -> frozenset[str]:
    """What an add-on may give any event: fields of the data models, and those that all events have."""
    fields = {name for model in cim.models() for dataset in model.datasets.values() for name in dataset.fields}
    return OF_EVENTS.union(fields)


@rule(
    "SP313",
    "OR beside AND without parentheses",
    on="spl",
    severity=Severity.WARNING,
    why="In search, OR binds tighter than AND: `a OR b c` is `(a OR b) c`. In where it is the other way round, and "
    "many readers think of that.",
    example="search: index=web user=admin OR src=192.0.2.1 status=200",
    cure="Say with parentheses what is meant.",
)
def mixed_or(reading: Reading, world: World) -> Faults:
    for conjunction in reading.of(And):
        for term in conjunction.terms:
            if not isinstance(term, Or) or _bracketed(reading, term):
                continue
            if not _same_field(term) or _beside_and(reading, term):
                yield reading.fault("OR beside other terms without parentheses", term.span, "put `( )` around it")


def _bracketed(reading: Reading, term: Or) -> bool:
    """Do parentheses enclose just this?"""
    assert reading.expanded is not None
    text = reading.expanded.text
    start, end = term.span.start, term.span.end
    while start and text[start - 1].isspace():
        start -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    if start and text[start - 1] == "(" and text[end : end + 1] == ")":
        return True
    # The last of the options may end in a bracket of its own, which its span leaves out.
    return start > 0 and text[start - 1] == "(" and _closes_behind(text, start - 1, end)


def _closes_behind(text: str, opener: int, end: int) -> bool:
    from storypack.spl.tokens import balanced_end

    position, closed = balanced_end(text, opener)
    return closed and set(text[end : position - 1]) <= set(") \n\t")


def _beside_and(reading: Reading, term: Or) -> bool:
    """Does the author write AND beside it, as in where, and not just a blank?"""
    assert reading.expanded is not None
    before, after = reading.expanded.text[: term.span.start], reading.expanded.text[term.span.end :]
    return re.search(r"(?i)\bAND\s*$", before) is not None or re.match(r"(?i)\s*AND\b", after) is not None


def _same_field(term: Or) -> bool:
    """`a=1 OR a=2`, which reads the same either way."""
    names = {each.field.name if isinstance(each, Compare | In) else "" for each in term.terms}
    return len(names) == 1 and "" not in names


@rule(
    "SP314",
    "Dedup in front of stats",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="dedup keeps the first event of each kind and throws the others away with all that they say; stats could look "
    "at them all, on every indexer at once, and count kinds with dc().",
    example="search: index=web | dedup user src | stats count by src",
    cure="Use stats dc(user) by src, or stats latest(...) by user src.",
)
def dedup_before_stats(reading: Reading, world: World) -> Faults:
    for pipeline in reading.of(Pipeline):
        for command, behind in pairwise(pipeline.commands):
            counted = isinstance(behind, Stats) and behind.name == "stats"
            if counted and isinstance(command, Dedup) and not command.sortby:
                span = Span(command.span.start, command.span.start + len("dedup"))
                yield reading.fault("`dedup` right before `stats`", span, "let stats count kinds with dc()")


@rule(
    "SP315",
    "Real-time window",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="A real-time search occupies a processor core on every indexer for as long as it runs, and it never sees an "
    "event that comes late.",
    example="search: index=web earliest=rt-5m latest=rt",
    cure="Schedule it, with a window that leaves time for late events.",
)
def real_time(reading: Reading, world: World) -> Faults:
    for modifier in reading.of(TimeModifier):
        if re.fullmatch(r"rt(?:now)?(?:[-+@].*)?", modifier.value.strip().lower()):
            yield reading.fault(f"`{modifier.name}={modifier.value}` is a real-time window", modifier.span)


@rule(
    "SP316",
    "Wildcard where there is none",
    on="spl",
    severity=Severity.WARNING,
    why="In where and eval a star is a star: the comparison is true of that very text only.",
    example='search: index=web | where user="adm*"',
    cure='Use like(user, "adm%") or match(user, "^adm"), or the command search.',
)
def star_in_where(reading: Reading, world: World) -> Faults:
    for binary in reading.of(Binary):
        if binary.op in _EQUALITY and isinstance(binary.right, String) and isinstance(binary.left, Field | Call):
            value = binary.right.value
            if len(value) > 1 and (value.startswith("*") or value.endswith("*")):
                cure = "use like() with %, or match()"
                yield reading.fault("`*` is no wildcard in where and eval", binary.right.span, cure)


@rule(
    "SP317",
    "Operator in lower case",
    on="spl",
    severity=Severity.WARNING,
    why="In search, AND, OR and NOT are operators in capitals only: or is a word that the events must hold.",
    example="search: index=web status=500 or status=503",
    cure="Write it in capitals; if the word is meant, put it in quotes.",
)
def lower_case_operator(reading: Reading, world: World) -> Faults:
    for keyword in reading.of(Keyword):
        if not keyword.quoted and keyword.text in ("and", "or", "not", "And", "Or", "Not"):
            upper = keyword.text.upper()
            yield reading.fault(f"`{keyword.text}` is a word to look for here", keyword.span, f"write {upper}")
