"""tstats, mstats and mcatalog: statistics over indexed data. Search Reference: "tstats", "mstats", "mcatalog"."""

from __future__ import annotations

from storypack.spl.arguments import field, field_or_macro, option, skip_comma, word
from storypack.spl.calls import macro_call
from storypack.spl.commands.statistics import aggregation
from storypack.spl.source import Span, SplError
from storypack.spl.terms import search_term
from storypack.spl.tokens import ARGUMENTS, SEARCH, Reader
from storypack.spl.tree import Aggregation, MacroCall, Option, SplitBy, Term, Tstats, Word

_BY = ("by", "groupby")
# Options that mstats takes behind its where clause.
_LATE = frozenset({"span", "every", "prestats", "append", "backfill", "update_period", "fillnull_value", "chart"})


def tstats(reader: Reader, name: str, start: int) -> Tstats:
    reader.begin(ARGUMENTS)
    found: list[Aggregation | MacroCall] = []
    given: list[Option | MacroCall] = []
    by: tuple[SplitBy, ...] = ()
    datamodel, where = "", None
    while not reader.at_end:
        if reader.kind == "option":
            given.append(option(reader))
        elif reader.kind == "macro":
            (found if found else given).append(macro_call(reader.value, reader.start))
            reader.advance()
        elif reader.is_word("from"):
            datamodel = _source(reader, given)
        elif reader.is_word("where"):
            where = _where(reader, name)
        elif reader.is_word(*_BY):
            by = _by(reader)
        elif datamodel or where or by:
            break
        else:
            found.append(aggregation(reader, name))
        skip_comma(reader)
    if not (found or any(isinstance(each, MacroCall) for each in given)):
        reader.fail_if_stray()
        reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
    return Tstats(name, tuple(found), datamodel, where, by, tuple(given), span=Span(start, reader.before))


def _source(reader: Reader, given: list[Option | MacroCall]) -> str:
    """`from datamodel=X`; other sources (`sid=`, a namespace) go to the options."""
    place = reader.span
    reader.advance()
    if reader.kind == "option":
        source = option(reader)
        if source.name == "datamodel" and isinstance(source.value, Word):
            return source.value.text + _dataset(reader)
        given.append(source)
    elif reader.at_end or reader.is_word("where", *_BY):
        raise SplError("`from` needs a data model", place, "write `from datamodel=Model.Dataset`")
    else:
        namespace = word(reader)
        given.append(Option("from", namespace, span=namespace.span))
    return ""


def _dataset(reader: Reader) -> str:
    """The `."Dataset"` that may follow a quoted `"Model"`."""
    if reader.kind != "word" or reader.value[0] != "." or reader.start != reader.before:
        return ""
    if len(reader.value) > 1:
        rest = reader.value
        reader.advance()
        return rest
    reader.advance()
    return "." + field(reader, "the name of a dataset").name


def _where(reader: Reader, name: str) -> Term:
    place = reader.span
    late = name != "tstats"

    def stop(at: Reader) -> bool:
        if at.kind != "word":
            return False
        lower = at.value.lower()
        if lower in _BY:
            return True
        return late and lower in _LATE and at.text[at.end :].lstrip()[:1] == "="

    reader.begin(SEARCH)
    term = search_term(reader, stop)
    if reader.value == ")":
        reader.fail("this `)` closes nothing", "take it away, or add the `(`")
    if term is None:
        reader.fail_if_stray()
        raise SplError("`where` needs a condition", place, "add one, or take `where` away")
    reader.again(ARGUMENTS)
    return term


def _by(reader: Reader) -> tuple[SplitBy, ...]:
    """The fields behind `by`; an option (`span=5m`) belongs to the field before it."""
    place = reader.span
    reader.advance()
    found: list[SplitBy] = []
    while True:
        skip_comma(reader)
        if reader.kind == "option" and found:
            last = found[-1]
            given = option(reader)
            found[-1] = SplitBy(last.field, (*last.options, given), span=last.span.to(given.span))
        elif found and reader.is_word("where"):
            raise SplError("`where` must stand before `by`", reader.span, "put it, and its condition, before `by`")
        elif reader.kind in ("word", "string", "quoted", "macro"):
            split = field_or_macro(reader)
            found.append(SplitBy(split, span=split.span))
        else:
            break
    if not found:
        reader.fail_if_stray()
        raise SplError("`by` needs at least one field", place, "name the fields, or take `by` away")
    return tuple(found)
