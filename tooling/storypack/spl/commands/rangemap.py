"""rangemap: a name for the range that a number lies in. Search Reference: "rangemap"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.calls import macro_call
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.uses import Use
from storypack.spl.nodes import Command, MacroCall, Node, Option, Word, node, option_text
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import LABELS, Reader

_NUMBER = r"-?(?:\d++(?:\.\d*+)?|\.\d++)"
_BOUNDS = re.compile(rf"(?a)({_NUMBER})-({_NUMBER})")
_EQUALS = re.compile(r"\s*+=").match
_CURE = 'write `label=low-high`, such as low=0-10 or "very low"=-5--1'


@node(frozen=True, slots=True)
class Range(Node):
    """`label=low-high`; the label as written, its case kept."""

    label: Word
    value: Word | MacroCall

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The lowest and the highest number of the range; None if the text does not say them."""
        match = _BOUNDS.fullmatch(self.value.text) if isinstance(self.value, Word) else None
        return (float(match[1]), float(match[2])) if match else None

    def to_spl(self) -> str:
        return f"{text.word(self.label)}={text.word(self.value)}"


@command(
    CommandFacts(
        "rangemap",
        Kind.STREAMING,
        "field=name label=low-high ...",
        options("field:field default:string"),
        Flow.ADDS,
        ("range",),
        "field",
    )
)
@node(frozen=True, slots=True)
class Rangemap(Command):
    """`rangemap field=name label=low-high ... [default=text]`. A macro may stand for ranges."""

    options: tuple[Option, ...] = ()
    ranges: tuple[Range | MacroCall, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """The text of an option, or `default` where it is not given; it may be given empty."""
        return option_text(self.options, name, default)

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Rangemap:
        reader.begin(LABELS)
        given: list[Option] = []
        ranges: list[Range | MacroCall] = []
        args.skip_comma(reader)
        while not reader.at_end:
            if reader.kind == "macro":
                ranges.append(macro_call(reader.value, reader.start))
                reader.advance()
            elif reader.kind == "option" and reader.value.lower() in ("field", "default"):
                given.append(args.option(reader))
                reader.again(LABELS)
            else:
                ranges.append(_range(reader))
            args.skip_comma(reader)
        return cls(tuple(given), tuple(ranges), span=Span(start, reader.before))

    def to_spl(self) -> str:
        ranges = (each.to_spl() if isinstance(each, Range) else text.word(each) for each in self.ranges)
        return join("rangemap", *text.options(self.options), *ranges)

    def uses(self) -> Iterator[Use]:
        for each in self.options:
            if each.name == "field" and isinstance(each.value, Word):
                yield Use(each.value.text, each.value.span)


def _range(reader: Reader) -> Range:
    """`label=low-high` at the current token; then the token behind it."""
    start = reader.start
    if reader.kind == "option":
        label = Word(reader.value, span=reader.span)
    elif reader.kind in ("string", "quoted") and _EQUALS(reader.text, reader.end):
        label = args.quoted_word(reader)
    else:
        reader.fail(f"`rangemap` takes ranges with a label, not {reader.shown}", _CURE)
    value = args.option(reader).value
    reader.again(LABELS)
    read = Range(label, value, span=Span(start, reader.before))
    if isinstance(value, Word) and read.bounds is None and not ("$" in value.text or "<<" in value.text):
        raise SplError(f"`{value.text}` is not a range like 0-10", value.span, _CURE)
    return read
