"""What one object needs to be again as it was before some applies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from storypack.deploy import dashboards
from storypack.deploy.desired import Key, Object
from storypack.deploy.journal import Before, Record, Settings
from storypack.deploy.moved import site_changes
from storypack.deploy.normalise import means_same, normalised
from storypack.deploy.object_kind import ACL_FIELDS
from storypack.deploy.plan import Action, Change


@dataclass(frozen=True, slots=True)
class Past:
    """What our records say of the objects beside their first state.

    `known` is what we had applied before the applies that are undone, `last` what we applied last, `intended` what the
    last of the undone applies meant an object to be (None: gone). `refused` are objects that no step got through to.
    """

    known: Mapping[Key, Settings]
    last: Mapping[Key, Settings]
    intended: Mapping[Key, Settings | None]
    refused: Collection[Key]

    @classmethod
    def of(cls, undoes: Sequence[Record], last: Mapping[Key, Settings]) -> Past:
        """From the records of the applies that are undone, oldest first."""
        intended: dict[Key, Settings | None] = {}
        refused: set[Key] = set()
        reached: set[Key] = set()
        for record in undoes:
            steps = record.steps
            intended |= record.intended
            refused |= steps.refused
            reached |= steps.begun - steps.refused
        return cls(undoes[0].state_before(), last, intended, refused - reached)


def way_back(key: Key, before: Before, now: Object | None, past: Past) -> Action:
    """What to do with an object that a step was begun for. `before` is what it was, `now` what it is (None: not there).

    What differs from what we applied last is the site's doing, and marked as such.
    """
    then = before.object
    if key in past.refused and not _took_effect(key, before, now, past):
        left = then is None and now is not None
        return _nothing(key, "the instance refused ours: what is there is not ours, and stays" if left else "")
    if now is None:
        return _made_again(key, then, past) if then else _nothing(key)
    if then is None:
        return _taken_away(key, now, past)
    return _changed_back(key, before.fields, then, now, past)


def _took_effect(key: Key, before: Before, now: Object | None, past: Past) -> bool:
    """Whether a step that was refused, and seen undone, was done in the end: the object is just what was asked for."""
    wanted, then = past.intended.get(key), before.object
    if now is None or wanted is None:
        return now is None and wanted is None
    if then is None:
        return key not in past.known and not site_changes(now, wanted)
    asked = {field: wanted[field] for field in before.fields if field in wanted}
    differs = any(not means_same(then.kind, field, value, then.settings.get(field)) for field, value in asked.items())
    return differs and not site_changes(now, asked)


def _made_again(key: Key, then: Object, past: Past) -> Action:
    changes = tuple(
        Change(field, "", value)
        for field, value in sorted(then.settings.items())
        if value and then.kind.can_be_sent(field)
    )
    ours = past.intended.get(key) is None
    return Action(*key, "create", "create", changes, reason="" if ours else "somebody deleted it since")


def _taken_away(key: Key, now: Object, past: Past) -> Action:
    if not now.removable and not now.kind.is_app:
        return _nothing(key, "it is part of the app's package by now, and stays")
    moved = site_changes(now, past.last.get(key, {}))
    too = f", and with it the site's own {', '.join(moved)}" if moved else ""
    return Action(*key, "orphaned", "delete", reason=f"deleted: it came with the apply{too}")


def _changed_back(key: Key, fields: Collection[str], then: Object, now: Object, past: Past) -> Action:
    kind, moved = then.kind, site_changes(now, past.last.get(key, {}))
    added = then.settings.keys() - past.known.get(key, then.settings).keys()
    changes = []
    for field in sorted(fields):
        old, new = now.settings.get(field, ""), then.settings.get(field, "")
        same = normalised(kind, field, old) == normalised(kind, field, new)
        if same or field == "acl.owner" or not kind.can_be_sent(field):
            continue
        if kind.has_switch and field == kind.content:
            new = dashboards.switched_like(new, old)
        unset = kind.is_stanza and field not in ACL_FIELDS and (not new or field in added)
        changes.append(Change(field, old, new, drifted=field in moved, unset=unset))
    if not changes:
        return _nothing(key)
    lost = [change.field for change in changes if change.drifted]
    notes = [f"the site has changed {', '.join(lost)} since"] if lost else []
    if not kind.is_app and any(change.field in ACL_FIELDS for change in changes):
        notes.append("its permissions get their old values, but no more follow the app's")
    return Action(*key, "drifted" if lost else "update", "update", tuple(changes), reason="; ".join(notes))


def _nothing(key: Key, reason: str = "") -> Action:
    return Action(*key, "unchanged", "none", reason=reason)
