"""Back to what was there before a given apply: the snapshots say what, the same steps do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storypack.deploy.apply import Clock, Report, carry_out
from storypack.deploy.connection import Connection
from storypack.deploy.desired import Key, Object, Objects
from storypack.deploy.errors import DeployError
from storypack.deploy.instance import read_objects
from storypack.deploy.journal import Before, Record, Store
from storypack.deploy.kinds import BY_ID
from storypack.deploy.normalise import normalised
from storypack.deploy.plan import Action, Change, Plan, ordered
from storypack.deploy.write import Writer


@dataclass(frozen=True, slots=True)
class Return:
    """A way back: the plan, the first of the applies that it undoes, and what it was made from."""

    plan: Plan
    first: Record
    actual: Objects


def undone(store: Store) -> set[str]:
    """Applies that a later rollback has taken back."""
    gone: set[str] = set()
    for record in store.records():
        if record.what == "rollback" and record.ended:
            gone |= {one.id for one in store.records() if str(record.about["to"]) <= one.id < record.id}
    return gone


def plan_rollback(connection: Connection, store: Store, app: str, to: str | None = None) -> Return:
    """Plan the way back to before apply `to`: by default the last one, or the one that a broken off rollback meant."""
    gone = undone(store)
    standing = [one for one in store.records() if one.what == "apply" and one.id not in gone]
    unfinished = store.unfinished()
    if to is None and unfinished is not None and unfinished.what == "rollback":
        to = str(unfinished.about["to"])
    if not standing:
        raise DeployError(f"there is nothing to roll back: no apply of {app} on this instance is recorded here")
    chosen = to.zfill(4) if to else standing[-1].id
    ids = [one.id for one in standing]
    if chosen not in ids:
        raise DeployError(f"apply {to} is not recorded here or was taken back already", f"there are {', '.join(ids)}")
    target = merged([one for one in standing if one.id >= chosen])
    wanted = {key: one.object or _absent(key, one) for key, one in target.items()}
    actual = read_objects(connection, app, [wanted])
    first = next(one for one in standing if one.id == chosen)
    return Return(_plan(app, str(first.about.get("version", "")), target, actual), first, actual)


def merged(records: list[Record]) -> dict[Key, Before]:
    """The state before the first of some applies: of each field that any of them touched, the earliest value."""
    target: dict[Key, Before] = {}
    for record in records:
        for key, later in record.touched().items():
            first = target.get(key)
            if first is None:
                target[key] = later
            elif first.object is not None and later.object is not None:
                settings = dict(later.object.settings)
                settings |= {field: first.object.settings.get(field, "") for field in first.fields}
                one = Object(first.object.kind, first.object.name, settings, first.object.removable)
                target[key] = Before(one, first.fields | later.fields)
    return target


def apply_rollback(connection: Connection, store: Store, way: Return, clock: Clock, report: Report) -> Record:
    """Go back. The caller holds the store's lock. An interrupted rollback is gone on with, and so is a rollback of an
    interrupted apply."""
    unfinished = store.unfinished()
    if unfinished is not None and unfinished.what == "apply":
        store.end(unfinished, store.applied().settings, clock())
        unfinished = None
    record = unfinished or store.begin("rollback", way.plan.version, clock(), to=way.first.id)
    record.about["to"] = way.first.id
    carry_out(record, way.plan.pending, Writer(connection, way.plan.app), way.actual, report)
    store.end(record, way.first.state_before(), clock())
    return record


def _plan(app: str, version: str, target: Mapping[Key, Before], actual: Objects) -> Plan:
    actions = [_action(key, before, actual.get(key)) for key, before in target.items()]
    return Plan(app, version, ordered(actions))


def _action(key: Key, before: Before, now: Object | None) -> Action:
    then = before.object
    if then is None:
        return (
            Action(*key, "unchanged", "none") if now is None else Action(*key, "orphaned", "delete", reason="created")
        )
    if now is None:
        changes = tuple(Change(f, "", v) for f, v in sorted(then.settings.items()) if v)
        return Action(*key, "create", "create", changes)
    changed = []
    for field in sorted(before.fields - {"acl.owner"}):
        old, new = now.settings.get(field, ""), then.settings.get(field, "")
        if normalised(then.kind, field, old) != normalised(then.kind, field, new):
            changed.append(Change(field, old, new))
    return Action(*key, "update" if changed else "unchanged", "update" if changed else "none", tuple(changed))


def _absent(key: Key, before: Before) -> Object:
    return Object(BY_ID[key[0]], key[1], dict.fromkeys(before.fields, ""))
