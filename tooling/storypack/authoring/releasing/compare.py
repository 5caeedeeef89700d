"""What differs between two states of a pack: objects that are new, do something else, are deprecated or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storypack.pack.kinds import BY_FOLDER, KINDS
from storypack.pack.meaning import changed_meaning
from storypack.pack.pack import Entry, Pack, by_id

_STAMPS = {"version", "creation_date", "modification_date"}


@dataclass(frozen=True, slots=True)
class Change:
    """One object that differs. `kind` is its name (`detection`), `old_name` what it was called, if otherwise; `what`
    differs in what it does; `versions` before and after; `replacements` take its place where it goes;
    `by_overlay` = the object itself does what it did, and the site's overlays differ."""

    kind: str
    name: str
    old_name: str = ""
    what: tuple[str, ...] = ()
    versions: tuple[int, int] | None = None
    by_overlay: bool = False
    replacements: tuple[str, ...] = ()
    removed_in: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What a release brings, each list in the order of kinds and names. `revised` objects say something else, and do
    what they did."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    deprecated: tuple[Change, ...]
    removed: tuple[Change, ...]
    revised: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.deprecated or self.removed or self.revised)

    @property
    def part(self) -> str:
        """The part of the version that this raises: `major` where something is gone or has another name, for what a
        site set under it is lost; `minor` for what is new or does something else; else `patch`."""
        if self.removed or any(change.old_name for change in self.changed):
            return "major"
        return "minor" if self.new or self.changed or self.deprecated else "patch"


def compare(before: Pack, after: Pack) -> Release:
    """What differs between two states of one pack. Objects are the same if their ids are."""
    old, new = by_id(before), by_id(after)
    both = [(old[id], new[id]) for id in new if id in old and old[id].kind == new[id].kind]
    kept = {id(entry) for pair in both for entry in pair}
    pairs = [(pair, _changed(*pair)) for pair in both]
    deprecated = [_leaving(late) for early, late in both if _is_deprecated(late) and not _is_deprecated(early)]
    named = {(change.kind, change.name) for change in deprecated}
    return Release(
        _sorted(_change(entry) for entry in new.values() if id(entry) not in kept and not _is_deprecated(entry)),
        _sorted(change for _, change in pairs if change.what or change.old_name),
        _sorted([*deprecated, *_new_and_deprecated(new, kept)]),
        _sorted(_leaving(entry) for entry in old.values() if id(entry) not in kept),
        _sorted(
            change
            for (early, late), change in pairs
            if not change.what
            and not change.old_name
            and (change.kind, change.name) not in named
            and _differs(early, late)
        ),
    )


def bumped(version: str, part: str) -> str:
    """The next version: `bumped("1.4.2", "minor")` is `1.5.0`."""
    major, minor, patch = (int(number) for number in version.split("."))
    match part:
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _new_and_deprecated(new: Mapping[str, Entry[Any]], kept: set[int]) -> Iterator[Change]:
    return (_leaving(entry) for entry in new.values() if id(entry) not in kept and _is_deprecated(entry))


def _change(entry: Entry[Any]) -> Change:
    return Change(BY_FOLDER[entry.kind].name, entry.name)


def _changed(before: Entry[Any], after: Entry[Any]) -> Change:
    return Change(
        BY_FOLDER[after.kind].name,
        after.name,
        before.name if before.name != after.name else "",
        tuple(changed_meaning(before, after)),
        (before.model.version, after.model.version),
        not changed_meaning(before.shipped(), after.shipped()) and bool(changed_meaning(before, after)),
    )


def _leaving(entry: Entry[Any]) -> Change:
    info = getattr(entry.model, "deprecation_info", None)
    kind = BY_FOLDER[entry.kind].name
    if info is None:
        return Change(kind, entry.name)
    replacements = tuple(info.replacement_content)
    return Change(kind, entry.name, replacements=replacements, removed_in=info.removed_in_version, reason=info.reason)


def _is_deprecated(entry: Entry[Any]) -> bool:
    return getattr(entry.model, "status", "") == "deprecated"


def _differs(before: Entry[Any], after: Entry[Any]) -> bool:
    return bool(before.model.model_dump(exclude=_STAMPS) != after.model.model_dump(exclude=_STAMPS))


def _sorted(changes: Iterator[Change] | list[Change]) -> tuple[Change, ...]:
    order = {kind.name: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(changes, key=lambda change: (order[change.kind], change.name.casefold())))
