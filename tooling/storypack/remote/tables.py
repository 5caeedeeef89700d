"""Lookups brought along: copies with the pack's settings, under names of their own, removed at the end."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from storypack.deploy.lookup_content import write_csv
from storypack.engine.source import LookupTable
from storypack.engine.values import to_text
from storypack.remote.sending import Site
from storypack.splunkd.connection import ns
from storypack.splunkd.errors import DeployError, Refused, Uncertain

TRANSFORMS, FILES = "data/transforms/lookups", "data/lookup-table-files"


@dataclass
class Copies:
    """The copies that a run has made so far; the same table is brought along once."""

    site: Site
    _made: dict[tuple[object, ...], str] = field(default_factory=dict)
    _count: int = 0

    def names(self, tables: Mapping[str, LookupTable], *, written: bool = False) -> dict[str, str]:
        """Where each table is on the instance. Tables that the search writes to are not shared."""
        return {name: self._name(table, written) for name, table in tables.items()}

    def _name(self, table: LookupTable, written: bool) -> str:
        settings = _settings(table)
        text = _csv(table)
        key = (text, *settings.items())
        if not written and key in self._made:
            return self._made[key]
        self._count += 1
        name = f"storypack_{self.site.run}_{self._count}"
        self._made[(*key, self._count) if written else key] = name
        write_csv(self.site.connection, self.site.app, f"{name}.csv", text)
        wanted = {"name": name, "filename": f"{name}.csv", **settings}
        try:
            self.site.connection.post(ns(self.site.app, TRANSFORMS), wanted)
        except Uncertain:
            self._make_sure(name, wanted)
        return name

    def _make_sure(self, name: str, wanted: Mapping[str, str]) -> None:
        """Nobody knows whether the definition was made: look, and make it if it was not."""
        try:
            self.site.connection.get(ns(self.site.app, TRANSFORMS, name))
        except Refused as refusal:
            if refusal.status != 404:
                raise
            self.site.connection.post(ns(self.site.app, TRANSFORMS), wanted)

    def remove(self) -> list[str]:
        """Remove all copies; gives the names of those that could not be removed."""
        left = []
        for name in self._made.values():
            for collection, entity in ((TRANSFORMS, name), (FILES, f"{name}.csv")):
                for _ in range(3):
                    try:
                        self.site.connection.delete(ns(self.site.app, collection, entity))
                    except Uncertain as error:
                        self.site.sleep(error.wait)
                        continue
                    except Refused as refusal:
                        if refusal.status != 404:
                            left.append(entity)
                    except DeployError:
                        left.append(entity)
                    break
                else:
                    left.append(entity)
        self._made.clear()
        return left


@contextmanager
def copies(site: Site, left: list[str]) -> Iterator[Copies]:
    """Copies for as long as a run takes; `left` gets the names of what stays on the instance."""
    made = Copies(site)
    try:
        yield made
    finally:
        with suppress(DeployError):
            left += made.remove()


def _settings(table: LookupTable) -> dict[str, str]:
    """The arguments of data/transforms/lookups that differ from the instance's defaults."""
    settings = {}
    if table.match_types:
        settings["match_type"] = ", ".join(f"{kind}({name})" for name, kind in table.match_types.items())
    if not table.case_sensitive:
        settings["case_sensitive_match"] = "0"
    if table.min_matches:
        settings["min_matches"] = str(table.min_matches)
    if table.max_matches is not None:
        settings["max_matches"] = str(table.max_matches)
    if table.default_match:
        settings["default_match"] = table.default_match
    return settings


def _csv(table: LookupTable) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.fields)
    writer.writerows(
        [["" if row.get(name) is None else to_text(row[name]) for name in table.fields] for row in table.rows]
    )
    return out.getvalue()
