"""Aggregations, as stats, chart, tstats and their kin have them.

Search Reference: "Statistical and charting functions"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl import catalogue
from storypack.spl.calls import macro_call
from storypack.spl.expressions import expression
from storypack.spl.fields.names import STAR, renamed
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of_expression
from storypack.spl.nodes import Expr, Field, MacroCall, Node, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.expressions import expression as print_expression
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader, unquote

# `func(field)`, by far the commonest shape, in one step.
_SIMPLE = re.compile(r"""([A-Za-z_]\w*+(?:\.\d++)?)\(\s*+([^\s()"'`,|\[\]]*+)\s*+\)""").match


_CALL = re.compile(r"([A-Za-z_]\w*+(?:\.\d++)?)\(").match


# `avg(PREFIX(kbps=))` of tstats: over what stands behind a prefix in the terms of the index.
_OF_TERMS = re.compile(r"""([A-Za-z_]\w*+(?:\.\d++)?)\(\s*+(PREFIX\([^()"'`]*+\))\s*+\)""", re.I).match


# A name with blanks inside the brackets: `values(Some Name)`.
_BLANK_NAME = re.compile(r"""\s*+([^\s()"'`,|\[\]=<>!+*/%]++(?:\s++[^\s()"'`,|\[\]=<>!+*/%]++)++)\s*+\)""").match


_COMMA_AS = re.compile(r"(?i),[\s,]*+as\s").match


# Aggregations that may stand without brackets. Search Reference: "Aggregate functions", count; "sparkline".
BARE = frozenset(name for name, facts in catalogue.aggregations().items() if facts.bare)


@node(frozen=True, slots=True)
class Aggregation(Node):
    """`func(arg) as name`. `func` in lower case with its number kept (`p95`, `perc99.9`); `arg` None for `count`; an
    `Expr` that is no plain field stands in `eval(...)`. `text` is the name that Splunk gives without `as`."""

    func: str
    arg: Expr | None
    alias: Field | None = None
    text: str = ""

    @property
    def output(self) -> str:
        """The column that the aggregation fills."""
        return self.alias.name if self.alias else self.text


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
        if func not in BARE and (func == "eval" or catalogue.aggregation(func) is None):
            reader.fail(f"`{value}` is no aggregation that stands alone in `{command}`", _cure(value))
        reader.advance()
        if func in BARE:
            return _named(reader, func, None, value, start)
        every = Field("*", span=Span(start, start + len(value)))  # `stats list`: the function over every field
        return _named(reader, func, every, f"{value}(*)", start)
    if (match := _SIMPLE(reader.text, start)) and match[1] != "eval":
        func, name = match.groups()
        arg = Field(name, span=Span(*match.span(2))) if name else None
        if arg is None and func.lower() not in BARE:
            reader.fail(f"`{func}()` needs a field", f"write `{func}(field)`")
        reader.skip_to(match.end())
        return _named(reader, func.lower(), arg, f"{func}({name})" if name else func, start)
    if command == "tstats" and (terms := _OF_TERMS(reader.text, start)):
        reader.skip_to(terms.end())
        return _named(reader, terms[1].lower(), Field(terms[2], span=Span(*terms.span(2))), terms[0], start)
    return _computed(reader, start)


def _cure(value: str) -> str:
    from difflib import get_close_matches  # costs time, and errors are rare

    if near := get_close_matches(value.lower(), sorted(BARE), n=1):
        return f"did you mean `{near[0]}`?"
    return f"write `{value}(field)`" if value.isidentifier() else "write for example `sum(field)`"


def _computed(reader: Reader, start: int) -> Aggregation:
    """`func(eval(...))`, `func("a b")`, `sparkline(sum(x), 1h)`, `eval(sum(x)/sum(y))`."""
    match = _CALL(reader.text, start)
    if not match:
        reader.fail(f"`{reader.value}` is no name of a function", "write for example `sum(field)`")
    func = match[1].lower()
    reader.end = match.end()
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
    if reader.value != ")" and func != "eval" and (blank := _BLANK_NAME(reader.text, match.end())):
        name = " ".join(blank[1].split())
        arg = Field(name, True, span=Span(*blank.span(1)))
        quoted = True
        reader.skip_to(blank.end(1))
    while reader.value == "," and func == "sparkline":  # the span of a sparkline is told in its text alone
        reader.begin(ARGUMENTS)
        reader.begin(EVAL)
    if reader.value != ")":
        reader.fail_unclosed(")", "(", match.end() - 1)
    text = reader.text[start : reader.end]
    if quoted and isinstance(arg, Field):
        text = f"{match[1]}({arg.name})"
    reader.leave()
    reader.begin(ARGUMENTS)
    return _named(reader, func, arg, text, start)


def _named(reader: Reader, func: str, arg: Expr | None, text: str, start: int) -> Aggregation:
    end = reader.before
    if reader.value == "," and _COMMA_AS(reader.text, reader.start):
        args.skip_comma(reader)  # `values(x), AS xs`: the comma is passed over
    if reader.is_word("as"):
        name = args.alias(reader)
        return Aggregation(func, arg, name, text, span=Span(start, reader.before))
    return Aggregation(func, arg, None, text, span=Span(start, end))


def to_spl(node: Aggregation | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    written = node.text or node.func
    if isinstance(node.arg, Field):
        function = node.text.partition("(")[0] or node.func
        if not node.text or node.text == f"{function}({node.arg.name})":
            name = node.arg.name
            plain = re.fullmatch(r"[^\s()\"'`,|\[\]]+|PREFIX\([^()\"'`]*\)", name) and not node.arg.quoted
            written = f"{function}({name if plain else text.double(name)})"
    elif node.arg is not None and not node.text:
        inner = print_expression(node.arg)
        written = f"{node.func}({inner if node.func in ('eval', 'sparkline') else f'eval({inner})'})"
    return f"{written} as {text.field(node.alias)}" if node.alias else written


def all_to_spl(nodes: tuple[Aggregation | MacroCall, ...]) -> str:
    return " ".join(to_spl(each) for each in nodes)


def uses(aggregations: tuple[Aggregation | MacroCall, ...]) -> Iterator[Use]:
    for each in aggregations:
        if isinstance(each, Aggregation) and each.arg is not None:
            yield from of_expression(each.arg)


def outputs(aggregations: tuple[Aggregation | MacroCall, ...], state: Fieldset, by: set[str]) -> Iterator[str]:
    """The columns that aggregations fill; `*` where nobody can say."""
    for each in aggregations:
        if isinstance(each, MacroCall):
            yield "*"
        elif isinstance(each.arg, Field) and "*" in each.arg.name:
            yield from _starred(each, each.arg.name, state, by)
        else:
            yield each.output.replace("*", STAR)


def _starred(aggregation: Aggregation, pattern: str, state: Fieldset, by: set[str]) -> Iterator[str]:
    """`values(x.*) as *`, `sum(*)`."""
    target = aggregation.alias.name if aggregation.alias else aggregation.text
    for name in state.matching(pattern):
        if name not in by:
            yield renamed(name, pattern, target)
    if state.is_open:
        yield target


def filled(name: str, aggregations: Sequence[Aggregation | MacroCall], by: Names, known: Names) -> Names:
    names = by if name not in ("eventstats", "streamstats") else known
    complete = bool(by) or name in ("eventstats", "streamstats")  # no row comes of nothing
    for each in aggregations:
        if isinstance(each, MacroCall):
            continue
        facts = catalogue.aggregation(each.func)
        counts, of_values = (facts.counts, facts.of_values) if facts is not None else (False, False)
        of_any = of_values and isinstance(each.arg, Field) and each.arg.name in known
        filled = (by <= known or name == "stats") and (counts or (complete and of_any))
        names = names | {each.output} if filled else names - {each.output}
    return names
