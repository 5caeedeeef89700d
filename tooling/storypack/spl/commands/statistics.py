"""stats and its kin: aggregations, then `by` fields.

Search Reference: "stats", "Statistical and charting functions"."""

from __future__ import annotations

import re
from difflib import get_close_matches

from storypack.spl.arguments import BY, alias, by_clause, option, skip_comma
from storypack.spl.calls import macro_call
from storypack.spl.catalogue import aggregation as aggregation_facts
from storypack.spl.expressions import expression
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader, unquote
from storypack.spl.tree import Aggregation, Expr, Field, MacroCall, Option, Stats

# `func(field)`, by far the commonest shape, in one step.
_SIMPLE = re.compile(r"""([A-Za-z_]\w*+(?:\.\d++)?)\(\s*+([^\s()"'`,|\[\]]*+)\s*+\)""").match
_CALL = re.compile(r"([A-Za-z_]\w*+(?:\.\d++)?)\(").match
# A name with blanks inside the brackets: `values(Some Name)`.
_BLANK_NAME = re.compile(r"""\s*+([^\s()"'`,|\[\]=<>!+*/%]++(?:\s++[^\s()"'`,|\[\]=<>!+*/%]++)++)\s*+\)""").match

_COMMA_AS = re.compile(r"(?i),[\s,]*+as\s").match

# Aggregations that may stand without brackets. Search Reference: "Aggregate functions", count; "sparkline".
BARE = frozenset({"count", "c", "sparkline"})


def stats(reader: Reader, name: str, start: int) -> Stats:
    reader.begin(ARGUMENTS)
    skip_comma(reader)
    found: list[Aggregation | MacroCall] = []
    given: list[Option] = []
    by: tuple[Field | MacroCall, ...] = ()
    while not reader.at_end:
        if reader.kind == "option":
            given.append(option(reader))
        elif reader.is_word(*BY):
            by = by_clause(reader)
        elif by:
            break
        else:
            found.append(aggregation_or_macro(reader, name))
        skip_comma(reader)
    if not found:
        reader.fail_if_stray()
        reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
    return Stats(name, tuple(found), by, tuple(given), span=Span(start, reader.before))


def aggregation_or_macro(reader: Reader, command: str) -> Aggregation | MacroCall:
    if reader.kind == "macro":
        call = macro_call(reader.value, reader.start)
        reader.advance()
        return call
    return aggregation(reader, command)


def aggregation(reader: Reader, command: str) -> Aggregation:
    """`func(arg) [as name]` at the current token."""
    start, value = reader.start, reader.value
    if reader.kind != "word":
        reader.expected("an aggregation such as `count` or `sum(field)`")
    if not reader.called():
        func = value.lower()
        if func not in BARE and (func == "eval" or aggregation_facts(func) is None):
            reader.fail(f"`{value}` is no aggregation that stands alone in `{command}`", _cure(value))
        reader.advance()
        if func in BARE:
            return _named(reader, func, None, value, start)
        every = Field("*", span=Span(start, start + len(value)))  # `stats list`: the function over every field
        return _named(reader, func, every, f"{value}(*)", start)
    if (found := _SIMPLE(reader.text, start)) and found[1] != "eval":
        func, name = found.groups()
        arg = Field(name, span=Span(*found.span(2))) if name else None
        if arg is None and func.lower() not in BARE:
            reader.fail(f"`{func}()` needs a field", f"write `{func}(field)`")
        reader.skip_to(found.end())
        return _named(reader, func.lower(), arg, f"{func}({name})" if name else func, start)
    return _computed(reader, start)


def _cure(value: str) -> str:
    if near := get_close_matches(value.lower(), sorted(BARE), n=1):
        return f"did you mean `{near[0]}`?"
    return f"write `{value}(field)`" if value.isidentifier() else "write for example `sum(field)`"


def _computed(reader: Reader, start: int) -> Aggregation:
    """`func(eval(...))`, `func("a b")`, `sparkline(sum(x), 1h)`, `eval(sum(x)/sum(y))`."""
    found = _CALL(reader.text, start)
    if not found:
        reader.fail(f"`{reader.value}` is no name of a function", "write for example `sum(field)`")
    func = found[1].lower()
    reader.end = found.end()
    reader.enter()
    reader.begin(ARGUMENTS)
    quoted = reader.kind in ("string", "quoted")
    arg: Expr
    if quoted and func != "eval":
        arg = Field(unquote(reader.value), True, span=reader.span)
        reader.begin(EVAL)
    else:
        reader.again(EVAL)
        inner = "eval" if func != "eval" and reader.value.lower() == "eval" and reader.called() else ""
        if inner:
            reader.advance()
            opener = reader.start
            reader.advance()
            arg = expression(reader)
            if reader.value != ")":
                reader.fail_unclosed(")", "(", opener)
            reader.advance()
        else:
            arg = expression(reader)
    if reader.value != ")" and func != "eval" and (blank := _BLANK_NAME(reader.text, found.end())):
        name = " ".join(blank[1].split())
        arg = Field(name, True, span=Span(*blank.span(1)))
        quoted = True
        reader.skip_to(blank.end(1))
    while reader.value == "," and func == "sparkline":  # the span of a sparkline is told in its text alone
        reader.begin(ARGUMENTS)
        reader.begin(EVAL)
    if reader.value != ")":
        reader.fail_unclosed(")", "(", found.end() - 1)
    text = reader.text[start : reader.end]
    if quoted and isinstance(arg, Field):
        text = f"{found[1]}({arg.name})"
    reader.leave()
    reader.begin(ARGUMENTS)
    return _named(reader, func, arg, text, start)


def _named(reader: Reader, func: str, arg: Expr | None, text: str, start: int) -> Aggregation:
    end = reader.before
    if reader.value == "," and _COMMA_AS(reader.text, reader.start):
        skip_comma(reader)  # `values(x), AS xs`: the comma is passed over
    if reader.is_word("as"):
        name = alias(reader)
        return Aggregation(func, arg, name, text, span=Span(start, reader.before))
    return Aggregation(func, arg, None, text, span=Span(start, end))
