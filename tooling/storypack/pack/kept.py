"""The data of files that an earlier run read: a file with the same bytes need not be read as YAML again.

Only files without a word to say about them are kept, as they came out of the reader: nothing of what the models or the
rules make of them. The files are spread over some records of the store, so that an edit writes a small part anew."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from storypack.pack.adapters import CURRENT
from storypack.pack.files import Found, read_file
from storypack.pack.read import Read
from storypack.pack.source import SourceFile
from storypack.store import Store, digest

_RECORDS = 16


def _record(path: str) -> str:
    return f"files-{zlib.crc32(path.encode('utf-8', 'surrogatepass')) % _RECORDS:02}.json"


def kept_files(folder: Path, found: Iterable[Found], store: Store) -> dict[str, Read]:
    """The files, by path, whose data the store has for their very text."""
    records: dict[str, Mapping[str, Any]] = {}
    known = {}
    for item in found:
        name = _record(item.path)
        if name not in records:
            records[name] = store.load(name)
        if item.path in records[name] and (read := _same(folder, item, records[name][item.path])):
            known[item.path] = read
    return known


def _same(folder: Path, found: Found, kept: object) -> Read | None:
    match kept:
        case [str(kind), str(text_digest), dict(data)] if kind == found.kind:
            raw = read_file(folder, found.path)
            text = _text(raw) if isinstance(raw, bytes) else None
            if text is not None and digest(text) == text_digest:
                return Read(SourceFile(found.path, text), data, [])
    return None


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def keep_files(found: Iterable[Found], reads: Iterable[Read], known: Mapping[str, Read], store: Store) -> None:
    """Keep what was read, for the next run: each record that has a file in it which was not `known`."""
    records: defaultdict[str, list[tuple[Found, Read]]] = defaultdict(list)
    changed = set()
    for item, read in zip(found, reads, strict=True):
        if read.data is not None and not read.issues and read.version == CURRENT and not read.source.moved:
            name = _record(item.path)
            records[name].append((item, read))
            if item.path not in known:
                changed.add(name)
    for name in changed:
        store.save(name, {item.path: [item.kind, digest(read.source.text), read.data] for item, read in records[name]})
