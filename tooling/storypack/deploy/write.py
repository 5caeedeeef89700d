"""One object made, changed or deleted on the instance, and looked at again whenever an answer was no plain yes.

An error answer is no proof that nothing was written: splunkd answers some writes with 403 or 404 after it did them, a
proxy answers 502 and 504 on its own, a connection breaks off at any moment. So after each of them the object is read,
and what it is decides: as asked for, it is done; as it was, the write is sent again or given up (`NotWritten`);
anything else is said as it is, and is the rollback's to put back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from storypack.deploy.desired import Object
from storypack.deploy.instance import object_of, read_capabilities, read_one
from storypack.deploy.kinds import CAPABILITIES
from storypack.deploy.lookup_content import write_csv
from storypack.deploy.normalise import means_same
from storypack.deploy.object_kind import ACL_FIELDS, ObjectKind
from storypack.splunkd.connection import Connection, ns
from storypack.splunkd.errors import DeployError, NotWritten, Refused, Uncertain, Unreachable
from storypack.splunkd.reasons import unknown_argument

APPS = "/services/apps/local"
Settings = Mapping[str, str]
Failure = Uncertain | Refused | Unreachable


@dataclass(frozen=True, slots=True)
class _Write:
    """A write: how it is sent, and how what it did is seen. `done` and `untouched` judge the object as it is now (None:
    there is none). `fresh`: the object is being made, and may be unknown to the next request for a moment."""

    kind: ObjectKind
    name: str
    send: Callable[[], Object | None]
    done: Callable[[Object | None], bool]
    untouched: Callable[[Object | None], bool]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes objects of one app. Each method leaves the object as asked, or raises and says so.

    `notes` collects what the person in front of the terminal should know of writes that were done all the same.
    """

    connection: Connection
    app: str
    sleep: Callable[[float], None] = time.sleep
    notes: list[str] = field(default_factory=list)

    def create(self, kind: ObjectKind, name: str, settings: Settings, *, known: bool = False) -> None:
        """Make an object that is not there, with its permissions. It belongs to nobody unless `acl.owner` says who.

        `known`: an earlier run made it already. Then an instance that says it is there is believed, not the plan.
        """
        body = {key: value for key, value in _own(kind, settings).items() if value != ""}
        if kind.by_search:
            self._settled(self._table(kind, name, settings[kind.content], None))
            made = read_one(self.connection, self.app, kind, name, content=False, expected=True)
        else:
            made = self._settled(
                _Write(
                    kind,
                    name,
                    lambda: self._post_new(kind, {"name": name, **body}),
                    lambda now: now is not None and _has(now, body),
                    lambda now: now is None,
                    fresh=True,
                ),
                known=known,
            )
        self.permit(kind, name, settings, settings.get("acl.owner", "nobody"), made, fresh=True)

    def update(
        self,
        kind: ObjectKind,
        name: str,
        settings: Settings,
        owner: str = "nobody",
        before: Settings | None = None,
        unset: Collection[str] = (),
    ) -> None:
        """Set these fields of an object that is there; what is not named stays. `before` is what they were.

        The keys of `unset` are taken out of the conf where the instance can do that, so that what lies below them shows
        again; what they are to be then is in `settings`.
        """
        then = before or {}
        body = {key: value for key, value in _own(kind, settings).items() if key not in unset}
        if kind.by_search:
            if kind.content in body:
                self._settled(self._table(kind, name, body[kind.content], then.get(kind.content)))
        elif body:
            self._set(kind, name, body, then)
        try:
            if gone := [key for key in unset if key in settings and kind.is_stanza]:
                self._unset(kind, name, gone, settings, then)
            self.permit(kind, name, settings, owner)
        except NotWritten as refusal:
            if body:  # a part of the step is done
                raise DeployError(f"only a part of it is done: {refusal}") from refusal
            raise

    def delete(self, kind: ObjectKind, name: str) -> None:
        """Delete an object; one that is gone already is fine."""

        def send() -> None:
            self.connection.delete(self._path(kind, name))

        self._settled(_Write(kind, name, send, lambda now: now is None, lambda now: now is not None))

    def permit(
        self,
        kind: ObjectKind,
        name: str,
        settings: Settings,
        owner: str,
        now: Object | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """Set sharing and roles, if `settings` has any and `now`, the object as it was just made, has others.

        splunkd wants owner and sharing with every change of an ACL, and drops the one of the two permissions that is
        not sent. What an object does not say it takes from its app: so the app's own permissions, set when it is made,
        spare most objects a request of their own.
        """
        wanted = {key: settings[key] for key in ACL_FIELDS if key in settings}
        if not wanted or (now and now.settings["acl.owner"] == (owner or "nobody") and _has(now, wanted)):
            return
        if len(wanted) < len(ACL_FIELDS):
            now = now or read_one(self.connection, self.app, kind, name, content=False)
            there = {"acl.sharing": "app", **(now.settings if now else {})}
            wanted = {key: there[key] for key in ACL_FIELDS if key in there} | wanted
        body = {"owner": owner or "nobody", "sharing": wanted["acl.sharing"]}
        body |= {f"perms.{key[4:]}": value for key, value in wanted.items() if key != "acl.sharing"}
        path = self._path(kind, name, sub="acl")

        def send() -> None:
            self.connection.post(path, body)

        try:
            self._settled(
                _Write(
                    kind, name, send, lambda one: one is not None and _has(one, wanted), lambda one: True, fresh=fresh
                )
            )
        except NotWritten as refusal:
            if kind.is_app:
                self.notes.append(f"its permissions were refused, so each object gets its own: {refusal.message}")
                return
            if fresh:
                raise DeployError(f"it is there, but its permissions were refused: {refusal}") from refusal
            raise

    # --- kinds of writes ------------------------------------------------------------------------------------------

    def _set(self, kind: ObjectKind, name: str, body: Settings, then: Settings) -> None:
        self._settled(
            _Write(
                kind,
                name,
                lambda: self._post(kind, name, self._path(kind, name), body),
                lambda now: now is not None and _has(now, body),
                lambda now: now is None or _has(now, {key: then.get(key, "") for key in body}),
            )
        )

    def _table(self, kind: ObjectKind, name: str, text: str, then: str | None) -> _Write:
        """A lookup file's content: `then` what it was, None when there was no file."""

        def send() -> None:
            write_csv(self.connection, self.app, name, text)

        def is_now(now: Object | None, content: str | None) -> bool:
            return now is None if content is None else now is not None and _has(now, {kind.content: content})

        return _Write(kind, name, send, lambda now: is_now(now, text), lambda now: now is None or is_now(now, then))

    def _unset(self, kind: ObjectKind, name: str, fields: Collection[str], settings: Settings, then: Settings) -> None:
        """Take keys out of local/. Where that is not to be had, or another value than the wanted one lies below, the
        value is set."""
        gone = {one for one in fields if self._take_out(kind, name, one)}
        left: dict[str, str] = {}
        for attempt in range(self.connection.target.retries + 1):
            now = read_one(self.connection, self.app, kind, name)
            left = {
                key: settings[key] for key in fields if now and _stays(now, key, settings[key], then.get(key), gone)
            }
            if not left.keys() & gone:  # a key may go on showing for a moment
                break
            self.connection.pause(attempt)
        if left:
            self.notes.append(f"the instance could not take {', '.join(sorted(left))} out: set to what it was instead")
            self._set(kind, name, {key: value or _nothing(kind, key) for key, value in left.items()}, then)

    def _take_out(self, kind: ObjectKind, name: str, one: str) -> bool:
        """Whether a key is out of local/ now: deleted, or (404) not there. Asked for twice before a refusal counts."""
        path = ns(self.app, f"properties/{kind.meta}", name, key=kind.conf_key(one))
        refused = False
        for attempt in range(self.connection.target.retries + 2):
            try:
                self.connection.delete(path, plain=True, local_only="true")
                return True
            except Uncertain as uncertain:
                self.sleep(uncertain.wait)
            except Refused as refusal:
                if refused or (refusal.status == 404 and attempt):
                    return refusal.status == 404
                refused = True
        return False

    # --- sending --------------------------------------------------------------------------------------------------

    def _path(self, kind: ObjectKind, name: str, sub: str = "") -> str:
        return ns("system" if kind.is_app else self.app, kind.path, name, sub=sub)

    def _post(self, kind: ObjectKind, name: str, path: str, body: Settings) -> Object | None:
        """The object as the instance shows it in its answer."""
        return object_of(kind, name, self.connection.post(path, body))

    def _post_new(self, kind: ObjectKind, body: Settings) -> Object | None:
        path, name = APPS if kind.is_app else ns(self.app, kind.path), body["name"]
        try:
            return self._post(kind, name, path, body)
        except Refused as refusal:
            if refusal.status == 404 and kind.brings_conf:
                self.connection.post(ns(self.app, "properties"), {"__conf": kind.meta}, plain=True)
                return self._post(kind, name, path, body)
            if refusal.status == 409 and kind.comes_with_app:
                return self._post(kind, name, self._path(kind, name), {kind.content: body[kind.content]})
            raise

    # --- looking --------------------------------------------------------------------------------------------------

    def _settled(self, write: _Write, *, known: bool = False) -> Object | None:
        """Do a write until it is known to have taken effect; the object as the instance shows it then.

        `NotWritten` when it did not, `DeployError` when nobody can say or the object is neither this nor that.
        """
        last = self.connection.target.retries
        for attempt in range(last + 1):
            try:
                return write.send()
            except (Uncertain, Refused, Unreachable) as error:
                failure: Failure = error
            if known and attempt == 0 and isinstance(failure, Refused) and failure.status == 409:
                raise NotWritten(f"{failure.message}: it is there after all", 409, failure.cure)
            self._wait(failure, attempt)
            now = self._look(write, failure)
            if write.done(now):
                self.notes.append(f"done, although the answer was: {failure.message}")
                return now
            if attempt == last or not _worth_repeating(failure, write.fresh or now is not None):
                break
        if not write.untouched(now) and not (isinstance(failure, Refused) and failure.status == 409):
            raise DeployError(
                f"{failure.message}; looked at again, it is neither as it was nor as it should be",
                "look at the object; 'storypack deploy rollback' puts back what it was",
            )
        raise NotWritten(*self._reason(failure, attempt + 1))

    def _wait(self, failure: Failure, attempt: int) -> None:
        if isinstance(failure, Uncertain):
            self.sleep(failure.wait)
        elif isinstance(failure, Refused) and failure.status == 404:
            self.connection.pause(attempt)

    def _look(self, write: _Write, failure: Failure) -> Object | None:
        """The object as it is now. After a 5xx the instance is first asked to read its files again."""
        try:
            if isinstance(failure, Uncertain) and failure.saving and not write.kind.is_app:
                with suppress(Refused):  # not every collection has it; then what is shown must do
                    self.connection.get(ns(self.app, write.kind.path, "_reload"))
            return read_one(self.connection, self.app, write.kind, write.name)
        except DeployError as error:
            unknown = "whether it took effect nobody knows, for looking at it failed too"
            raise DeployError(f"{failure.message}; {unknown}: {error.message}", error.cure) from error

    def _reason(self, failure: Failure, times: int) -> tuple[str, int, str]:
        """What to say of a write that was not done: message, status, cure."""
        if not isinstance(failure, Refused):
            return f"{failure.message}; the write was tried {times} times and did not take effect", 0, failure.cure
        argument = unknown_argument(failure.message)
        if failure.status != 400 or not argument:
            return failure.message, failure.status, failure.cure
        capability = CAPABILITIES.get(argument, "")
        cure = f"this version of Splunk does not know {argument}, or the role lacks a capability for it"
        try:
            if capability and capability not in read_capabilities(self.connection):
                cure = f"the role lacks the capability {capability}, which {argument} takes"
        except DeployError:  # then both are possible
            pass
        return failure.message, failure.status, cure


def _own(kind: ObjectKind, settings: Settings) -> dict[str, str]:
    """The settings that a write of the object itself carries."""
    return {key: value for key, value in settings.items() if not key.startswith("acl.") and kind.can_be_sent(key)}


def _has(now: Object, settings: Settings) -> bool:
    return all(means_same(now.kind, key, value, now.settings.get(key)) for key, value in settings.items())


def _stays(now: Object, key: str, wanted: str, old: str | None, gone: Collection[str]) -> bool:
    """Whether a key that was to go must be set: it still has the old value, or what shows is not what is wanted. ""
    wants whatever lies below."""
    value = now.settings.get(key)
    if means_same(now.kind, key, wanted, value):
        return False
    return wanted != "" or (key not in gone and means_same(now.kind, key, old, value))


def _nothing(kind: ObjectKind, key: str) -> str:
    return "0" if key in kind.flags else ""


def _worth_repeating(failure: Failure, there: bool) -> bool:
    """Whether a write that did nothing may be sent again: after no answer and after 5xx; after 404 while the object is
    there, or is just being made, for it may not be known everywhere yet."""
    return isinstance(failure, Uncertain) or (isinstance(failure, Refused) and failure.status == 404 and there)
