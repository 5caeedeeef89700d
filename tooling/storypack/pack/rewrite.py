"""Putting new text in the place of one value of a YAML file, so that every other byte of the file stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from storypack.pack.yaml import YamlError, compose, parse

_HEADER = re.compile(r"[|>][+-]?(\d?)[+-]?([ \t]+#[^\n]*|[ \t]*)(?=\r?\n|\Z)")
_COMMENT = re.compile(r"[ \t]+(#[^\r\n]*)")


class RewriteError(Exception):
    """The file was not changed, because more of it would have changed than was asked for."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A text value: its node, and the column of the mapping that holds it. `block` = not inside `{ }` or `[ ]`."""

    node: ScalarNode
    column: int
    block: bool


def rewrite(text: str, key: str, change: Callable[[str], str]) -> str:
    """The file's text, each text value under a key named `key` replaced by what `change` makes of it.

    A value of several lines becomes (or stays) a literal block (`key: |`). Inside braces and brackets nothing is
    changed. Raises RewriteError should anything but these values differ afterwards, and whatever `change` raises."""
    places = list(_places(compose(text), key))
    wanted: list[str] = []
    result = text
    for place in reversed(places):
        value = place.node.value
        new = change(value) if place.block else value
        wanted.append(new.rstrip("\n"))
        if new.rstrip("\n") != value.rstrip("\n"):
            result = _replaced(result, place, new.rstrip("\n"))
    if result != text:
        _verify(text, result, key, wanted[::-1])
    return result


def _places(node: Node | None, key: str, column: int = 0, block: bool = True) -> Iterator[_Place]:
    if isinstance(node, MappingNode):
        block = block and not node.flow_style
        for name, value in node.value:
            if isinstance(name, ScalarNode) and name.value == key and isinstance(value, ScalarNode):
                yield _Place(value, name.start_mark.column, block)
            else:
                yield from _places(value, key, column, block)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _places(item, key, column, block and not node.flow_style)


def _replaced(text: str, place: _Place, value: str) -> str:
    """The file's text with one value replaced."""
    start = place.node.start_mark.index
    line_break = "\r\n" if "\r\n" in text else "\n"
    if place.node.style == "|":
        header = _HEADER.match(text, start)
        if header is None:
            raise RewriteError("the head of a block could not be read")
        end, indent = _block(text, header.end(), place.column, header[1])
        head = text[start : header.end()]
    else:
        end = _end_of(text, place.node)
        comment = _COMMENT.match(text, end)
        head = "|-" + (f" {comment[1]}" if comment else "")
        end = comment.end() if comment else end
        indent = place.column + 2
    lines = [(" " * indent + line) if line else "" for line in value.split("\n")]
    return text[:start] + head + line_break + line_break.join(lines) + text[end:]


def _block(text: str, start: int, column: int, given: str) -> tuple[int, int]:
    """Where the last line of a literal block ends, and how far its lines are moved in."""
    indent = column + int(given) if given else 0
    end, position = start, start
    while position < len(text):
        position = text.index("\n", position) + 1 if "\n" in text[position:] else len(text)
        line = text[position:].split("\n", 1)[0].rstrip("\r")
        blanks = len(line) - len(line.lstrip(" "))
        if line.strip(" "):
            indent = indent or blanks
            if blanks < indent or blanks <= column:
                break
            end = position + len(line)
    return end, indent


def _end_of(text: str, node: ScalarNode) -> int:
    """Where a plain or quoted value, or a folded block, ends: behind its last character."""
    end = node.end_mark.index
    while end > node.start_mark.index and text[end - 1] in " \t\r\n":
        end -= 1
    return int(end)


def _verify(old: str, new: str, key: str, wanted: list[str]) -> None:
    """Raise RewriteError unless the data differ in the values asked for, and in nothing else."""
    try:
        before, after = _without(parse(old)[0], key), _without(parse(new)[0], key)
        found = [place.node.value.rstrip("\n") for place in _places(compose(new), key)]
    except YamlError as error:
        raise RewriteError(f"the result would be no YAML: {error}") from error
    if before != after or found != wanted:
        raise RewriteError("more of the file would have changed than the search")


def _without(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: None if name == key else _without(item, key) for name, item in value.items()}
    return [_without(item, key) for item in value] if isinstance(value, list) else value
