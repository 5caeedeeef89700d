"""A pack with its overlays laid over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from storypack.issue import Issue, Severity
from storypack.pack import rules
from storypack.pack.kinds import BY_FOLDER
from storypack.pack.models.overlay import KINDS_CHANGED, Overlay
from storypack.pack.overlays.change import MisfitError, changed, edit_of
from storypack.pack.overlays.targets import Setting, in_force, settings_of
from storypack.pack.pack import Entry, Overlaid, Pack
from storypack.pack.source import path_text

# Searches ask for their schedules, so these are changed before them.
_ORDER = sorted(KINDS_CHANGED, key=lambda kind: kind in ("detection", "baseline"))
Source = tuple[str, tuple[str | int, ...]]


def overlaid(pack: Pack, overlays: Sequence[Entry[Overlay]]) -> tuple[Pack, list[Issue]]:
    """The pack with what its overlays change, and what is wrong with them. An overlay that does not fit changes
    nothing; of two that set one value the first counts."""
    laying = _Laying(replace(pack, overlays=tuple(overlays)))
    settings: list[Setting] = []
    for overlay in overlays:
        made, issues = settings_of(pack, overlay)
        settings += made
        laying.issues += issues
        if not any(overlay.model.changes()):
            laying.issues.append(_idle(overlay, (), "sets no value"))
    for kind in _ORDER:
        laying.lay([setting for setting in settings if BY_FOLDER[setting.target.kind].name == kind])
    laying.issues += laying.unused(settings)
    return laying.pack, laying.issues


@dataclass
class _Laying:
    """The pack so far. `misfits` have the reason why a value fits an object not; `effective` values made a difference,
    `clashing` ones were left out."""

    pack: Pack
    issues: list[Issue] = field(default_factory=list)
    misfits: list[tuple[Setting, MisfitError]] = field(default_factory=list)
    effective: set[Source] = field(default_factory=set)
    clashing: set[Source] = field(default_factory=set)

    def lay(self, settings: Sequence[Setting]) -> None:
        """Change the objects of one kind."""
        by_target: dict[int, list[Setting]] = {}
        for setting in settings:
            by_target.setdefault(id(setting.target), []).append(setting)
        new: dict[int, Entry[Any]] = {}
        filters = dict(self.pack.filters)
        for rivals in by_target.values():
            counting, clashes = in_force(rivals)
            self.issues += clashes
            self.clashing |= {setting.source for setting in rivals if clashes}
            new[id(rivals[0].target)] = self._changed(rivals[0].target, counting, filters)
        content = {
            folder: tuple(new.get(id(entry), entry) for entry in entries)
            for folder, entries in self.pack.content.items()
        }
        self.pack = replace(self.pack, content=content, filters=filters)

    def _changed(self, entry: Entry[Any], settings: Sequence[Setting], filters: dict[str, str]) -> Entry[Any]:
        over = Overlaid(entry.model)
        model = entry.model
        for setting in settings:
            try:
                update, path = changed(self.pack, model, setting.change)
                if path == ("filter",):
                    self._filter(entry, setting, filters)
            except MisfitError as misfit:
                self.misfits.append((setting, misfit))
                continue
            if path != ("filter",) and all(getattr(model, key) == value for key, value in update.items()):
                continue
            if path == ("search",):
                over = over.with_edit(edit_of(model.search, setting.change), setting.overlay.source, setting.change.key)
            else:
                over = over.with_value(path, setting.overlay.source, setting.change.key)
            model = model.model_copy(update=update)
            self.effective.add(setting.source)
        return replace(entry, model=model, overlaid=over) if over.files else entry

    def _filter(self, entry: Entry[Any], setting: Setting, filters: dict[str, str]) -> None:
        name = self.pack.filter_macro(entry).name
        if not any(user is entry for user in self.pack.users_of_macro(name)):
            raise MisfitError(f"its search does not call `{name}`", "write a detection of your own instead")
        filters[entry.path] = setting.change.value

    def unused(self, settings: Sequence[Setting]) -> Iterator[Issue]:
        """Values that fit nowhere, and those that change nothing. A glob may reach objects that a value does not fit,
        as long as it fits one."""
        reported: set[Source] = set()
        for setting, misfit in self.misfits:
            if setting.named or (setting.source not in self.effective and setting.source not in reported):
                reported.add(setting.source)
                yield _misfit(setting, misfit)
        done = self.effective | self.clashing | {setting.source for setting, _ in self.misfits}
        for source in dict.fromkeys(setting.source for setting in settings):
            if source not in done:
                setting = next(each for each in settings if each.source == source)
                yield _idle(setting.overlay, setting.change.key, "is what it is without the overlay")


def _misfit(setting: Setting, misfit: MisfitError) -> Issue:
    key, target = path_text(setting.change.key), setting.target
    message = f"`{key}` does not fit {BY_FOLDER[target.kind].name} '{target.name}': {misfit}"
    where = setting.overlay.at(*setting.change.key)
    return Issue(rules.OVERLAY_MISFIT, Severity.ERROR, message, where, key, misfit.cure)


def _idle(overlay: Entry[Overlay], key: tuple[str | int, ...], why: str) -> Issue:
    name = f"`{path_text(key)}`" if key else "the overlay"
    where = overlay.at(*key, key=True)
    return Issue(rules.OVERLAY_IDLE, Severity.WARNING, f"{name} {why}", where, path_text(key), "remove it")
