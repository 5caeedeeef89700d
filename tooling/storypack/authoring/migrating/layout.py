"""Where in the text of a YAML file its values and comments stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from storypack.pack.source import KeyPath
from storypack.pack.yaml import compose, parse

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands. `column` is that of its key, or of the dash before it; `start` the offset of either.
    `in_flow` = between braces or brackets."""

    path: KeyPath
    key: ScalarNode | None
    node: Node
    column: int
    start: int
    in_flow: bool

    @property
    def is_block(self) -> bool:
        """A list or object of several lines, without brackets."""
        return isinstance(self.node, CollectionNode) and not self.node.flow_style

    @property
    def is_flow(self) -> bool:
        """A list or object in brackets or braces."""
        return isinstance(self.node, CollectionNode) and bool(self.node.flow_style)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, from its `#` to the end of the line."""

    start: int
    text: str


class LayoutError(ValueError):
    """The text cannot be taken apart, and why."""


@dataclass(frozen=True)
class Layout:
    """The text of a file of one object, line ends as `\\n`, and its data.

    Raises YamlError if it cannot be read, and LayoutError for what means something only where it stands."""

    text: str
    data: dict[str, Any] = field(init=False, repr=False)
    places: dict[KeyPath, Place] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        data, problems = parse(self.text)
        if problems:
            raise LayoutError(problems[0].message)
        if any(getattr(event, "anchor", None) for event in yaml.parse(self.text, Loader=yaml.CLoader)):
            raise LayoutError("it has anchors (&) or aliases (*); write their values out")
        places = {place.path: place for place in _places(compose(self.text), (), self.text, False)}
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "places", places)

    def value(self, path: KeyPath) -> Any:
        """The data at a path that the file has."""
        value: Any = self.data
        for part in path:
            value = value[part]
        return value

    @cached_property
    def comments(self) -> list[Comment]:
        comments: list[Comment] = []
        end = 0
        for match in _COMMENT.finditer(self.text):
            at = match.start()
            if at < end or self._is_in_scalar(at):
                continue
            end = self.line_end(at)
            comments.append(Comment(at, self.text[at:end].rstrip()))
        return comments

    @cached_property
    def _scalars(self) -> list[tuple[int, int]]:
        spans = []
        for place in self.places.values():
            if isinstance(place.node, ScalarNode):
                start = place.node.start_mark.index
                if place.node.style in ("|", ">"):  # a comment may stand behind its head
                    start = self.line_end(start)
                spans.append((start, self.end(place.node)))
            if place.key is not None:
                spans.append((place.key.start_mark.index, place.key.end_mark.index))
        return sorted(spans)

    # --- places in the text

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def line(self, at: int) -> int:
        """Number of the line, from 1."""
        return self.text.count("\n", 0, at) + 1

    def end(self, node: Node) -> int:
        """Where a value ends: behind its last character."""
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, ScalarNode):
            if node.style in ("|", ">"):
                return end - 1 if end > start and self.text[end - 1 : end] == "\n" else end
            while end > start and self.text[end - 1] in " \t\n":
                end -= 1
            return end
        if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
            return end
        last = node.value[-1]
        if isinstance(last, tuple):
            key, value = last
            return max(self.end(value), int(key.end_mark.index) + 1)
        return self.end(last)

    def chunk_end(self, place: Place) -> int:
        """Where an entry ends, with the comment behind it on its line."""
        end = max(self.end(place.node), place.start + 1)
        if place.key is not None:
            end = max(end, place.key.end_mark.index + 1)
        stop = self.line_end(end)
        return stop if not place.in_flow and self.text[end:stop].lstrip().startswith("#") else end

    def lead(self, place: Place) -> int:
        """Where the comments and empty lines above an entry begin; the start of its own line without any."""
        start = self.line_start(place.start)
        if self.text[start : place.start].strip(" -"):
            return start  # it is not the first on its line
        while start > 0:
            above = self.line_start(start - 1)
            line = self.text[above : start - 1].strip()
            if (line and not line.startswith("#")) or self._is_in_scalar(above):
                break
            start = above
        return start

    def _is_in_scalar(self, at: int) -> bool:
        index = bisect_right(self._scalars, (at, len(self.text) + 1)) - 1
        return index >= 0 and self._scalars[index][0] <= at < self._scalars[index][1]


def _places(node: Node | None, path: KeyPath, text: str, in_flow: bool) -> Iterator[Place]:
    """Every value, in the order of the text."""
    if isinstance(node, MappingNode):
        inside = in_flow or bool(node.flow_style)
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                here = (*path, key.value)
                yield Place(here, key, value, key.start_mark.column, key.start_mark.index, inside)
                yield from _places(value, here, text, inside)
    elif isinstance(node, SequenceNode):
        inside = in_flow or bool(node.flow_style)
        for index, value in enumerate(node.value):
            here = (*path, index)
            start = value.start_mark.index
            dash = start if inside else max(text.rfind("-", 0, start), 0)
            column = value.start_mark.column - (start - dash) if not inside else value.start_mark.column
            yield Place(here, None, value, column, dash, inside)
            yield from _places(value, here, text, inside)
