"""What overlays changed in a pack, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from storypack.pack.kinds import BY_FOLDER
from storypack.pack.models.base import Model
from storypack.pack.pack import Entry, Pack
from storypack.pack.source import KeyPath, path_text


@dataclass(frozen=True, slots=True)
class Record:
    """What one overlay changed in one object: `values` by their key path in the overlay, as plain data."""

    overlay: str
    reason: str
    kind: str
    name: str
    values: dict[str, Any]


def records(pack: Pack) -> list[Record]:
    """Every change that counts, in the order of the overlays and then of the objects."""
    made = [record for entry in pack.entries() for record in records_of(pack, entry)]
    return sorted(made, key=lambda record: record.overlay)


def records_of(pack: Pack, entry: Entry[Any]) -> Iterator[Record]:
    """What overlays changed in one object of the pack."""
    if entry.overlaid is None:
        return
    keys: dict[str, set[KeyPath]] = {}
    for source, key in (*entry.overlaid.values.values(), *((file, path) for _, file, path in entry.overlaid.edits)):
        keys.setdefault(source.path, set()).add(key)
    for overlay in pack.overlays:
        used = keys.get(overlay.path, set())
        values = {path_text(each.key): _plain(each.value) for each in overlay.model.changes() if each.key in used}
        if values:
            yield Record(overlay.path, overlay.model.reason, BY_FOLDER[entry.kind].name, entry.name, values)


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, Model) else value
