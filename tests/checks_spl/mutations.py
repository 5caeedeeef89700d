"""Mistakes as people make them, made by a script: a bracket dropped, a quote opened, a name misspelt.

`mutations(readings, seed)` yields them without end, kind after kind, over searches that have no fault. Each says where
the text was changed, and how far away a report may point: at the stage that the change is in, at its name, or, for
brackets and quotes, at what they now reach to."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from storypack.checks.searches.datamodels import tstats_fields
from storypack.checks.searches.reading import Reading
from storypack.spl.fields import uses
from storypack.spl.source import Span
from storypack.spl.tokens import STRING
from storypack.spl.tree import Aggregation, Call, Lookup, MacroCall, Pipeline, Tstats, Word

_SHIELDED = re.compile(rf"(?s)```.*?```|{STRING}|`[^`]*`|'[^']*'")


@dataclass(frozen=True)
class Mutation:
    """`text` is `reading`'s own with one mistake at `offset`; a report belongs between `start` and `end` of `text`."""

    kind: str
    reading: Reading
    text: str
    offset: int
    start: int
    end: int


Maker = Callable[[Reading, random.Random], "Mutation | None"]


def mutations(readings: Sequence[Reading], seed: int) -> Iterator[Mutation]:
    """Mutations without end, each kind as often as the others."""
    chance = random.Random(seed)
    while True:
        for maker in MAKERS:
            for _ in range(200):
                made = maker(chance.choice(readings), chance)
                if made is not None:
                    yield made
                    break


def _open_text(text: str) -> str:
    """The text with strings, comments, macros and quoted names blanked: what is left is syntax."""
    return _SHIELDED.sub(lambda found: " " * len(found[0]), text)


def _stage(reading: Reading, offset: int) -> Span:
    """The stage of the author's text around an offset, from its pipe to the next."""
    pipes = [0, *(found.start() for found in re.finditer(r"\n\s*\|", _open_text(reading.text))), len(reading.text)]
    start = max(pipe for pipe in pipes[:-1] if pipe <= offset)
    return Span(start, min(pipe for pipe in pipes[1:] if pipe > offset))


def _edited(kind: str, reading: Reading, span: Span, new: str, near: Span) -> Mutation:
    text = reading.text[: span.start] + new + reading.text[span.end :]
    longer = len(new) - (span.end - span.start)
    return Mutation(kind, reading, text, span.start, near.start, near.end + longer)


def bracket_dropped(reading: Reading, chance: random.Random) -> Mutation | None:
    places = [found.start() for found in re.finditer(r"[()\[\]]", _open_text(reading.text))]
    if not places:
        return None
    at = chance.choice(places)
    stage = _stage(reading, at)
    # Where a bracket is missing shows at the end of its stage, that is at the next pipe.
    return _edited("bracket dropped", reading, Span(at, at + 1), "", Span(stage.start, stage.end + 6))


def quote_opened(reading: Reading, chance: random.Random) -> Mutation | None:
    places = [found.start() for found in re.finditer(r"(?<=[\s=(,])\w", _open_text(reading.text))]
    if not places:
        return None
    at = chance.choice(places)
    stage = _stage(reading, at)
    return _edited("quote opened", reading, Span(at, at), '"', stage)


def quote_dropped(reading: Reading, chance: random.Random) -> Mutation | None:
    strings = list(re.finditer(STRING, reading.text))
    if not strings or "```" in reading.text:
        return None
    found = chance.choice(strings)
    at = chance.choice([found.start(), found.end() - 1])
    stage = _stage(reading, at)
    # A text without its end goes on to the next quote, in whichever stage that stands.
    reach = reading.text.find('"', found.end()) + 2
    return _edited("quote dropped", reading, Span(at, at + 1), "", Span(stage.start, max(stage.end, reach)))


def _misspelt(kind: str, reading: Reading, spans: list[Span], chance: random.Random) -> Mutation | None:
    """One of these names with two letters swapped, or one doubled or dropped."""
    own = [reading.original(span) for span in spans if reading.written(span)]
    own = [span for span in own if span.end - span.start > 3]
    if not own:
        return None
    span = chance.choice(own)
    name = reading.text[span.start : span.end]
    at = chance.randrange(1, len(name) - 1)
    wrong = chance.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + "x" + name[at:]])
    if wrong == name or not re.fullmatch(r"[\w.]+", wrong):
        return None
    return _edited(kind, reading, span, wrong, Span(span.start, span.end))


def field_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    """A field that is read where all fields are known."""
    found = [
        use.span
        for stage in reading.stages[1:]
        if not stage.before.is_open
        for use in uses(stage.command)
        if not use.forgiving and re.fullmatch(r"\w+", use.name)
    ]
    spans = [span for span in found if reading.expanded and re.fullmatch(r"\w+", reading.expanded.text[slice(*span)])]
    return _misspelt("field misspelt", reading, spans, chance)


def model_field_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    found = [field.span for command in reading.of(Tstats) for field, _ in tstats_fields(command)]
    return _misspelt("field of a data model misspelt", reading, found, chance)


def column_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    spans = [
        mapping.source.span
        for lookup in reading.of(Lookup)
        if isinstance(lookup.table, Word) and reading.world.lookups.get(lookup.table.text)
        for mapping in (*lookup.inputs, *lookup.outputs)
    ]
    return _misspelt("column misspelt", reading, spans, chance)


def lookup_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    spans = [lookup.table.span for lookup in reading.of(Lookup)]
    return _misspelt("lookup misspelt", reading, spans, chance)


def command_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    assert reading.expanded is not None
    spans = []
    for pipeline in reading.of(Pipeline):
        for command in pipeline.commands[1:]:
            start = command.span.start
            name = re.compile(r"\w+").match(reading.expanded.text, start)
            if name and not isinstance(command, MacroCall):
                spans.append(Span(*name.span()))
    return _misspelt("command misspelt", reading, spans, chance)


def function_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    named = [(call.span.start, call.name) for call in reading.of(Call)]
    named += [(each.span.start, each.func) for each in reading.of(Aggregation)]
    # perc50 with a digit less is another function, not a mistake in spelling.
    spans = [Span(start, start + len(name)) for start, name in named if not name[-1:].isdigit()]
    return _misspelt("function misspelt", reading, spans, chance)


def macro_misspelt(reading: Reading, chance: random.Random) -> Mutation | None:
    found = [Span(*found.span(1)) for found in re.finditer(r"`(\w+)", reading.text)]
    if not found:
        return None
    span = chance.choice(found)
    at = chance.randrange(span.start + 1, span.end)
    # The report points at the call, that is at its backtick.
    return _edited("macro misspelt", reading, Span(at, at), "q", Span(span.start - 1, span.end))


MAKERS: tuple[Maker, ...] = (
    bracket_dropped,
    quote_opened,
    quote_dropped,
    field_misspelt,
    model_field_misspelt,
    column_misspelt,
    lookup_misspelt,
    command_misspelt,
    function_misspelt,
    macro_misspelt,
)
