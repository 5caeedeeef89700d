"""A file of the pack: its text, and where in it each key and value stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from storypack.issue import Location
from storypack.pack.positions import source_offsets
from storypack.pack.yaml import YamlError, compose

KeyPath = tuple[str | int, ...]


def path_text(path: KeyPath) -> str:
    """A key path as people write it.

    >>> path_text(("tests", 0, "attack_data", 1, "source"))
    'tests[0].attack_data[1].source'
    """
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return parts.removeprefix(".")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read. `path` is relative to the pack's folder, with `/`.

    `moved` says where keys come from when an older format was read: new path to the path in the file. Positions are
    worked out when asked for, from the text, so that a pack without problems costs nothing.
    """

    path: str
    text: str = field(repr=False)
    moved: tuple[tuple[KeyPath, KeyPath], ...] = field(default=(), repr=False)

    def at(self, index: int | None) -> Location:
        """The place of a character offset in the file; None = the file as a whole."""
        if index is None:
            return Location(self.path)
        starts = _line_starts(self.text)
        line = bisect_right(starts, index)
        return Location(self.path, line, index - starts[line - 1] + 1)

    def location(self, path: KeyPath = (), offset: int | None = None, *, key: bool = False) -> Location:
        """The place of the value at `path`, or of its key.

        With `offset`, the place of that character of a text value: offset 0 is the first character of the text that
        YAML gives, wherever folding, indentation and escapes put it in the file. A path that the file does not have
        leads to the key of the closest parent that it has.
        """
        found = _find(self.text, self._origin(path))
        if found is None:
            return Location(self.path)
        key_node, node, complete = found
        if not complete or (key and key_node is not None):
            shown = key_node if key_node is not None else node
            return self.at(shown.start_mark.index)
        if offset is not None and isinstance(node, ScalarNode):
            offsets = source_offsets(self.text, node.start_mark.index, node.end_mark.index, node.style, node.value)
            return self.at(offsets[max(0, min(offset, len(offsets) - 1))])
        return self.at(node.start_mark.index)

    def _origin(self, path: KeyPath) -> KeyPath:
        for new, old in sorted(self.moved, key=lambda pair: -len(pair[0])):
            if path[: len(new)] == new:
                return old + path[len(new) :]
        return path


@lru_cache(maxsize=64)
def _line_starts(text: str) -> list[int]:
    starts = [0]
    index = text.find("\n")
    while index >= 0:
        starts.append(index + 1)
        index = text.find("\n", index + 1)
    return starts


@lru_cache(maxsize=64)
def _root(text: str) -> Node | None:
    try:
        return compose(text)
    except YamlError:
        return None


def _find(text: str, path: KeyPath) -> tuple[Node | None, Node, bool] | None:
    """Key node, value node of the longest part of `path` that exists, and whether that is all of it."""
    node = _root(text)
    if node is None:
        return None
    key: Node | None = None
    for part in path:
        step = _child(node, part)
        if step is None:
            return key, node, False
        key, node = step
    return key, node, True


def _child(node: Node, part: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, MappingNode):
        # The last of several equal keys is the one whose value counts.
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == part:
                return key, value
    elif isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        return None, node.value[part]
    return None
