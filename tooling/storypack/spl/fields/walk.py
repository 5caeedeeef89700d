"""Every node of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from storypack.spl.tree import Node

_LEAVES = frozenset({"span", "name", "text", "written", "quoted", "op", "template", "func", "implied", "leading_pipe"})

_CHILDREN: dict[type[Node], tuple[str, ...]] = {}


def _children_of(kind: type[Node]) -> tuple[str, ...]:
    found = _CHILDREN.get(kind)
    if found is None:
        found = _CHILDREN[kind] = tuple(each.name for each in fields(kind) if each.name not in _LEAVES)
    return found


def walk(root: Node) -> Iterator[Node]:
    """The node and all nodes below it, those of subsearches too, in the order of the text."""
    todo: list[object] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(reversed(node))
        elif isinstance(node, Node):
            yield node
            todo.extend([getattr(node, name) for name in reversed(_children_of(type(node)))])
