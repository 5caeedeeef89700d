"""Back to what was there before a given apply: the snapshots say what, the same steps do it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from storypack.deploy.apply import Clock, Report, carry_out
from storypack.deploy.desired import Key, Object, Objects, desired_from_state
from storypack.deploy.instance import read_names, read_objects, read_whole
from storypack.deploy.journal import Before, Record, Settings, Store
from storypack.deploy.kinds import BY_ID
from storypack.deploy.plan import Action, Plan, ordered
from storypack.deploy.way_back import Past, way_back
from storypack.deploy.write import Writer
from storypack.splunkd.connection import Connection
from storypack.splunkd.errors import DeployError


@dataclass(frozen=True, slots=True)
class Return:
    """A way back: the plan, the applies that it undoes (oldest first), and what it was made from."""

    plan: Plan
    undoes: tuple[Record, ...]
    actual: Objects

    @property
    def first(self) -> Record:
        return self.undoes[0]


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
    undoes = [one for one in standing if one.id >= chosen]
    target, last = merged(undoes), _last_applied(store)
    wanted = {key: one.object or _absent(key, one) for key, one in target.items()}
    actual = read_objects(connection, app, [wanted, desired_from_state(last)], target.keys())
    past = Past.of(undoes, last)
    actions = [way_back(key, before, actual.get(key), past) for key, before in target.items()]
    if any(BY_ID[action.kind].is_app and action.effect == "delete" for action in actions):
        others = read_names(connection, app) - target.keys()
        actions = [_spared(action, others) if BY_ID[action.kind].is_app else action for action in actions]
    return Return(Plan(app, str(undoes[0].about["version"]), ordered(actions)), tuple(undoes), actual)


def _last_applied(store: Store) -> dict[Key, Settings]:
    """What we last wrote, but for objects that a broken off run was at: what they are now may be our own doing."""
    last = dict(store.applied().settings)
    unfinished = store.unfinished()
    if unfinished is not None:
        steps = unfinished.steps
        for key in steps.begun if unfinished.what == "rollback" else steps.unclear:
            last.pop(key, None)
    return last


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
    _keep(connection, record, way)
    carry_out(record, way.plan.pending, Writer(connection, way.plan.app), way.actual, report)
    store.end(record, way.first.state_before(), clock())
    return record


def _keep(connection: Connection, record: Record, way: Return) -> None:
    """Put what the rollback changes or deletes into its record as it is: what the site did with it is not lost."""
    gone = [action.key for action in way.plan.pending if action.effect == "delete"]
    whole = read_whole(connection, way.plan.app, gone)
    for action in way.plan.pending:
        now = whole.get(action.key) or way.actual.get(action.key)
        record.before.setdefault(action.key, Before(now, frozenset(now.settings if now else ())))
    record.write()


def _spared(action: Action, others: Collection[Key]) -> Action:
    """The app's own end: it stays if it holds what others put there, for that would go with it."""
    if not others:
        return action
    names = sorted(f"{BY_ID[kind].title} {name}" for kind, name in others)
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return Action(*action.key, "orphaned", "none", reason=f"the app stays: it holds what is not ours, {listed}")


def _absent(key: Key, before: Before) -> Object:
    return Object(BY_ID[key[0]], key[1], dict.fromkeys(before.fields, ""))
