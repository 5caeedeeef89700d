"""A small add-on, and events searched with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search

NOW = 1_795_176_000.0  # 2026-11-20 12:00:00 UTC


class AddOn:
    """Conf files under a folder, and a file of events for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ta"
        (self.folder / "default").mkdir(parents=True)
        self.events = folder / "events.log"

    def conf(self, name: str, text: str, layer: str = "default") -> AddOn:
        path = self.folder / layer / f"{name}.conf"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def lookup(self, name: str, text: str) -> AddOn:
        path = self.folder / "lookups" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def search(
        self,
        spl: str,
        events: Sequence[str | Mapping[str, Any]],
        *,
        sourcetype: str = "x",
        source: str = "",
        host: str = "",
        more: Sequence[Path] = (),
    ) -> Result:
        """The result of a search over events: text, or what becomes JSON."""
        lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
        self.events.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        file = EventFile(self.events, sourcetype, source, host)
        knowledge = load_knowledge([*more, self.folder])
        with FileSource([file], knowledge, clock=NOW) as found:
            return search(spl, found, knowledge.macro_definitions(), NOW)

    def rows(self, spl: str, events: Sequence[str | Mapping[str, Any]], **origin: Any) -> list[dict[str, Any]]:
        return self.search(spl, events, **origin).rows

    def value(self, field: str, event: str | Mapping[str, Any], **origin: Any) -> Any:
        """What a field of one event holds; None for nothing."""
        (row,) = self.rows(f"fields {field}", [event], **origin)
        return row.get(field)
