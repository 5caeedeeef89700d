"""Tree to text: `print_search` gives the canonical form, one pipe stage a line.

Reading what was printed gives the same tree again; a property test holds that. Comments are not in the tree, and
are therefore lost.
"""

from __future__ import annotations

from storypack.spl.nodes import Command, Pipeline
from storypack.spl.printing.expressions import expression as print_expression
from storypack.spl.printing.pipelines import pipeline as print_pipeline
from storypack.spl.printing.terms import term as print_term

__all__ = ["print_command", "print_expression", "print_search", "print_term"]


def print_search(pipeline: Pipeline) -> str:
    """The canonical text of a search. Subsearches stay on the line of the command that they belong to."""
    return print_pipeline(pipeline, "\n| ")


def print_command(command: Command) -> str:
    """The text of one stage, without its pipe."""
    return command.to_spl()
