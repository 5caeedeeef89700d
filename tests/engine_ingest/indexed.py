"""Raw text and an add-on's index-time settings, and the events that come of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from storypack.engine.events.reading import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search

NOW = 1_795_176_000.0  # 2026-11-20 12:00:00 UTC
CHANGED = 1_795_089_600.0  # 2026-11-19 12:00:00 UTC


class Indexed:
    """An add-on under a folder, and a file whose events go through it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ta"
        (self.folder / "default").mkdir(parents=True)
        self.path = folder / "raw.log"
        self.notes: list[str] = []

    def conf(self, name: str, text: str) -> Indexed:
        (self.folder / "default" / f"{name}.conf").write_text(text, encoding="utf-8")
        return self

    def search(self, spl: str, raw: str | bytes, **origin: Any) -> Result:
        """The result of a search over the events of a text."""
        self.path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        os.utime(self.path, (CHANGED, CHANGED))
        file = EventFile(self.path, **{"sourcetype": "x", "source": "/var/log/raw.log", "host": "web1", **origin})
        knowledge = load_knowledge([self.folder])
        with FileSource([file], knowledge, clock=NOW, file_times=True) as source:
            result = search(spl, source, knowledge.macro_definitions(), NOW)
            self.notes = list(source.warnings)
        return result

    def rows(self, fields: str, raw: str | bytes, **origin: Any) -> list[dict[str, Any]]:
        """These fields of the events, in the order of the file."""
        return self.search(f"reverse | table {fields}", raw, **origin).rows

    def raws(self, props: str, raw: str | bytes, **origin: Any) -> list[str]:
        """The events' text, with settings of their source type, in the order of the file."""
        self.conf("props", f"[x]\n{props}\n")
        found = self.search("table _raw, _time", raw, **origin).rows
        return [row["_raw"] for row in reversed(found)]

    def times(self, props: str, raw: str | bytes, **origin: Any) -> list[float]:
        """The events' times, in the order of the events."""
        self.conf("props", f"[x]\n{props}\n")
        return [row["_time"] for row in self.rows("_time", raw, **origin)]
