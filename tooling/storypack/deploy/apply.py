"""Carrying a plan out: snapshot, then step by step, each noted before and after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from storypack.deploy.desired import Desired, Key, Object, Objects, desired_from_state
from storypack.deploy.instance import read_objects, read_whole
from storypack.deploy.journal import Before, Record, Settings, Store
from storypack.deploy.kinds import BY_ID
from storypack.deploy.object_kind import ACL_FIELDS
from storypack.deploy.plan import Action, Applied, Plan, make_plan
from storypack.deploy.write import Writer
from storypack.splunkd.connection import Connection
from storypack.splunkd.errors import DeployError, NotWritten

Clock = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One object done: what a progress bar and `--format json` show. `note` says what was not as usual."""

    number: int
    total: int
    action: Action
    note: str = ""


Report = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from."""

    plan: Plan
    desired: Desired
    actual: Objects
    applied: Applied
    unfinished: Record | None


def plan_deployment(connection: Connection, store: Store, desired: Desired, adopt: tuple[str, ...] = ()) -> Planned:
    """Read the instance and our records, and plan. Changes nothing."""
    unfinished = store.unfinished()
    applied = store.applied()
    known = {*applied.settings, *applied.begun}
    actual = read_objects(connection, desired.app, [desired.objects, desired_from_state(applied.settings)], known)
    return Planned(make_plan(desired, actual, applied, adopt), desired, actual, applied, unfinished)


def apply_plan(connection: Connection, store: Store, planned: Planned, clock: Clock, report: Report) -> Record | None:
    """Carry out a plan; the caller holds the store's lock since before planning. None when there was nothing to do.

    A run that broke off is gone on with: its record keeps the first state of every object. When a step fails, what was
    done is noted, the error goes up, and the next run starts from there.
    """
    plan, unfinished = planned.plan, planned.unfinished
    if unfinished is not None and unfinished.what == "rollback":
        raise DeployError(
            f"rollback {unfinished.id} was interrupted", "finish it with 'storypack deploy rollback' before you apply"
        )
    state = state_after(planned)
    if not plan.pending and unfinished is None:
        store.save_state(state)
        return None
    record = unfinished or store.begin("apply", plan.version, clock())
    record.about["version"] = plan.version
    _snapshot(connection, record, planned, state)
    known = planned.applied.settings.keys()
    carry_out(record, plan.pending, Writer(connection, plan.app), planned.actual, report, known)
    store.end(record, state, clock())
    return record


def carry_out(
    record: Record, pending: tuple[Action, ...], writer: Writer, actual: Objects, report: Report,
    known: Collection[Key] = (),
) -> None:  # fmt: skip
    """Do the steps. `DeployError` of the failing step says how many are left. `known`: made by an earlier run."""
    for number, action in enumerate(pending, start=1):
        try:
            record.note("begin", action.key, action.effect)
            perform(action, writer, actual, action.key in known)
            record.note("done", action.key, action.effect)
        except DeployError as error:
            if isinstance(error, NotWritten):
                record.note("refused", action.key, action.effect)
            left = len(pending) - number + 1
            error.args = (
                f"{action.effect} {BY_ID[action.kind].title} {action.name}: {error}\n"
                f"{number - 1} of {len(pending)} steps are done and recorded (run {record.id}), {left} remain: "
                "run the same command again to go on, or 'storypack deploy rollback' to go back",
            )
            raise
        report(Step(number, len(pending), action, "; ".join(writer.notes)))
        writer.notes.clear()


def perform(action: Action, writer: Writer, actual: Objects, known: bool = False) -> None:
    """One step on the instance."""
    kind = BY_ID[action.kind]
    settings = {change.field: change.new for change in action.changes}
    if action.effect == "create":
        writer.create(kind, action.name, settings, known=known)
    elif action.effect == "update":
        now = actual[action.key].settings
        if settings.keys() & set(ACL_FIELDS):  # an ACL is written as a whole
            settings = {**{field: now[field] for field in ACL_FIELDS if field in now}, **settings}
        unset = {change.field for change in action.changes if change.unset}
        writer.update(kind, action.name, settings, now.get("acl.owner", "nobody"), now, unset)
    elif action.effect == "delete":
        writer.delete(kind, action.name)


def state_after(planned: Planned) -> dict[Key, Settings]:
    """What we will have applied once the plan is through. A kept field stays what we last applied, so that it is still
    seen as the site's; what is foreign is none of ours."""
    state: dict[Key, Settings] = {}
    for action in planned.plan.actions:
        last = planned.applied.settings.get(action.key)
        if action.status == "orphaned":
            if action.effect == "none" and last is not None:
                state[action.key] = last
        elif action.status != "foreign":
            settings = dict(planned.desired.objects[action.key].settings)
            for field in _not_ours(action, planned.actual.get(action.key), settings):
                if last and field in last:
                    settings[field] = last[field]
                else:
                    settings.pop(field, None)
            state[action.key] = settings
    return state


def _not_ours(action: Action, have: Object | None, settings: Settings) -> list[str]:
    """The fields of an object that this plan leaves to the site. `disabled` is set only when a search arrives."""
    fields = [change.field for change in action.kept]
    made = {change.field for change in action.changes}
    if BY_ID[action.kind].arrival and have is not None and "disabled" not in made and "disabled" in settings:
        fields.append("disabled")
    return fields


def _snapshot(connection: Connection, record: Record, planned: Planned, state: Mapping[Key, Settings]) -> None:
    """Add to the record what every object is now, unless it is there from before the interruption."""
    wanted = [one.key for one in planned.plan.pending if one.effect == "delete" or _may_lack_settings(one)]
    whole = read_whole(connection, planned.plan.app, wanted)
    for action in planned.plan.pending:
        now, fields = planned.actual.get(action.key), _fields(action)
        if action.effect == "delete":
            now = whole.get(action.key)
            fields = frozenset(now.settings) if now else fields
        elif now is not None and action.key in whole:  # whole, for somebody may delete it before a rollback
            touched = {field: now.settings.get(field, "") for field in fields}
            now = replace(now, settings={**whole[action.key].settings, **touched})
        first = record.before.get(action.key)
        if first is None:
            record.before[action.key] = Before(now, fields)
        elif first.object is not None and now is not None:
            merged = Object(first.object.kind, first.object.name, {**now.settings, **_touched(first)}, now.removable)
            record.before[action.key] = Before(merged, first.fields | fields)
        record.intended[action.key] = state.get(action.key)
    record.write()


def _may_lack_settings(action: Action) -> bool:
    """Whether more than what was read for the plan belongs to an object that is updated."""
    return action.effect == "update" and not BY_ID[action.kind].is_read_whole


def _touched(first: Before) -> dict[str, str]:
    return {field: first.object.settings.get(field, "") for field in first.fields} if first.object else {}


def _fields(action: Action) -> frozenset[str]:
    return frozenset(change.field for change in action.changes)
