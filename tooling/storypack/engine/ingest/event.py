"""An event on its way into an index."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from storypack.engine.events.event import Labels

INDEX_QUEUE = "indexQueue"


@dataclass(slots=True)
class IngestEvent:
    """`time` in epoch seconds (None = it is for the search to say); `fields` = the indexed ones, each with its values.
    An event whose `queue` is not the index queue at the end is not stored. `broken`, `note`
    and `is_stored` as in CutEvent."""

    raw: str
    time: float | None
    index: str
    host: str
    source: str
    sourcetype: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    queue: str = INDEX_QUEUE
    broken: bool = False
    note: str = ""
    is_stored: bool = False

    def add(self, name: str, value: str) -> None:
        """Give an indexed field one more value."""
        self.fields.setdefault(name, []).append(value)

    def copy(self, sourcetype: str) -> IngestEvent:
        """The same event under another source type."""
        return replace(self, sourcetype=sourcetype, fields={name: list(values) for name, values in self.fields.items()})

    @property
    def labels(self) -> Labels:
        """Where the event goes."""
        return Labels(self.sourcetype, self.source, self.host, self.index)

    def fields_json(self) -> str | None:
        """The indexed fields as JSON text, a list where there are several values; None without any."""
        if not self.fields:
            return None
        plain = {name: values[0] if len(values) == 1 else values for name, values in self.fields.items()}
        return json.dumps(plain, ensure_ascii=False)
