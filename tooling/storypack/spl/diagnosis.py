"""The truer cause of an error: a quote without a partner makes text of searches and searches of text, and the reader
stumbles long after it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from storypack.spl.source import Span, SplError
from storypack.spl.tokens import STRING

# Beyond these the first error stands as it is: trying repairs takes a few readings of the text.
_MAX_CHARACTERS = 10_000
_MAX_QUOTES = 300
_MAX_TRIALS = 8

_PIECE = re.compile(rf'(?s){STRING}|\\["\\]|(?P<open>")')
_WORD_ENDS = re.compile(r'[^\s,)|\]"]+').match
_WORD_BEGINS = re.compile(r'[^\n,(="]+\Z').search
_FOREIGN = re.compile(r"\n|\s[\w.{}]+\s*(?:[=<>]|!=)").search
_WORD = re.compile(r"[\w*\\%$\"]").match


def truer_cause(text: str, error: SplError, read: Callable[[str], object]) -> SplError:
    """The error about a quote, if the quotes of `text` do not pair up and a quote more or less mends that; else `error`
    itself. Of all such repairs it takes the one after which the strings look most like strings."""
    if len(text) > _MAX_CHARACTERS or text.count('"') > _MAX_QUOTES or not _is_odd(text):
        return error
    quotes = [match.start() for match in re.finditer(r'\\["\\]|"', text) if match[0] == '"']
    repairs = {repaired: offset for offset in quotes for repaired in _repairs(text, offset)}
    for repaired in sorted(repairs, key=lambda each: (_oddities(each), -repairs[each]))[:_MAX_TRIALS]:
        try:
            read(repaired)
        except SplError:
            continue
        offset = repairs[repaired]
        if error.span == (offset, offset + 1):
            return error
        cure = "close the string, or take the quote away"
        return SplError("this quote has no partner", Span(offset, offset + 1), cure)
    return error


def _is_odd(text: str) -> bool:
    return any(match["open"] for match in _PIECE.finditer(text))


def _repairs(text: str, offset: int) -> Iterator[str]:
    """Without the quote at `offset`; with its string closed where the word ends; with one opened before the word."""
    yield f"{text[:offset]} {text[offset + 1 :]}"
    if match := _WORD_ENDS(text, offset + 1):
        yield f'{text[: match.end()]}"{text[match.end() :]}'
    if match := _WORD_BEGINS(text[:offset]):
        yield f'{text[: match.start()]}"{text[match.start() :]}'


def _oddities(text: str) -> int:
    """How many strings run over a line's end, hold what looks like a comparison, or touch a word: rare in good text."""
    count = 0
    for match in _PIECE.finditer(text):
        if len(match[0]) > 1 and match[0][0] == '"':
            start, end = match.span()
            count += bool(_FOREIGN(match[0])) or bool(_WORD(text, end)) or bool(start and _WORD(text, start - 1))
        else:
            count += match["open"] is not None
    return count
