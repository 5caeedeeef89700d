"""append, appendcols, appendpipe, union, multisearch and set: searches beside each other, of one grammar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, Option, Pipeline, Word, node
from storypack.spl.printing import text
from storypack.spl.printing.pipelines import subsearch as print_subsearch
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(
    CommandFacts(
        "append",
        Kind.DATASET,
        "[ subsearch ]",
        options("extendtimerange:bool maxtime:int maxout:int timeout:int"),
        Flow.OPEN,
    ),
    CommandFacts(
        "appendcols",
        Kind.DATASET,
        "[ subsearch ]",
        options("override:bool maxtime:int maxout:int timeout:int"),
        Flow.OPEN,
    ),
    CommandFacts("appendpipe", Kind.DATASET, "[ pipeline ]", options("run_in_preview:bool"), Flow.OPEN),
    CommandFacts(
        "union",
        Kind.DATASET,
        "[datasets] [ subsearch ] ...",
        options("maxtime:int maxout:int timeout:int"),
        Flow.OPEN,
        anywhere=True,
    ),
    CommandFacts("multisearch", Kind.GENERATING, "[ search ] [ search ] ...", flow=Flow.OPEN),
    CommandFacts(
        "set",
        Kind.GENERATING,
        "union|diff|intersect [ search ] [ search ]",
        options("maxresults:int"),
        Flow.OPEN,
        anywhere=True,
    ),
)
@node(frozen=True, slots=True)
class Combine(Command):
    """Commands with subsearches: append, appendcols, appendpipe, union, multisearch, set. `words` are dataset names of
    union (`datamodel:x`) or the operation of `set`."""

    name: str
    pipelines: tuple[Pipeline, ...]
    options: tuple[Option, ...] = ()
    words: tuple[Word, ...] = ()

    has_subsearches: ClassVar[bool] = True

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Combine:
        reader.begin(ARGUMENTS)
        pipelines: list[Pipeline] = []
        given: list[Option] = []
        words: list[Word] = []
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.value == "[":
                pipelines.append(reader.subsearch())
            elif name in ("union", "set"):
                words.append(_dataset(reader))
            else:
                break
            args.skip_comma(reader)
        if not pipelines and not (name == "union" and words):
            args.subsearch(reader, name)
        return cls(name, tuple(pipelines), tuple(given), tuple(words), span=Span(start, reader.before))

    def to_spl(self) -> str:
        words = [_to_spl(each) for each in self.words]
        return join(self.name, *text.options(self.options), *words, *(print_subsearch(each) for each in self.pipelines))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if self.words and self.name == "union":
            return state.opened()  # datasets by name
        if self.name in ("multisearch", "set", "union") and not state.known and inner:
            state, inner = inner[0], inner[1:]
        for other in inner:
            state = state.union(other)
        return state

    def subsearches(self) -> tuple[Pipeline, ...]:
        return self.pipelines

    def continues(self) -> bool:
        return self.name == "appendpipe"


def _dataset(reader: Reader) -> Word:
    """`datamodel:x` or `savedsearch:"a b"`, quotes taken off."""
    first = args.word(reader)
    if first.text.endswith(":") and not first.quoted and reader.kind == "string":
        second = args.word(reader)
        return Word(first.text + second.text, True, span=first.span.to(second.span))
    return first


def _to_spl(node: Word) -> str:
    kind, colon, name = node.text.partition(":")
    if node.quoted and colon and kind.isidentifier() and name:
        return f"{kind}:{text.double(name)}"
    return text.word(node)
