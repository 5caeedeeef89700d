"""Columns in layers: nested SELECTs, each adding what it can say by the columns of those below it."""

from __future__ import annotations

from dataclasses import dataclass, field

from storypack.engine.relation import Names
from storypack.engine.sql import Kind, Sql, identifier, quote


@dataclass
class Layers:
    """`base` gives the first columns; layer 1, 2, ... add theirs. A column may use those of lower layers, and of its
    own layer none. Filled while a search is compiled, turned into SQL at the end."""

    base: str
    names: Names
    columns: list[dict[str, str]] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)

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

    def sql(self) -> str:
        """The nested SELECTs."""
        text = self.base
        if self.paths:
            paths = ", ".join(quote(path) for path in self.paths)
            text = f"SELECT *, TRY(json_extract(_raw, [{paths}])) AS __json FROM ({text})"
        for columns in self.columns:
            if columns:
                added = ", ".join(f"{value} AS {ident}" for ident, value in columns.items())
                text = f"SELECT *, {added} FROM ({text})"
        return text
