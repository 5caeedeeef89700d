"""What is wrong with a search of the command line, with its place marked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storypack.engine.errors import EngineError
    from storypack.spl.macros import MacroDefinition
    from storypack.spl.source import SplError


def check(spl: str, macros: Mapping[str, MacroDefinition]) -> None:
    """Refuse a search that cannot be parsed, with the place marked."""
    from storypack.spl import parse
    from storypack.spl.macros import expand
    from storypack.spl.source import SplError

    try:
        expanded = expand(spl, macros)
        try:
            parse(expanded.text)
        except SplError as error:
            raise expanded.blame(error) from error
    except SplError as error:
        cure = f"\n{_cure(error)}" if _cure(error) else ""
        raise click.ClickException(f"{error.message}\n{_marked(spl, *error.span)}{cure}") from None


def _cure(error: SplError) -> str:
    """What to do; a macro that Splunk's own apps have is none to define in a pack."""
    from storypack.world import shipped

    if shipped.without_definition(error):
        return "an app of Splunk's has it, but what it stands for is not known here: say it with --macro NAME=SPL"
    return error.cure


def located(error: EngineError, spl: str) -> str:
    """The message, with the stage marked if it is one that the user wrote."""
    from storypack.spl import parse
    from storypack.spl.source import SplError

    number = re.match(r"stage (\d+)", error.stage)
    if number is None or "`" in spl:
        return str(error)
    try:
        stages = parse(spl).commands
    except SplError:
        return str(error)
    if int(number[1]) > len(stages):
        return str(error)
    span = stages[int(number[1]) - 1].span
    return f"{error.message}\n{_marked(spl, span.start, span.end)}"


def _marked(text: str, start: int, end: int) -> str:
    """The line of the fault with carets under it, cut to the terminal."""
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin:].split("\n", 1)[0]
    at, length = start - begin, max(min(end, begin + len(line)) - start, 1)
    room = max(shutil.get_terminal_size().columns - 4, 20)
    left = max(0, min(at - room // 3, len(line) - room))
    piece = line[left : left + room].replace("\t", " ")
    return f"  {piece}\n  {' ' * (at - left)}{'^' * min(length, room - (at - left))}"
