"""Regular expressions, compiled as Splunk does it: with PCRE2."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spl import Span
from storypack.spl.tree import Plain, Regex, Rex, String, Word


@rule(
    "SP206",
    "Regular expression that does not work",
    on="spl",
    why="Splunk refuses the search when the expression stands in rex or regex; in a function it matches nothing, and "
    "the detection is quiet for ever.",
    example='search: index=web | rex field=url "(?<file[^/]+)$"',
    cure="Splunk's dialect is PCRE2; inside double quotes a backslash before a quote or a backslash is an escape.",
)
def regular_expression(reading: Reading, world: World) -> Faults:
    for rex in reading.of(Rex):
        if isinstance(rex.pattern, Word):
            if any(option.name == "mode" for option in rex.options):
                yield from _sed(reading, rex.pattern)
            else:
                yield from _checked(reading, rex.pattern, rex.pattern.text, groups=True)
    for regex in reading.of(Regex):
        if isinstance(regex.pattern, Word):
            yield from _checked(reading, regex.pattern, regex.pattern.text)
    for plain in reading.of(Plain):
        for option in plain.options:
            if option.name == "tokenizer" and plain.name == "makemv" and isinstance(option.value, Word):
                yield from _checked(reading, option.value, option.value.text)
    for call, facts in reading.calls:
        if facts is not None and facts.regex is not None and len(call.args) > facts.regex:
            pattern = call.args[facts.regex]
            if isinstance(pattern, String):
                yield from _checked(reading, pattern, pattern.value)


def _checked(reading: Reading, node: Word | String, pattern: str, *, groups: bool = False) -> Iterator[Fault]:
    if "<<" in pattern:
        return  # a token of foreach
    message, position, names = compiled(pattern)
    if message:
        span = _inside(reading, node, position)
        yield reading.fault(f"the regular expression does not compile: {message}", span)
    elif groups and not names:
        cure = "name what is to be extracted: (?<field>...)"
        yield reading.fault("the regular expression extracts nothing: it has no named group", node.span, cure)


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> tuple[str, int, tuple[str, ...]]:
    """What is wrong with a pattern (nothing: empty), where in it, and the names of its groups."""
    import pcre2

    try:
        found: Any = pcre2.compile(pattern, pcre2.ASCII)
    except pcre2.PatternError as error:
        text = str(error)
        return text.partition("; ")[2] or text, int(getattr(error, "pos", 0) or 0), ()
    except pcre2.LibraryError as error:  # too large, or no memory for it
        return str(error), 0, ()
    except UnicodeEncodeError:
        return "it holds half of a character", 0, ()
    return "", 0, tuple(sorted(found.groupindex, key=lambda name: found.groupindex[name]))


def _inside(reading: Reading, node: Word | String, position: int) -> Span:
    """The place of a character of the pattern in the text: escapes of the quoted text are one character there."""
    assert reading.expanded is not None
    text = reading.expanded.text
    at = node.span.start + (1 if text[node.span.start : node.span.start + 1] == '"' else 0)
    last = max(node.span.end - 1, at)
    for _ in range(position):
        at += 2 if text[at : at + 2] in ("\\\\", '\\"') and text[node.span.start] == '"' else 1
    at = min(at, last)
    return Span(at, at + 1)


def _sed(reading: Reading, word: Word) -> Iterator[Fault]:
    """`s/pattern/replacement/flags` or `y/from/to/`. Search Reference: "rex", under "Sed expression"."""
    text = word.text
    mark = text[1:2]
    parts = _split(text[2:], mark) if text[:1] in ("s", "y") and mark and not mark.isalnum() else []
    if len(parts) != 3:
        cure = "write s/expression/replacement/flags or y/from/to/"
        yield reading.fault(f"`{text}` is no sed expression", word.span, cure)
    elif text[0] == "s":
        message, position, _ = compiled(parts[0])
        if message:
            span = _inside(reading, word, position + 2)
            yield reading.fault(f"the regular expression does not compile: {message}", span)
        elif parts[2].strip("gi0123456789 "):
            cure = "the flags are g, i, or a number"
            yield reading.fault(f"`{parts[2]}` is no flag of a sed expression", word.span, cure)


def _split(text: str, mark: str) -> list[str]:
    parts, piece, index = [], "", 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            piece += text[index : index + 2] if text[index + 1] != mark else mark
            index += 2
            continue
        if text[index] == mark:
            parts.append(piece)
            piece = ""
        else:
            piece += text[index]
        index += 1
    return [*parts, piece]
