"""Which objects an overlay changes, and which of two overlays counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from storypack.issue import Issue, Severity
from storypack.pack import rules
from storypack.pack.kinds import BY_FOLDER, BY_NAME
from storypack.pack.models.detection import Detection
from storypack.pack.names import file_stem
from storypack.pack.pack import Entry, Pack
from storypack.pack.source import path_text
from storypack.spelling import did_you_mean

if TYPE_CHECKING:
    from storypack.pack.models.overlay import Change, Overlay


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A value that an overlay sets in one object. `named` = the overlay names the object; else a glob of it fits."""

    change: Change
    overlay: Entry[Overlay]
    target: Entry[Any]
    named: bool

    @property
    def source(self) -> tuple[str, tuple[str | int, ...]]:
        """What tells this value of this overlay from all others."""
        return self.overlay.path, self.change.key


def settings_of(pack: Pack, overlay: Entry[Overlay]) -> tuple[list[Setting], list[Issue]]:
    """What an overlay sets, and an issue for each of its targets that the pack does not have."""
    entries = pack.of(BY_NAME[overlay.model.kind])
    fits: dict[int, tuple[Entry[Any], bool]] = {}
    issues: list[Issue] = []
    for number, target in enumerate(overlay.model.targets):
        exact = [(entry, True) for entry in entries if target in (entry.name, entry.stem)]
        matches = exact or [(entry, False) for entry in entries if fnmatchcase(entry.name, target)]
        if not matches and not _is_broken(pack, target):
            issues.append(_nothing(overlay, number, target, entries))
        for entry, named in matches:
            known = fits.get(id(entry))
            fits[id(entry)] = (entry, named or (known is not None and known[1]))
    changes = list(overlay.model.changes())
    settings = [Setting(change, overlay, entry, named) for entry, named in fits.values() for change in changes]
    return [_in_the_macro(setting, pack) for setting in settings], issues


def targets_in(pack: Pack, data: dict[str, Any]) -> Iterator[Entry[Any]]:
    """The objects that the data of an overlay lead to, as far as they say it."""
    kind, value = BY_NAME.get(str(data.get("kind"))), data.get("target")
    targets = [target for target in (value if isinstance(value, list) else [value]) if isinstance(target, str)]
    for entry in pack.of(kind) if kind else ():
        if any(target in (entry.name, entry.stem) or fnmatchcase(entry.name, target) for target in targets):
            yield entry


def _is_broken(pack: Pack, target: str) -> bool:
    """Whether the file of a target could not be read: that has its own issue."""
    return any(PurePosixPath(path).stem in (target, file_stem(target)) for path in pack.broken)


def _nothing(overlay: Entry[Overlay], number: int, target: str, entries: Sequence[Entry[Any]]) -> Issue:
    is_list = isinstance(overlay.model.target, list)
    where = overlay.at("target", number) if is_list else overlay.at("target")
    guess = did_you_mean(target, (entry.name for entry in entries))
    cure = guess or "write its new name, or delete the overlay if it is gone"
    message = f"the pack has no {overlay.model.kind} '{target}', so nothing is changed"
    return Issue(rules.OVERLAY_TARGET, Severity.ERROR, message, where, "target", cure)


def _in_the_macro(setting: Setting, pack: Pack) -> Setting:
    """The filter of a detection whose filter macro has a file of its own is a change of that macro."""
    if setting.change.what != ("filter",) or not isinstance(setting.target.model, Detection):
        return setting
    macro = pack.macro_named.get(pack.filter_macro(setting.target).stanza)
    return replace(setting, target=macro, change=replace(setting.change, what=("definition",))) if macro else setting


def in_force(settings: Iterable[Setting]) -> tuple[list[Setting], list[Issue]]:
    """Of the values for one object those that count, and an issue for each two of which nobody can say which does."""
    ordered = sorted(settings, key=lambda setting: setting.named)  # the general first; else in the order of the files
    counting: list[Setting] = []
    issues: list[Issue] = []
    for setting in ordered:
        rivals = [other for other in counting if _same_thing(other.change, setting.change)]
        if (rival := next((other for other in rivals if other.named == setting.named), None)) is not None:
            issues.append(_clash(setting, rival))
            continue
        counting = [other for other in counting if other not in rivals]
        counting.append(setting)
    return counting, issues


def _same_thing(first: Change, second: Change) -> bool:
    shorter = min(len(first.what), len(second.what))
    return first.what[:shorter] == second.what[:shorter]


def _clash(setting: Setting, other: Setting) -> Issue:
    overlay, target = setting.overlay, setting.target
    place = other.overlay.at(*other.change.key, key=True)
    kind = BY_FOLDER[target.kind].name
    message = f"`{path_text(setting.change.key)}` of {kind} '{target.name}' is set by {place}, too"
    where = overlay.at(*setting.change.key, key=True)
    cure = "remove it from one of the two"
    if not setting.named:
        cure += "; an overlay that names the object goes before globs"
    return Issue(rules.OVERLAY_CLASH, Severity.ERROR, message, where, path_text(setting.change.key), cure)
