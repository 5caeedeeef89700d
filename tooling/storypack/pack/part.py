"""A part of a pack: some detections, and all that is no detection. What is asked of one detection alone needs no more.

Of the other detections only the heads are read: name and id, where a file begins with them in plain text. Whatever
could make a difference to those that are wanted is read whole: a detection of the same name or id, and every file whose
head is written in another way. A question that only all detections answer is noted (`Unread.asked`): then the whole
pack is the one to ask.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from storypack.pack.files import Found, find_files, read_file
from storypack.pack.kinds import OVERLAY, content_folders
from storypack.pack.load import Loaded, link, load_settings, read_and_modelled
from storypack.pack.names import file_stem, filter_macro_name
from storypack.pack.scalars import plain_value
from storypack.pack.unread import Unread

MOST = 40
"""Detections that a part has at most: for more, the whole pack is read. Too few for a second process, in which a
question would be noted for nothing."""

# Lines of a key and plain ASCII text each, or text in single quotes; behind them another key begins.
_LINE = rb"[a-z_]+: (?:[A-Za-z0-9](?:[ -~](?<![:#]))*+(?<! )|'[ -&(-~]+')\n"
_HEAD = re.compile(rb"(?:%b)+(?=[a-z_]+:[ \n])" % _LINE)


@dataclass(frozen=True, slots=True)
class Head:
    """Name and id of the detection in a file."""

    path: str
    name: str
    id: str

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem


def load_part(
    folder: Path, is_wanted: Callable[[str, str, str], bool], known: Mapping[str, Head] | None = None
) -> Loaded | None:
    """The pack in `folder` without most detections: with those whose name, file's stem or path `is_wanted` takes, and
    with others that matter to them. None where the whole pack is to be loaded. `known` = heads that need not be read,
    by file."""
    known = known or {}
    settings, settings_source, issues = load_settings(folder)
    if settings.profile == "compatible" or os.path.lexists(folder / OVERLAY.folder) or not settings_source.text:
        return None  # detections of another tool, or with overlays, are told by more than their heads
    found, stray = find_files(folder, content_folders(settings.content_folder))
    heads = {item.path: known.get(item.path) or _head(folder, item) for item in found if item.kind == "detections"}
    wanted = [head for head in heads.values() if head and is_wanted(head.name, head.stem, head.path)]
    if len(wanted) > MOST:
        return None
    names, ids = {_key(head.name) for head in wanted}, {head.id for head in wanted}
    unread = {
        path: head for path, head in heads.items() if head and head.id not in ids and _key(head.name) not in names
    }
    read = [item for item in found if item.path not in unread]
    if not unread or sum(item.kind == "detections" for item in read) > MOST:
        return None
    results = read_and_modelled(folder, read)
    macros = frozenset(filter_macro_name(head.stem, settings.macro_prefix) for head in unread.values())
    return link(folder, settings, settings_source, results, [*issues, *stray], Unread(macros))


def _key(name: str) -> str:
    """What two detections of one name have in common."""
    return file_stem(name) or name


def _head(folder: Path, found: Found) -> Head | None:
    """The head of a detection; None if the file has to be read for it."""
    raw = read_file(folder, found.path)
    lines = _HEAD.match(raw) if isinstance(raw, bytes) else None
    if lines is None:
        return None
    values: dict[str, str] = {}
    for line in lines[0].decode("ascii").splitlines():
        key, _, text = line.partition(": ")
        if key in values:
            return None
        value = text[1:-1] if text.startswith("'") else plain_value(text)
        values[key] = value if isinstance(value, str) else ""
    name, id = values.get("name"), values.get("id")
    return Head(found.path, name, id) if name and id else None
