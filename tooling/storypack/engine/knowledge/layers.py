"""Columns in layers: nested SELECTs, each adding what it can say by the columns of those below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from storypack.engine.relation import Names
from storypack.engine.sql import Kind, Sql, identifier, quote


@dataclass
class Layers:
    """`base` gives the first columns; layer 1, 2, ... add theirs. A column may use those of lower layers, and of its
    own layer none. Filled while a search is compiled, turned into SQL at the end. `guard` = a condition that is true
    of every event and is to be asked for each; in it `{json}` stands for whether the event is whole JSON."""

    base: str
    names: Names
    columns: list[dict[str, str]] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)
    guard: str = ""

    def json(self, path: str) -> str:
        """What stands at a JSON path without wildcards (JSON; NULL for none, or in a line that is no JSON). All paths
        are looked up in one parse of the event, which is most of a search's time."""
        return f"__json[{self.paths.setdefault(path, len(self.paths) + 1)}]"

    def add(self, layer: int, name: str, value: Sql) -> Sql:
        """A column for a value; gives the SQL that names it from higher layers on."""
        while len(self.columns) < layer:
            self.columns.append({})
        ident = identifier(self.names.new(name))
        kind = Kind.STRING if value.kind is Kind.NULL else value.kind
        self.columns[layer - 1][ident] = value.text
        return Sql(ident, kind)

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
            if columns:
                added = ", ".join(f"{value} AS {ident}" for ident, value in columns.items())
                text = f"SELECT *, {added} FROM ({text})"
        return text

    def _needed(self, named: str | None) -> tuple[list[dict[str, str]], list[str]]:
        """The columns of each layer, and the JSON paths (an unused one in the middle keeps its place)."""
        paths = list(self.paths)
        if named is None:
            return self.columns, paths
        kept: list[dict[str, str]] = []
        for columns in reversed(self.columns):
            used = {ident: value for ident, value in columns.items() if ident in named}
            kept.insert(0, used)
            named = "\n".join([named, *used.values()])
        last = max(map(int, _PATH.findall(named)), default=0)
        return kept, paths[:last]


_PATH = re.compile(r"__json\[(\d+)\]")
