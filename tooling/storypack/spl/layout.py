"""The layout of a search's text: one pipe stage a line. What stands inside a stage stays as its author wrote it,
comments and line breaks too.

    layout("index=web  | stats count|sort - count")  ->  "index=web\\n| stats count\\n| sort - count"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from storypack.spl.parser import parse
from storypack.spl.source import SplError
from storypack.spl.tokens import STRING, blank_comments

INDENT = "    "
# What must keep its blanks and line breaks: strings, comments, and the quotes of a field's name.
_KEPT = re.compile(rf"(?s)```.*?```|{STRING}|`[^`]*`")
_LINE_BREAK = re.compile(r"[ \t]*\r?\n")


class LayoutError(Exception):
    """The text was not laid out, because the result would not mean the same."""


def layout(text: str) -> str:
    """The text with each stage on a line of its own, without blanks at line ends and without a line break at the end.

    Lines inside a stage keep their indentation; one that has none gets four blanks. Laying out the result changes
    nothing. Raises `SplError` for a text that is no search, `LayoutError` should the result mean something else."""
    before = parse(text)
    # Where blanks inside a stage are part of its meaning (arguments that are kept as text), it is taken as it stands.
    for tidy in (_tidy, str.strip):
        laid = "\n".join(_stages(text, tidy))
        try:
            if parse(laid) == before and _comments(text) == _comments(laid):
                return laid
        except SplError:
            pass
    raise LayoutError("the result would not mean the same")


def _stages(text: str, tidy: Callable[[str], str]) -> Iterator[str]:
    """Each stage with the pipe before it."""
    pipes = list(_pipes(text))
    starts = [0, *(pipe + 1 for pipe in pipes)]
    ends = [*pipes, len(text)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        stage = tidy(text[start:end])
        if number == 0:
            if stage:
                yield stage
        else:
            yield f"| {stage}"


def _pipes(text: str) -> Iterator[int]:
    """Where the pipes between the stages stand, subsearches left aside."""
    pipeline = parse(text)
    blank = blank_comments(text)
    end = 0
    for number, command in enumerate(pipeline.commands):
        if number or pipeline.leading_pipe:
            yield blank.rindex("|", end, command.span.start)
        end = command.span.end


def _tidy(stage: str) -> str:
    """A stage without blanks around it and at the ends of its lines, and without empty lines."""
    pieces, done = [], 0
    for kept in _KEPT.finditer(stage):
        pieces += [_lines(stage[done : kept.start()]), kept[0]]
        done = kept.end()
    return "".join([*pieces, _lines(stage[done:])]).strip()


def _lines(text: str) -> str:
    """Text between strings: line ends tidied, lines without indentation moved in."""
    lines = _LINE_BREAK.split(text)
    later = [line for line in lines[1:-1] if line.strip()] + lines[1:][-1:]
    return "\n".join([lines[0], *(line if line[:1] in (" ", "\t") else INDENT + line for line in later)])


def _comments(text: str) -> list[str]:
    return [match[0] for match in _KEPT.finditer(text) if match[0].startswith("```")]
