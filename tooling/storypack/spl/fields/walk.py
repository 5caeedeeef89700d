"""Every node of a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any

from storypack.spl.nodes import Command, Node, Pipeline

_LEAVES = frozenset({"span", "name", "text", "written", "quoted", "op", "template", "func", "implied", "leading_pipe"})
Children = Callable[[Any], tuple[object, ...]]


def _none(node: object) -> tuple[object, ...]:
    return ()


class _Getters(dict[type, Children | None]):
    """How to get at the children of each type of node; None for what is no node. Filled as types are met."""

    def __missing__(self, kind: type) -> Children | None:
        getter: Children | None = None
        if issubclass(kind, Node):
            names = [each.name for each in fields(kind) if each.name not in _LEAVES]
            if len(names) == 1:
                one = attrgetter(names[0])
                getter = lambda node: (one(node),)  # noqa: E731
            else:
                getter = attrgetter(*names) if names else _none
        self[kind] = getter
        return getter


_GETTERS = _Getters()


def children(node: Node) -> tuple[object, ...]:
    """The values of a node that may hold nodes: nodes, tuples of them, and others."""
    getter = _GETTERS[type(node)]
    return getter(node) if getter is not None else ()


def walk(root: Node) -> Iterator[Node]:
    """The node and all nodes below it, those of subsearches too, in the order of the text."""
    todo: list[Any] = [root]
    pop = todo.pop
    while todo:
        node = pop()
        if type(node) is tuple:
            todo += node[::-1]
        elif (getter := _GETTERS[type(node)]) is not None:
            yield node
            if getter is not _none:
                todo += getter(node)[::-1]


def own_nodes(command: Command) -> tuple[list[Node], list[Pipeline]]:
    """The nodes of a stage without those of its subsearches, and these subsearches, in the order of the text."""
    own: list[Node] = []
    inner: list[Pipeline] = []
    todo: list[Any] = [command]
    pop = todo.pop
    while todo:
        node = pop()
        kind = type(node)
        if kind is tuple:
            todo += node[::-1]
        elif kind is Pipeline:
            inner.append(node)
        elif (getter := _GETTERS[kind]) is not None:
            own.append(node)
            if getter is not _none:
                todo += getter(node)[::-1]
    return own, inner
