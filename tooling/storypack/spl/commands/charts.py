"""chart, timechart and their summary-index forms. Search Reference: "chart", "timechart"."""

from __future__ import annotations

from storypack.spl.arguments import field_or_macro, option, options, skip_comma
from storypack.spl.commands.statistics import aggregation_or_macro
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader
from storypack.spl.tree import Aggregation, Chart, MacroCall, Option, SplitBy


def chart(reader: Reader, name: str, start: int) -> Chart:
    reader.begin(ARGUMENTS)
    found: list[Aggregation | MacroCall] = []
    given: list[Option] = []
    over: SplitBy | None = None
    by: SplitBy | None = None
    where = ""
    timed = name.endswith("timechart")
    while not reader.at_end:
        if reader.kind == "option":
            given.append(option(reader))
        elif reader.is_word("over") and not timed:
            over = split_by(reader, "over")
        elif reader.is_word("by"):
            by = split_by(reader, "by")
            if not (over or timed) and reader.kind in ("word", "string", "quoted", "macro") and not _is_where(reader):
                over, by = by, _split(reader)  # `by a, b` is `over a by b`
            elif not (over or timed):
                over, by = by, None
        elif _is_where(reader):
            where = reader.raw_until("").strip()
        elif by or over:
            break
        else:
            found.append(aggregation_or_macro(reader, name))
        skip_comma(reader)
    if not found:
        reader.fail(f"`{name}` needs at least one aggregation", f"write for example `{name} count`")
    return Chart(name, tuple(found), over, by, tuple(given), where, span=Span(start, reader.before))


def _is_where(reader: Reader) -> bool:
    return reader.is_word("where")


def split_by(reader: Reader, word: str) -> SplitBy:
    """`by field [options]`, the current token being the `by` or `over`."""
    place = reader.span
    reader.advance()
    if reader.kind not in ("word", "string", "quoted", "macro"):
        reader.fail(f"`{word}` needs a field", f"name the field behind `{word}` ({place.start})" if not place else "")
    return _split(reader)


def _split(reader: Reader) -> SplitBy:
    start = reader.start
    split = field_or_macro(reader)
    end = reader.before
    skip_comma(reader)
    given = options(reader)
    return SplitBy(split, given, span=Span(start, given[-1].span.end if given else end))
