"""The registry of commands: a card for each, entered by the file of the command in `spl/commands/`.

@command(CommandFacts("rex", ...))      a node with a grammar of its own, or one that several commands share
plain(CommandFacts("accum", ...))       a command of options and words (spl/commands/plain.py)
opaque(CommandFacts("fit", ...))        one whose arguments stay as written (spl/commands/opaque.py)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from storypack.spl.catalogue.model import CommandFacts
from storypack.spl.nodes import Command

C = TypeVar("C", bound=Command)
_FOLDER = "storypack.spl.commands"


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """What is known of a command: the facts, and the node that reads it and answers for it. `reads_arguments`: they are
    taken apart, and not kept as text."""

    facts: CommandFacts
    node: type[Command]
    reads_arguments: bool = True


_entered: dict[str, Card] = {}


def enter(card: Card) -> None:
    """Enter a card by the command's name and aliases. Raises `ValueError` for a name that is taken."""
    for name in (card.facts.name, *card.facts.aliases):
        if name in _entered:
            raise ValueError(f"the command `{name}` has two cards")
        _entered[name] = card


def command(*facts: CommandFacts) -> Callable[[type[C]], type[C]]:
    """Enter a node for the commands that it stands for. A node without a field `name` gets the only command's."""

    def decorate(node: type[C]) -> type[C]:
        if all(field.name != "name" for field in fields(node)):
            (only,) = facts
            node.name = only.name  # type: ignore[method-assign,assignment]
        for each in facts:
            enter(Card(each, node))
        return node

    return decorate


def card(name: str) -> Card | None:
    """The card of a command, by name or alias in lower case; None if nobody documents it.

    A file is loaded when its command is first met, so that a search pays for what it names; only for a name that no
    file bears are all of them loaded."""
    if name not in _entered and name in _files():
        import_module(f"{_FOLDER}.{name}")
    return _entered.get(name) or cards().get(name)


@cache
def cards() -> Mapping[str, Card]:
    """All cards by name and alias."""
    for name in _files():
        import_module(f"{_FOLDER}.{name}")
    return _entered


@cache
def _files() -> frozenset[str]:
    return frozenset(path.stem for path in (Path(__file__).parent / "commands").glob("[a-z]*.py"))
