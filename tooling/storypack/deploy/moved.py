"""What a site changed since we wrote it, and where it goes when a detection gets another name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from storypack.deploy import kinds
from storypack.deploy.desired import Key, Object, Objects
from storypack.deploy.kinds import SCHEDULE_FIELDS
from storypack.deploy.normalise import means_same
from storypack.deploy.object_kind import ACL_FIELDS

_CALL = re.compile(r"`([^`(]+)`")  # of macros without arguments
_OF_THE_SITE = SCHEDULE_FIELDS | {"disabled", *ACL_FIELDS}
Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Renaming:
    """An object that takes the place of `old`. `carried` are the site's settings that go over to it."""

    old: Key
    carried: Settings


def site_changes(now: Object, last: Settings | None) -> list[str]:
    """The fields whose value is no more the one that we last wrote."""
    return [
        field
        for field, value in sorted((last or {}).items())
        if not means_same(now.kind, field, value, now.settings.get(field))
    ]


def renamings(desired: Objects, actual: Objects, applied: Mapping[Key, Settings]) -> dict[Key, Renaming]:
    """The searches of `desired` that are one of ours under a new name (the detection's id says so), and their macros.

    Whoever enabled, scheduled or filtered the old one finds that again on the new one.
    """
    gone = {key: actual[key] for key in applied if key not in desired and key in actual and actual[key].removable}
    by_id = {one.detection_id: one for one in gone.values() if one.detection_id}
    renamed: dict[Key, Renaming] = {}
    for key, want in desired.items():
        old = by_id.get(want.detection_id) if want.detection_id else None
        if old is None or key in applied or want.kind is not kinds.SAVED_SEARCH:
            continue
        fields = [field for field in site_changes(old, applied[old.key]) if field in _OF_THE_SITE]
        fields += ["disabled"] if "disabled" in old.settings and "disabled" not in fields else []
        renamed[key] = Renaming(old.key, {field: old.settings.get(field, "") for field in fields})
        renamed |= dict(_macros(want, applied[old.key], desired, gone, applied))
    return renamed


def _macros(
    want: Object, last: Settings, desired: Objects, gone: Objects, applied: Mapping[Key, Settings]
) -> Iterator[tuple[Key, Renaming]]:
    """Macros that were called in the old search and go, and those that come in their place: in the order of their
    calls, if the pack says the same of both."""
    kind = kinds.MACRO.id
    before = [(kind, name) for name in _CALL.findall(last.get("search", "")) if (kind, name) in gone]
    after = [
        (kind, name)
        for name in _CALL.findall(want.settings.get("search", ""))
        if (kind, name) in desired and (kind, name) not in applied
    ]
    if len(before) != len(after):
        return
    for old, new in zip(before, after, strict=True):
        same = applied[old].get("definition") == desired[new].settings.get("definition")
        if same and "definition" in site_changes(gone[old], applied[old]):
            yield new, Renaming(old, {"definition": gone[old].settings["definition"]})
