"""from: the rows of a dataset. Search Reference: "from"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.nodes import Command, node
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader

# `datamodel:"A.B"`, `datamodel:A.B`, `datamodel A.B`, `datamodel:"A"."B"`, and all of it in quotes.
_FROM = re.compile(
    r'\s*+(?:"([^"|:]++):([^"|]++)"'
    r'|([A-Za-z_]\w*+)(?:\s*+:\s*+|\s++)((?:"[^"]++"|[^\s|\]"\[.]++)(?:\.(?:"[^"]++"|[^\s|\]"\[.]++))*+))'
).match


@command(CommandFacts("from", Kind.GENERATING, "kind:name", flow=Flow.OPEN))
@node(frozen=True, slots=True)
class From(Command):
    """`from kind:name`, e.g. `datamodel:Endpoint.Processes`, `inputlookup:x`, `savedsearch:x`."""

    kind: str
    dataset: str

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> From:
        """`from datamodel:"X.Y"`. Search Reference: "from"."""
        match = _FROM(reader.text, reader.end)
        if not match:
            reader.begin(ARGUMENTS)
            reader.expected("a dataset", 'write `from datamodel:"Model.Dataset"`')
        kind = match[1] or match[3]
        dataset = match[2] or match[4].replace('"', "")
        reader.match = ARGUMENTS
        reader.skip_to(match.end())
        return cls(kind.lower(), dataset, span=Span(start, match.end()))

    def to_spl(self) -> str:
        if re.fullmatch(r"[A-Za-z_]\w*", self.kind):
            return f'from {self.kind}:"{self.dataset}"'
        return f'from "{self.kind}:{self.dataset}"'

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if self.kind in ("lookup", "inputlookup") and (columns := tables.lookups.get(self.dataset)):
            return Fieldset(frozenset(columns))
        known = {path.rpartition(".")[2] for path in tables.dataset(self.dataset)} if self.kind == "datamodel" else ()
        return Fieldset(OF_EVENTS.union(known), ("*",))
