"""Pieces that the arguments of many commands share: options, field names, lists of them, `by` clauses."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from storypack.spl.calls import macro_call
from storypack.spl.nodes import Field, MacroCall, Option, Pipeline, Word
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, OPTION_VALUE, Reader, unescape, unquote

BY = ("by",)

# Options whose condition stands in brackets in quotes. Search Reference: "streamstats".
_BRACKETED = ("reset_before", "reset_after")
_BARE_PATTERN = re.compile(r'[^\s|"`]++').match
_CLOSING = re.compile(r'(?<!\\)"\)"').search


def option(reader: Reader) -> Option:
    """`name=value` at the current `option` token. A value may hold a bracketed part: `startswith=eval(x="y")`."""
    start, name = reader.start, reader.value
    reader.end = reader.text.index("=", reader.end) + 1
    reader.begin(OPTION_VALUE)
    kind, text, first = reader.kind, reader.value, reader.start
    value: Word | MacroCall
    if text == '"("' and name.lower() in _BRACKETED:
        value = _between_quoted_brackets(reader, name)
    elif kind in ("string", "quoted"):
        value = quoted_word(reader)
        reader.begin(ARGUMENTS)
    elif kind == "macro":
        value = macro_call(text, first)
        reader.begin(ARGUMENTS)
    elif text == "(" or (kind == "word" and reader.called()):
        reader.match = ARGUMENTS
        text = reader.balanced()
        value = Word(text, span=Span(first, first + len(text)))
    elif kind == "word":
        value = Word(text, span=Span(first, reader.end))
        reader.begin(ARGUMENTS)
    else:
        reader.fail_if_stray()
        raise SplError(f"`{name}=` has no value", Span(start, reader.before), "add one, or take the option away")
    return Option(name.lower(), value, span=Span(start, reader.before))


def _between_quoted_brackets(reader: Reader, name: str) -> Word:
    """`"("expression")"`, the manual's own spelling of a condition, at the first string; then the token behind."""
    start, closing = reader.start, _CLOSING(reader.text, reader.end)
    if not closing:
        cure = f"write `{name}=(expression)`"
        raise SplError(f'the `")"` that ends `{name}=` is missing', Span(start, reader.end), cure)
    inner = unescape(reader.text[reader.end : closing.start()])
    reader.match = ARGUMENTS
    reader.skip_to(closing.end())
    return Word(f"({inner})", span=Span(start, closing.end()))


def quoted_word(reader: Reader) -> Word:
    """The `string` or `quoted` token at hand as a word; the reader stays on it."""
    body = reader.value[1:-1] if reader.value[0] == '"' else ""
    return Word(unquote(reader.value), True, written=body, span=reader.span)


def options(reader: Reader) -> tuple[Option, ...]:
    """As many options as stand here."""
    given = []
    while reader.kind == "option":
        given.append(option(reader))
        skip_comma(reader)
    return tuple(given)


def skip_comma(reader: Reader) -> None:
    while reader.value == ",":
        reader.advance()


def field(reader: Reader, what: str = "a field") -> Field:
    """The field name at the current token, in whatever quotes."""
    kind, text = reader.kind, reader.value
    if kind == "word":
        if reader.called():
            text = reader.balanced()
            return Field(text, span=Span(reader.before - len(text), reader.before))
        named = Field(text, span=reader.span)
    elif kind in ("string", "quoted"):
        named = Field(unquote(text), True, span=reader.span)
    else:
        reader.expected(what)
    reader.advance()
    return named


def field_or_macro(reader: Reader, what: str = "a field") -> Field | MacroCall:
    if reader.kind == "macro":
        call = macro_call(reader.value, reader.start)
        reader.advance()
        return call
    return field(reader, what)


def fields(reader: Reader, stop: Collection[str] = ()) -> tuple[Field | MacroCall, ...]:
    """Field names up to the end of the stage, a bracket, an option or one of the words of `stop` (lower case)."""
    names: list[Field | MacroCall] = []
    while True:
        skip_comma(reader)
        if reader.kind not in ("word", "string", "quoted", "macro") or (stop and reader.is_word(*stop)):
            return tuple(names)
        names.append(field_or_macro(reader))


def by_clause(reader: Reader) -> tuple[Field | MacroCall, ...]:
    """The fields behind the `by` at the current token."""
    place = reader.span
    reader.advance()
    names = fields(reader, BY)
    if not names:
        reader.fail_if_stray()
        raise SplError("`by` needs at least one field", place, "name the fields, or take `by` away")
    return names


def word(reader: Reader, what: str = "a word") -> Word:
    """The argument at the current token; a word with a bracket behind it reaches to the closing one: `sma5(x)`."""
    kind, text, start = reader.kind, reader.value, reader.start
    if text == "(" or (kind == "word" and reader.called()):
        text = reader.balanced()
        return Word(text, span=Span(start, start + len(text)))
    if kind == "word":
        argument = Word(text, span=reader.span)
    elif kind in ("string", "quoted"):
        argument = quoted_word(reader)
    else:
        reader.expected(what)
    reader.advance()
    return argument


def word_or_macro(reader: Reader, what: str = "a word") -> Word | MacroCall:
    if reader.kind == "macro":
        call = macro_call(reader.value, reader.start)
        reader.advance()
        return call
    return word(reader, what)


def number(reader: Reader) -> int | None:
    """The whole number at the current token, if it is one."""
    if reader.kind != "word" or not (reader.value.isdecimal() and reader.value.isascii()):
        return None
    whole = int(reader.value) if len(reader.value) < 19 else None
    if whole is None:
        reader.fail("this number is too large", "no search has so many results")
    reader.advance()
    return whole


def alias(reader: Reader, words: Collection[str] = ("as",)) -> Field | None:
    """`as name` at the current token, if it stands here."""
    if not reader.is_word(*words):
        return None
    place, written = reader.span, reader.value.lower()
    reader.advance()
    if reader.at_end or reader.value in (",", ")") or reader.is_word(*BY):
        raise SplError(f"`{written}` needs a name", place, f"name the field, or take `{written}` away")
    return field(reader, "a name")


def subsearch(reader: Reader, command: str) -> Pipeline:
    """The `[ ... ]` that `command` needs here."""
    if reader.value != "[":
        reader.expected(f"a subsearch in square brackets after `{command}`", f"write `{command} [ search ... ]`")
    return reader.subsearch()


def sign(reader: Reader) -> Literal["", "+", "-"]:
    """A sign at the head of the current word, which is then without it."""
    if reader.kind != "word" or reader.value[0] not in "+-":
        return ""
    written: Literal["+", "-"] = "-" if reader.value[0] == "-" else "+"
    reader.end = reader.start + 1
    reader.advance()
    return written


def template(reader: Reader) -> str:
    """The text in the square brackets at the current token, which is no search before its `$field$` is filled in."""
    opener = reader.start
    inner = reader.raw_until("]").strip()
    if reader.value != "]":
        reader.fail_unclosed("]", "[", opener)
    reader.advance()
    return inner


def pattern(reader: Reader) -> Word | MacroCall:
    """A regular expression, as a rule in double quotes."""
    start = reader.start
    if reader.kind == "string":
        expression: Word | MacroCall = quoted_word(reader)
        reader.advance()
    elif reader.kind == "macro":
        expression = macro_call(reader.value, start)
        reader.advance()
    else:
        reader.fail_if_stray()
        bare = _BARE_PATTERN(reader.text, start)
        if not bare:
            reader.expected("a regular expression in double quotes")
        expression = Word(bare[0], span=Span(*bare.span()))
        reader.skip_to(bare.end())
    return expression
