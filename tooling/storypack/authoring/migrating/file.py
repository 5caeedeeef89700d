"""One file of an older format as a file of the current one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from storypack.authoring.migrating.layout import Layout, LayoutError
from storypack.authoring.migrating.writer import Writer, same
from storypack.authoring.skeletons import SKELETONS, Seed
from storypack.issue import Location
from storypack.pack.adapters import Adapted, adapt
from storypack.pack.explain import unknown_keys, without
from storypack.pack.kinds import BY_FOLDER, ContentKind
from storypack.pack.source import SourceFile, path_text
from storypack.pack.yaml import YamlError, decode, parse


class MigrationError(ValueError):
    """The file is left as it is, and why."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that the older format does not say, and what was put in its place. `open` = it may be wrong.

    `location` is the place in the file as it was, `written` in the file as it is then."""

    location: Location
    written: Location
    message: str
    cure: str
    open: bool


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file before and after. `added`, `changed`, `left_out` are keys, as people write them, `[]` for items."""

    path: str
    before: bytes
    after: bytes
    decisions: Sequence[Decision] = ()
    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    left_out: Sequence[str] = ()


def migrated(folder: str, path: str, raw: bytes) -> Migrated | None:
    """The file in the current format, or None if that is what it is in. `folder` says the kind: `detections`.

    Raises MigrationError for a file that cannot be read, or of which the result would say something else.
    """
    try:
        text = decode(raw)
        data = parse(text)[0]
    except YamlError as error:
        raise MigrationError(f"{error}; see storypack validate") from error
    adapted = adapted_as(folder, path, data)
    if adapted is None:
        return None
    even = text.replace("\r\n", "\n")
    writer, after = _written(folder, even, adapted)
    _verify(folder, path, after, adapted.data)
    source, written = SourceFile(path, text, tuple(adapted.moved)), SourceFile(path, after)
    return Migrated(
        path,
        raw,
        (after.replace("\n", "\r\n") if "\r\n" in text else after).encode(),
        [
            Decision(source.location(note.path), written.location(note.path), note.message, note.cure, note.decide)
            for note in adapted.notes
        ],
        _names(change.path for change in writer.changes if change.before is None),
        _names(change.before for change in writer.changes if change.before is not None),
        _names(writer.left_out()),
    )


def adapted_as(folder: str, path: str, data: dict[str, Any]) -> Adapted | None:
    """The data of a file in the current format, without what that need not say; None if nothing is to be done."""
    file = PurePosixPath(path)
    adapted = adapt(folder, data, file.stem, file.parent.name)
    if adapted is None:
        return None
    if any(note.contradiction for note in adapted.notes):
        raise MigrationError(f"{next(note.message for note in adapted.notes if note.contradiction)}; decide for one")
    try:
        BY_FOLDER[folder].adapter().validate_python(adapted.data)
    except ValidationError as error:  # what else is wrong stays wrong; older formats took any key
        adapted.data = without(adapted.data, unknown_keys(error, adapted.data))
    tests, before = adapted.data.get("tests"), data.get("tests")
    given = before if isinstance(before, list) else []
    for index, test in enumerate(tests if isinstance(tests, list) else []):
        was = given[index] if index < len(given) else None
        if (
            isinstance(test, dict)
            and test.get("test_type") == "unit"
            and not (isinstance(was, dict) and "test_type" in was)
        ):
            del test["test_type"]
    return None if same(adapted.data, data) else adapted


def _written(folder: str, text: str, adapted: Adapted) -> tuple[Writer, str]:
    """The text, and what wrote it. A value that is not read back as it was (a block at the end of a file without a line
    end) is written anew."""
    try:
        layout = Layout(text)
    except LayoutError as error:
        raise MigrationError(str(error)) from error
    except YamlError as error:
        raise MigrationError(f"{error}; see storypack validate") from error
    order = _order(BY_FOLDER[folder], adapted.data)
    writer = Writer(layout, adapted.data, adapted.moved, order)
    after = writer.text()
    if other := _differing(after, adapted.data):
        writer = Writer(layout, adapted.data, adapted.moved, order, other)
        after = writer.text()
    return writer, after


def _order(kind: ContentKind, data: dict[str, Any]) -> list[str]:
    """The keys of a kind of content in the order of a new file of it, then those that a new one does without."""
    fields = list(kind.model(data).model_fields)
    if kind.name not in SKELETONS:
        return fields
    text = next(
        iter(SKELETONS[kind.name](Seed("Name", "name", str(uuid.UUID(int=0)), "2026-01-01", "Author")).values())
    )
    return list(dict.fromkeys([*parse(text)[0], *fields]))


def _differing(text: str, wanted: dict[str, Any]) -> frozenset[str]:
    """Keys whose values a text does not say as it should; all of them if it cannot be read."""
    try:
        data = parse(text)[0]
    except YamlError:
        return frozenset(wanted)
    return frozenset(key for key in wanted if key not in data or not same(data[key], wanted[key]))


def _verify(folder: str, path: str, text: str, wanted: dict[str, Any]) -> None:
    try:
        data, problems = parse(text)
    except YamlError as error:
        raise MigrationError(f"the result would be no YAML: {error}") from error
    if problems or not same(data, wanted):
        raise MigrationError("the result would say something else")
    if adapted_as(folder, path, data) is not None:
        raise MigrationError("the result would still be in an older format")


def _names(paths: Any) -> list[str]:
    return sorted(
        {path_text(tuple(0 if isinstance(part, int) else part for part in path)).replace("[0]", "[]") for path in paths}
    )
