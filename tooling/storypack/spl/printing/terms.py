"""Search terms as text."""

from __future__ import annotations

import re
from types import UnionType

from storypack.spl.nodes import (
    And,
    Compare,
    Directive,
    Field,
    In,
    Keyword,
    MacroCall,
    Not,
    Or,
    SubsearchTerm,
    SubsearchValue,
    Term,
    TimeModifier,
    Word,
)
from storypack.spl.printing import text
from storypack.spl.tokens import MAX_DEPTH

_ESCAPE = r'\\["|\\]?'
_FIELD = re.compile(r"[^\s\"()\[\]|=<>!`,\\]+").fullmatch
_VALUE = re.compile(rf'(?:[^\s"()\[\]|`,\\]|{_ESCAPE}|,(?=[^\s()\[\]|"`=<>!,]))+').fullmatch
_LIST_VALUE = re.compile(rf'(?:[^\s"()\[\]|`,\\]|{_ESCAPE})+').fullmatch
_STRING_BODY = re.compile(r'(?s)[^"\\]*(?:\\.[^"\\]*)*').fullmatch
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_AMBIGUOUS = frozenset({"in", "by", "groupby"})  # as bare words they may begin a clause; in brackets they do not


def term(node: Term) -> str:
    """The text of a condition. An OR beside other terms gets brackets, which the grammar does not ask for, but the
    reader does; unless they are many, and might nest deeper than can be read back."""
    written = _term(node, And | Or)
    return written if written.count("(") < MAX_DEPTH // 2 else _term(node, And)


def _term(node: Term, inside_and: type | UnionType) -> str:
    """`inside_and`: what gets brackets when it is part of an AND."""

    def part(inner: Term, bracketed: type | UnionType) -> str:
        written = _term(inner, inside_and)
        return f"({written})" if isinstance(inner, bracketed) else written

    match node:
        case And(()):
            return "()"
        case And(terms):
            return " ".join(part(each, inside_and) for each in terms)
        case Or(terms):
            return " OR ".join(part(each, And | Or) for each in terms)
        case Not(inner):
            return f"NOT {part(inner, And | Or)}"
        case Compare(left, operator, right):
            value = _value(right)
            gap = " " if value[0] in "=<>!" else ""  # `a= =b` compares with the text `=b`
            return f"{field(left)}{operator}{gap}{value}"
        case In(left, values):
            return f"{field(left)} IN ({', '.join(_value(value, in_list=True) for value in values)})"
        case Keyword(written, quoted):
            return _keyword(written, quoted)
        case Directive(name, written, left):
            body = f'"{written}"' if re.search(r"[()]|^\s|\s$", written) else written
            return f"{field(left) + '=' if left else ''}{name}({body})"
        case TimeModifier(name, value):
            written = _value(Word(value))
            return f"{name}={' ' if written[0] in '=<>!' else ''}{written}"
        case SubsearchTerm(pipeline):
            return _subsearch(SubsearchValue(pipeline))
        case MacroCall():
            return text.macro(node)


def _keyword(written: str, quoted: bool) -> str:
    if quoted:
        return f'"{written}"'
    return f"({written})" if written.lower() in _AMBIGUOUS else written


def field(node: Field) -> str:
    """The field of a comparison."""
    bare = not node.quoted and _FIELD(node.name) and node.name not in _OPERATORS
    return node.name if bare else text.double(node.name)


def _value(node: Word | MacroCall | SubsearchValue, *, in_list: bool = False) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    if isinstance(node, SubsearchValue):
        return _subsearch(node)
    if not node.quoted and (_LIST_VALUE if in_list else _VALUE)(node.text):
        return node.text
    return f'"{node.text}"' if _STRING_BODY(node.text) else text.double(node.text)


def _subsearch(node: SubsearchValue) -> str:
    from storypack.spl.printing.pipelines import subsearch

    return subsearch(node.pipeline)
