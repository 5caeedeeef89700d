"""Pipelines as text; a command knows its own (`Command.to_spl`)."""

from __future__ import annotations

from storypack.spl.nodes import Pipeline


def pipeline(node: Pipeline, separator: str = " | ") -> str:
    """Stages with `separator` between them."""
    first, *others = node.commands
    begin = f"| {first.to_spl()}" if node.leading_pipe else first.to_spl_at_start()
    return separator.join([begin, *(each.to_spl() for each in others)])


def subsearch(node: Pipeline) -> str:
    """A pipeline in square brackets, on one line."""
    return f"[{pipeline(node)}]"
