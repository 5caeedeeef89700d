"""Stages that were read before, in another search or at another place of this one.

Searches of a pack share stages: what a macro stands for, how times are shown, what is dropped. Such a stage is not read
again; its node is copied to the new place, or shared where the place is the same.

What a stage is read as depends on its text alone, if that text is whole in itself: no square bracket, and no quote or
backtick that something behind its end might close. Others are always read."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from storypack.spl.commands.deferred import Deferred
from storypack.spl.memory import Memory
from storypack.spl.nodes import Command, Node
from storypack.spl.source import NOWHERE, Span, span_of
from storypack.spl.tokens import MACRO, QUOTED, STRING, Reader

N = TypeVar("N", bound=Node)

LONGEST = 2_000
"""Characters of a stage that is kept: longer ones do not come twice."""

# A backslash may make a quote a character of a word, and a single quote in the middle of a word is one.
_WHOLE = re.compile(rf"(?s)(?:[^\"'`\[\]|\\]++|{STRING}|(?<=[\s(,]){QUOTED}|{MACRO})*+(?P<end>\||\Z)").match


class _Stage(NamedTuple):
    """A stage, where the text behind its pipe begins, and where its last token ended: offsets of the search that it was
    read in."""

    command: Command
    begin: int
    before: int


_stages = Memory[_Stage](100_000)


def shared_text(reader: Reader) -> str:
    """The text of the stage behind the pipe at the current token, with the pipe behind it if there is one. Empty for a
    stage that is to be read where it stands."""
    if reader.depth or reader.nesting:
        return ""
    whole = _WHOLE(reader.text, reader.end, reader.end + LONGEST)
    if whole is None or not (whole["end"] or whole.end() == len(reader.text)):
        return ""
    return whole[0]


def known(reader: Reader, text: str) -> Command | None:
    """The stage of a `shared_text`, if it was read before; the reader stands on the token behind it then."""
    stage = _stages.get(text)
    if stage is None:
        return None
    by = reader.end - stage.begin
    reader.end_stage(stage.before + by, reader.end + len(text))
    return moved(stage.command, by) if by else stage.command


def keep(reader: Reader, text: str, begin: int, command: Command) -> None:
    """Keep a stage that was read: `text` as `shared_text` gave it, `begin` its offset. The reader stands behind the
    stage; if that is not where the text ends, the stage is not kept."""
    if reader.end == begin + len(text) and not isinstance(command, Deferred):
        _stages.keep(text, _Stage(command, begin, reader.before))


def moved(node: N, by: int) -> N:
    """A copy of a node and of all below it, at a place that lies so many characters further on."""
    copy = object.__new__(type(node))
    for name in _NAMES[type(node)]:
        setattr(copy, name, _moved(getattr(node, name), by))
    return copy


def _moved(value: Any, by: int) -> Any:
    kind = type(value)
    if kind is str or kind is bool:
        return value
    if kind is Span:
        return value if value == NOWHERE else span_of((value.start + by, value.end + by))
    if kind is tuple:
        return tuple([_moved(each, by) for each in value]) if value else value
    return moved(value, by) if isinstance(value, Node) else value


class _Names(dict[type, tuple[str, ...]]):
    """The fields of each type of node, filled as types are met."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        self[kind] = tuple(each.name for each in fields(kind))
        return self[kind]


_NAMES = _Names()
