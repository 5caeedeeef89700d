"""The boolean grammar of `search`, of `tstats ... where` and of `inputlookup ... where`.

Tightest to loosest: NOT, OR, AND, where AND may be left out (Search Manual: "Boolean expressions with logical
operators"). The operators are in capitals; `and`, `or` and `not` are words to look for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, cast

from storypack.spl.calls import macro_call
from storypack.spl.nodes import (
    And,
    Compare,
    Directive,
    Field,
    In,
    Keyword,
    MacroCall,
    Not,
    Or,
    SubsearchTerm,
    SubsearchValue,
    Term,
    TimeModifier,
    Word,
)
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import LIST, SEARCH, VALUE, Reader, unquote

# Search Reference: "Time modifiers".
_TIME_MODIFIERS = """
    earliest latest _index_earliest _index_latest starttime endtime starttimeu endtimeu startdaysago startminutesago
    starthoursago startmonthsago enddaysago endminutesago endhoursago endmonthsago searchtimespandays
    searchtimespanhours searchtimespanminutes searchtimespanmonths daysago minutesago hoursago monthsago timeformat
"""
TIME_MODIFIERS = frozenset(_TIME_MODIFIERS.split())

_NOW_CALL = re.compile(r"\(\s*\)").match
_LIST_FOLLOWS = re.compile(r"\s*\(").match
_DIRECTIVE = re.compile(r"\(([^()\"]*+|\s*\"[^\"]*+\"\s*)\)").match
_INDEXED = re.compile(r"([A-Za-z_][\w.]*)::(.+)", re.DOTALL).fullmatch

_EVERYTHING = And(())

Stop = Callable[[Reader], bool]


def _never(_: Reader) -> bool:
    return False


def search_term(reader: Reader, stop: Stop = _never) -> Term | None:
    """The condition at the current token, as far as the stage, the bracket, or a word that `stop` knows.

    None when there is no term at all. Reads in SEARCH mode and leaves the reader in it."""
    parts: list[Term] = []
    pending = -1  # where an AND stands that waits for its right side
    while True:
        value = reader.value
        if value in ("|", "]", ")", "") or stop(reader):
            break
        if value == "AND":
            if not parts or pending >= 0:
                reader.fail("`AND` has nothing on its left", "take it away, or add a term before it")
            pending = reader.start
            reader.advance()
            continue
        parts.append(_disjunction(reader, stop))
        pending = -1
    if pending >= 0:
        raise SplError("`AND` has nothing on its right", Span(pending, pending + 3), "take it away, or add a term")
    if len(parts) > 1:
        return And(tuple(parts), span=parts[0].span.to(parts[-1].span))
    return parts[0] if parts else None


def _disjunction(reader: Reader, stop: Stop) -> Term:
    first = _negation(reader, stop)
    if reader.value != "OR":
        return first
    parts = [first]
    while reader.value == "OR":
        place = reader.span
        reader.advance()
        if reader.value in ("|", "]", ")", "", "AND", "OR") or stop(reader):
            raise SplError("`OR` has nothing on its right", place, "take it away, or add a term")
        parts.append(_negation(reader, stop))
    return Or(tuple(parts), span=first.span.to(parts[-1].span))


def _negation(reader: Reader, stop: Stop) -> Term:
    if reader.value != "NOT":
        return _primary(reader)
    place = reader.span
    reader.enter()
    reader.advance()
    if reader.value in ("|", "]", ")", "", "AND", "OR") or stop(reader):
        raise SplError("`NOT` has nothing on its right", place, "add the term that it negates")
    term = _negation(reader, stop)
    reader.leave()
    return Not(term, span=Span(place.start, reader.before))


def _primary(reader: Reader) -> Term:
    kind, value, start, end = reader.kind, reader.value, reader.start, reader.end
    if kind == "word":
        if reader.text.startswith("(", end) and value in ("TERM", "CASE"):
            return _directive(reader, None)
        reader.advance()
        if reader.kind == "op":
            return _comparison(reader, Field(value, span=Span(start, end)))
        if reader.kind == "word" and (listed := _in_list(reader, Field(value, span=Span(start, end)))):
            return listed
        if value == "OR":
            raise SplError("`OR` has nothing on its left", Span(start, end), "take it away, or add a term before it")
        if "::" in value and (indexed := _INDEXED(value)):
            name, text = indexed.groups()
            middle = start + len(name)
            word = Word(text, span=Span(middle + 2, end))
            return Compare(Field(name, span=Span(start, middle)), "=", word, span=Span(start, end))
        return Keyword(value, span=Span(start, end))
    if kind == "string":
        reader.advance()
        if reader.kind == "op":
            return _comparison(reader, Field(unquote(value), True, span=Span(start, end)))
        if reader.kind == "word" and (listed := _in_list(reader, Field(unquote(value), True, span=Span(start, end)))):
            return listed
        return Keyword(value[1:-1], True, span=Span(start, end))
    if kind == "macro":
        reader.advance()
        return macro_call(value, start)
    return _bracketed(reader)


def _bracketed(reader: Reader) -> Term:
    start = reader.start
    if reader.value == "(":
        reader.enter()
        reader.advance()
        term = search_term(reader)
        if reader.value != ")":
            reader.fail_unclosed(")", "(", start)
        span = Span(start, reader.end)
        reader.advance()
        reader.leave()
        return And((), span=span) if term is None else term  # `()` holds for every event
    if reader.value == "[":
        pipeline = reader.subsearch()
        return SubsearchTerm(pipeline, span=Span(start, reader.before))
    if reader.kind == "op":
        reader.fail(f"`{reader.value}` has no field on its left", "write `field" + reader.value + "value`")
    return reader.expected("a search term")


def _comparison(reader: Reader, field: Field) -> Term:
    """`field op value`; the current token is the operator."""
    operator = "=" if reader.value == "==" else reader.value
    place = reader.span
    reader.begin(VALUE)
    kind, text, start, end = reader.kind, reader.value, reader.start, reader.end
    value: Word | MacroCall | SubsearchValue
    if kind == "word":
        if text in ("TERM", "CASE") and reader.called():
            reader.match = SEARCH
            return _directive(reader, field)
        value = Word(text, span=Span(start, end))
        if operator == "=" and field.name in TIME_MODIFIERS:
            call = _NOW_CALL(reader.text, end) if text.lower() in ("now", "rtnow") else None
            if call:
                text, end = f"{text}()", call.end()
                reader.end = end
            reader.begin(SEARCH)
            return TimeModifier(field.name, text, span=Span(field.span.start, end))
    elif kind == "string":
        value = Word(text[1:-1], True, span=Span(start, end))
        if operator == "=" and field.name in TIME_MODIFIERS:
            reader.begin(SEARCH)
            return TimeModifier(field.name, text[1:-1], span=Span(field.span.start, end))
    elif kind == "macro":
        value = macro_call(text, start)
    elif text == "[":
        reader.match = SEARCH
        value = SubsearchValue(reader.subsearch(), span=Span(start, reader.before))
        return Compare(field, operator, value, span=Span(field.span.start, reader.before))
    elif text == "(":
        return _distributed(reader, field, operator)
    else:
        reader.fail_if_stray()
        raise SplError(f"`{field.name}{operator}` has no value", field.span.to(place), 'add one, or write `""` or `*`')
    reader.begin(SEARCH)
    return Compare(field, operator, value, span=Span(field.span.start, end))


def _distributed(reader: Reader, field: Field, operator: str) -> Term:
    """`field=(a OR b)`, which means `(field=a OR field=b)`; the current token is the bracket."""
    reader.match = SEARCH
    term = _bracketed(reader)
    if term == _EVERYTHING:
        cure = 'add one, or write `""` or `*`'
        raise SplError(f"`{field.name}{operator}` has no value", field.span.to(term.span), cure)
    return _spread(term, field, operator)


def _spread(term: Term, field: Field, operator: str) -> Term:
    match term:
        case Keyword(text, quoted):
            return Compare(field, operator, Word(text, quoted, span=term.span), span=field.span.to(term.span))
        case MacroCall() as call:
            return Compare(field, operator, call, span=field.span.to(term.span))
        case And(terms):
            return And(tuple(_spread(each, field, operator) for each in terms), span=term.span)
        case Or(terms):
            return Or(tuple(_spread(each, field, operator) for each in terms), span=term.span)
        case Not(inner):
            return Not(_spread(inner, field, operator), span=term.span)
        case _:
            message = f"only values may stand in the brackets behind `{field.name}{operator}`"
            raise SplError(message, term.span, f"write each comparison in full: `{field.name}{operator}...`")


def _in_list(reader: Reader, field: Field) -> Term | None:
    """`IN (a, b)` or `NOT IN (a, b)` at the current token, else None."""
    if reader.value == "NOT" and re.compile(r"\s*+IN\s*+\(").match(reader.text, reader.end):
        reader.advance()
        listed = _in_list(reader, field)
        return Not(listed, span=listed.span) if listed else None
    if reader.value not in ("IN", "in", "In") or not _LIST_FOLLOWS(reader.text, reader.end):
        return None
    reader.begin(LIST)
    opener = reader.start
    values: list[Word | MacroCall | SubsearchValue] = []
    reader.advance()
    while reader.value != ")":
        kind, text, start = reader.kind, reader.value, reader.start
        if kind == "word":
            values.append(Word(text, span=Span(start, reader.end)))
        elif kind == "string":
            values.append(Word(text[1:-1], True, span=Span(start, reader.end)))
        elif kind == "macro":
            values.append(macro_call(text, start))
        elif text == "[":
            values.append(SubsearchValue(reader.subsearch(), span=Span(start, reader.before)))
            continue
        elif text != ",":
            reader.fail_unclosed(")", "(", opener)
        reader.advance()
    end = reader.end
    reader.begin(SEARCH)
    span = Span(field.span.start, end)
    if not values:
        raise SplError("`IN` has no values", span, "list the values in brackets: `IN (a, b)`")
    return In(field, tuple(values), span=span)


def _directive(reader: Reader, field: Field | None) -> Directive:
    """`TERM(text)` or `CASE(text)`, the current token being the name."""
    name, start = reader.value, reader.start
    match = _DIRECTIVE(reader.text, reader.end)
    if not match:
        reader.fail(f"`{name}(` needs plain text and a closing `)`", f"write `{name}(text)`")
    text = match[1].strip()
    if len(text) > 1 and text[0] == '"':
        text = text[1:-1]
    reader.skip_to(match.end())
    begin = field.span.start if field else start
    return Directive(cast(Literal["TERM", "CASE"], name), text, field, span=Span(begin, match.end()))


def whole_term(reader: Reader, stop: Stop = _never) -> Term | None:
    """A condition that begins after the token read last, in SEARCH mode."""
    reader.begin(SEARCH)
    term = search_term(reader, stop)
    if reader.value == ")":
        reader.fail("this `)` closes nothing", "take it away, or add the `(`")
    return term
