"""A merged object as the text of its file here: with its comments, order and quotes, and theirs for what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storypack.authoring.migrating.layout import Layout, LayoutError
from storypack.authoring.migrating.writer import Writer, same
from storypack.authoring.upstreams.merge import Merged
from storypack.pack.source import KeyPath
from storypack.pack.yaml import YamlError, parse

_NOWHERE: KeyPath = ("\0",)
"""A path that no file has: what comes from there is written anew."""


class TextError(ValueError):
    """The merged object cannot be written into the text of its file, and why."""


def merged_text(ours: str, theirs: str, merged: Merged) -> str:
    """The text of a file here, with the merged data. Raises TextError."""
    try:
        ours_layout, theirs_layout = Layout(ours.replace("\r\n", "\n")), Layout(theirs.replace("\r\n", "\n"))
    except (YamlError, LayoutError) as error:
        raise TextError(str(error)) from error
    data = merged.value
    moved = [(new, old if old is not None else _NOWHERE) for new, old in merged.moved]
    taken = {
        key: _lines(theirs_layout, key)
        for key, value in data.items()
        if same(theirs_layout.data.get(key), value)
        and not (key in ours_layout.data and same(ours_layout.data[key], value))
        and _comments(ours_layout, key) <= _comments(theirs_layout, key)
    }
    order = list(theirs_layout.data)
    text = Writer(ours_layout, data, moved, order, taken=taken).text()
    if wrong := _differing(text, data):
        kept = {key: lines for key, lines in taken.items() if key not in wrong}
        text = Writer(ours_layout, data, moved, order, wrong, taken=kept).text()
    if _differing(text, data):
        raise TextError("its text would say something else than the merged values")
    return text.replace("\n", "\r\n") if "\r\n" in ours else text


def _comments(layout: Layout, key: str) -> set[str]:
    """The comments in the text of a key at the top of a file."""
    place = layout.places.get((key,))
    end = layout.chunk_end(place) if place else 0
    return {each.text for each in layout.comments if place and place.start <= each.start < end}


def _lines(layout: Layout, key: str) -> Sequence[str]:
    """The text of a key at the top of a file, with its value and the comment behind it."""
    place = layout.places[(key,)]
    return layout.text[place.start : layout.chunk_end(place)].split("\n")


def _differing(text: str, wanted: dict[str, Any]) -> frozenset[str]:
    """The keys of which the text does not say what it should; all, if it cannot be read."""
    try:
        data, problems = parse(text)
    except YamlError:
        return frozenset(wanted)
    if problems or data.keys() - wanted.keys():
        return frozenset(wanted)
    return frozenset(key for key in wanted if key not in data or not same(data[key], wanted[key]))
