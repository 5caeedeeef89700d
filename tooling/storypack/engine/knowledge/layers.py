"""Columns in layers: nested SELECTs, each adding what it can say by the columns of those below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from storypack.engine.relation import Names
from storypack.engine.sql import Kind, Sql, identifier, identifiers, quote


@dataclass
class Layers:
    """`base` gives the first columns; each layer above adds those that name columns of the layers below it only.
    Filled while a search is compiled, turned into SQL at the end. `guard` = a condition that is true of every event and
    is to be asked for each; in it `{json}` stands for whether the event is whole JSON. `ready` = columns that `base`
    gives already, so that no layer has to."""

    base: str
    names: Names
    paths: dict[str, int] = field(default_factory=dict)
    guard: str = ""
    ready: frozenset[str] = frozenset()
    _texts: dict[str, str] = field(default_factory=dict)
    _depths: dict[str, int] = field(default_factory=dict)
    _shared: dict[str, Sql] = field(default_factory=dict)

    def json(self, path: str) -> str:
        """What stands at a JSON path without wildcards (JSON; NULL for none, or in a line that is no JSON). All paths
        are looked up in one parse of the event, which is most of a search's time."""
        return f"__json[{self.paths.setdefault(path, len(self.paths) + 1)}]"

    def add(self, name: str, value: Sql) -> Sql:
        """A column for a value; gives the SQL that names it."""
        ident = identifier(self.names.new(name))
        below = (self._depths.get(used, -1) for used in identifiers(value.text))
        self._depths[ident] = 1 + max(below, default=-1)
        self._texts[ident] = self.names.column(ident, value.text)
        return Sql(ident, Kind.STRING if value.kind is Kind.NULL else value.kind)

    def once(self, name: str, value: Sql) -> Sql:
        """A value that several fields use, as a column; the same value again is the same column."""
        if value.text not in self._shared:
            self._shared[value.text] = value if value.text in self._texts else self.add(name, value)
        return self._shared[value.text]

    def written_out(self, text: str) -> Iterator[str]:
        """SQL, and that of each column of a layer on which it rests."""
        yield text
        needed = set(identifiers(text))
        for ident in reversed(self._texts):  # a column names earlier ones only
            if ident in needed:
                needed.update(identifiers(self._texts[ident]))
                yield self._texts[ident]

    def names_used(self, text: str) -> Iterator[str]:
        """The columns of layers that SQL names itself."""
        return (ident for ident in dict.fromkeys(identifiers(text)) if ident in self._texts)

    def text(self, ident: str) -> str:
        """The SQL of a column of a layer."""
        return self._texts[ident]

    def sql(self, named: str | None = None) -> str:
        """The nested SELECTs; of columns that `named` does not name, only those on which others rest."""
        layers, paths = self._needed(named)
        text = self.base
        if paths:
            texts = ", ".join(quote(path) for path in paths)
            text = f"SELECT *, TRY(json_extract(_raw, [{texts}])) AS __json FROM ({text})"
        if self.guard:
            whole = "__json IS NOT NULL" if paths else "json_valid(_raw)"
            text = f"SELECT * FROM ({text}) WHERE {self.guard.replace('{json}', whole)}"
        for columns in layers:
            added = ", ".join(f"{self._texts[ident]} AS {ident}" for ident in columns)
            text = f"SELECT *, {added} FROM ({text})"
        return text

    def _needed(self, named: str | None) -> tuple[list[list[str]], list[str]]:
        """The columns of each layer, and the JSON paths (in the place of one that nobody asks for stands another)."""
        needed = set(self._texts) if named is None else set(identifiers(named))
        for ident in reversed(self._texts):  # a column names earlier ones only
            if ident in needed and ident not in self.ready:
                needed.update(identifiers(self._texts[ident]))
        columns = [ident for ident in self._texts if ident in needed and ident not in self.ready]
        layers: dict[int, list[str]] = {}
        for ident in columns:
            layers.setdefault(self._depths[ident], []).append(ident)
        paths = list(self.paths)
        if named is not None:
            texts = [named, *(self._texts[ident] for ident in columns)]
            used = {int(number) for text in texts for number in _PATH.findall(text)}
            paths = [path if at in used else _NOWHERE for at, path in enumerate(paths[: max(used, default=0)], 1)]
        return [layers[depth] for depth in sorted(layers)], paths


_NOWHERE = "$[0]"
"""A path that costs nothing in an object, in the place of one that nobody asks for."""
_PATH = re.compile(r"__json\[(\d+)\]")
