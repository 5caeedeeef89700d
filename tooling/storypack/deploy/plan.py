"""From what should be, what is, and what we last did, to what to do. A pure function.

Three sides are compared, field by field: the pack's value, the instance's, and the one that we last applied. The last
one tells who moved: a field that the pack changed is updated; one that the site changed has drifted and is put back,
unless it is the site's to set (`ObjectKind.belongs_to_site`): then it is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from storypack.deploy import dashboards
from storypack.deploy.desired import Desired, Key, Object, Objects
from storypack.deploy.kinds import ORDER
from storypack.deploy.moved import Renaming, renamings, site_changes
from storypack.deploy.normalise import means_same, normalised
from storypack.deploy.object_kind import ACL_FIELDS

Status = Literal["create", "update", "drifted", "orphaned", "foreign", "unchanged"]
Effect = Literal["create", "update", "delete", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """One field. `old` is the instance's value, `new` the pack's; `drifted` when the site moved it. `unset`: the key is
    to go, and `new` is what it is set to where an instance cannot take a key out."""

    field: str
    old: str
    new: str
    drifted: bool = False
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done with one object. `changes` will be made; `kept` differ from the pack and stay."""

    kind: str
    name: str
    status: Status
    effect: Effect
    changes: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    reason: str = ""

    @property
    def key(self) -> Key:
        return (self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would happen, in the order in which it would."""

    app: str
    version: str
    actions: tuple[Action, ...]

    @property
    def pending(self) -> tuple[Action, ...]:
        """The actions that change something: creations and updates forwards, deletions backwards."""
        return tuple(action for action in self.actions if action.effect != "none")


@dataclass(frozen=True, slots=True)
class Applied:
    """What we know of earlier runs. `settings` is what we last applied, per object; `begun` are objects whose creation
    was begun and not seen to its end: they are ours, and nothing on them is the site's yet."""

    settings: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    begun: Collection[Key] = ()


def make_plan(desired: Desired, actual: Objects, applied: Applied, adopt: Collection[str] = ()) -> Plan:
    """The plan. `adopt` names objects (or `all`) that are to be taken over although we did not make them."""
    site_files = _site_files(actual, applied)
    renamed = renamings(desired.objects, actual, applied.settings)
    actions = []
    for key, want in desired.objects.items():
        have = actual.get(key)
        if key in renamed:
            actions.append(_take_over(want, have, renamed[key], applied, site_files))
        elif have is None:
            gone = bool(actual) and key in applied.settings
            actions.append(_create(want, "deleted on the instance since our last apply" if gone else ""))
        elif _is_ours(want, have, applied, adopt):
            actions.append(_compare(want, have, applied, site_files))
        else:
            actions.append(_foreign(want))
    actions += _orphans(desired, actual, applied, site_files, {one.old: key for key, one in renamed.items()})
    return Plan(desired.app, desired.version, ordered(actions))


def ordered(actions: Collection[Action]) -> tuple[Action, ...]:
    """Creations and updates so that nothing refers to what comes later, then deletions the other way round."""
    place = {action.key: (ORDER[action.kind], action.name) for action in actions}
    forwards = sorted((a for a in actions if a.effect != "delete"), key=lambda a: place[a.key])
    backwards = sorted((a for a in actions if a.effect == "delete"), key=lambda a: place[a.key], reverse=True)
    return (*forwards, *backwards)


def _create(want: Object, reason: str = "") -> Action:
    changes = tuple(Change(field, "", value) for field, value in sorted(want.settings.items()) if value)
    return Action(want.kind.id, want.name, "create", "create", changes, reason=reason)


def _take_over(
    want: Object, have: Object | None, renaming: Renaming, applied: Applied, site_files: Collection[str]
) -> Action:
    """A renamed object arrives as the site has set the old one."""
    pack = want.settings
    want = replace(want, settings={**pack, **renaming.carried})
    if have is not None and want.key not in applied.begun and not _is_ours(want, have, applied, ()):
        return _foreign(want)
    made = _create(want) if have is None else _compare(want, have, applied, site_files)
    kept = [
        Change(field, value, pack.get(field, ""))
        for field, value in sorted(renaming.carried.items())
        if not _same(replace(want, settings=pack), field, value)
    ]
    return replace(made, kept=(*made.kept, *kept), reason=f"renamed from {renaming.old[1]}")


def _foreign(want: Object) -> Action:
    reason = "an object of this name is there and is not ours; it is left alone (--adopt takes it over)"
    return Action(want.kind.id, want.name, "foreign", "none", reason=reason)


def _is_ours(want: Object, have: Object, applied: Applied, adopt: Collection[str]) -> bool:
    """Ours is what we applied, what the app's own package shipped, a search with the detection's id, and what is
    already as it should be."""
    if want.kind.is_app or want.key in applied.settings or want.key in applied.begun or not have.removable:
        return True
    if "all" in adopt or want.name in adopt:
        return True
    if want.detection_id:
        return want.detection_id == have.detection_id
    return all(_same(want, field, have.settings.get(field)) for field in want.settings if field not in ACL_FIELDS)


def _same(want: Object, field: str, value: str | None) -> bool:
    return means_same(want.kind, field, want.settings.get(field), value)


def _compare(want: Object, have: Object, applied: Applied, site_files: Collection[str]) -> Action:
    last = applied.settings.get(want.key, {})
    changes: list[Change] = []
    kept: list[Change] = []
    for name, value in sorted(want.settings.items()):
        old = have.settings.get(name, "")
        if want.kind.has_switch and (state := dashboards.switched(old)) != dashboards.switched(value):
            kept.append(Change(dashboards.FIELD, state, dashboards.switched(value)))
            value = dashboards.switched_like(value, old)
        if _same(want, name, old):
            continue
        moved = name not in last or not means_same(want.kind, name, last[name], old)
        change = Change(name, old, value, drifted=moved and name in last)
        if want.key in applied.begun:
            changes.append(Change(name, old, value))
        elif name == "disabled":  # only an arriving search is switched by us; what is there stays as it is
            kept += [change] if moved else []
        elif (moved and want.kind.belongs_to_site(want.name, name, want.settings)) or (
            name == want.kind.names_file and old in site_files
        ):
            kept.append(change)
        else:
            changes.append(change)
    changes += _given_up(want, have, last)
    status: Status = "drifted" if any(c.drifted for c in changes) else "update" if changes else "unchanged"
    return Action(want.kind.id, want.name, status, "update" if changes else "none", tuple(changes), tuple(kept))


def _given_up(want: Object, have: Object, last: Mapping[str, str]) -> Iterator[Change]:
    """Settings that the pack once made and makes no more: what lies below them is to show again."""
    for name in sorted(last.keys() - want.settings.keys()):
        now = normalised(want.kind, name, have.settings.get(name))
        nothing = normalised(want.kind, name, "")
        if not name.startswith("acl.") and now == normalised(want.kind, name, last[name]) != nothing:
            yield Change(name, have.settings.get(name, ""), "", unset=True)


def _site_files(actual: Objects, applied: Applied) -> set[str]:
    """Lookup files whose content the site changed since we wrote it."""
    return {
        key[1]
        for key, one in actual.items()
        if one.kind.by_search and one.kind.content in site_changes(one, applied.settings.get(key))
    }


def _orphans(
    desired: Desired, actual: Objects, applied: Applied, site_files: Collection[str], renamed: Mapping[Key, Key]
) -> Iterator[Action]:
    for key in {*applied.settings, *applied.begun} - desired.objects.keys():
        have = actual.get(key)
        if have is None:
            continue
        reason = ""
        if have.kind.fixed:
            reason = f"a {have.kind.title} stays: it may hold data of the site"
        elif not have.removable:
            reason = "part of the app's package: it goes with the next package"
        elif have.kind.by_search and have.name in site_files:
            reason = "holds changes of the site: it stays"
        yield Action(
            *key, "orphaned", "none" if reason else "delete", reason=reason or _farewell(have, applied, renamed)
        )


def _farewell(one: Object, applied: Applied, renamed: Mapping[Key, Key]) -> str:
    """Why something is deleted, and what the site loses with it."""
    if one.key in renamed:
        return f"deleted: renamed to {renamed[one.key][1]}"
    changed = site_changes(one, applied.settings.get(one.key))
    return "no longer in the pack: deleted" + (f", and with it the site's own {', '.join(changed)}" if changed else "")
