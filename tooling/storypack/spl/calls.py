"""Macro calls: `` `name(arg, ...)` `` as a node."""

from __future__ import annotations

import re

from storypack.spl.nodes import MacroCall
from storypack.spl.source import Span, SplError

_CALL = re.compile(r"(?s)`\s*([^\s(`\"'|=,\[\]]+)\s*(?:\((.*)\)\s*)?`\Z")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BREAK = re.compile(rf"(?s){_STRING}|[,()]")
_ONE_STRING = re.compile(rf"(?s){_STRING}").fullmatch


def macro_call(text: str, start: int) -> MacroCall:
    """The call that a `macro` token says. Raises `SplError` for an empty or malformed one.

    Knowledge Manager Manual: "Use search macros in searches"."""
    span = Span(start, start + len(text))
    match = _CALL.match(text)
    if not match:
        cure = "a macro is called as `name` or `name(argument, ...)`"
        raise SplError("this is not a call of a macro", span, cure)
    name, arguments = match.groups()
    return MacroCall(name, split_arguments(arguments) if arguments is not None else (), span=span)


def split_arguments(text: str) -> tuple[str, ...]:
    """Arguments between commas; commas in double quotes or brackets do not count, and quotes around a whole argument
    are taken off. No text at all is no argument."""
    if not text.strip():
        return ()
    arguments: list[str] = []
    level = begin = 0
    for match in _BREAK.finditer(text):
        mark = match[0]
        if mark == "(":
            level += 1
        elif mark == ")":
            level = max(level - 1, 0)
        elif mark == "," and level == 0:
            arguments.append(text[begin : match.start()])
            begin = match.end()
    arguments.append(text[begin:])
    return tuple(_unquoted(argument.strip()) for argument in arguments)


def _unquoted(argument: str) -> str:
    if _ONE_STRING(argument):
        return argument[1:-1].replace('\\"', '"')
    return argument
