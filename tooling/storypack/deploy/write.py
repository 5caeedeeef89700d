"""One object made, changed or deleted on the instance, and looked at again whenever the answer was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from storypack.deploy import kinds
from storypack.deploy.connection import Connection, ns
from storypack.deploy.desired import Object
from storypack.deploy.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.deploy.instance import object_of, read_one
from storypack.deploy.kinds import ACL_FIELDS, Kind
from storypack.deploy.lookup_content import write_csv
from storypack.deploy.normalise import means_same

APPS = "/services/apps/local"
Settings = Mapping[str, str]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes objects of one app. Each method leaves the object as asked, or raises and says so."""

    connection: Connection
    app: str
    sleep: Callable[[float], None] = time.sleep

    def create(self, kind: Kind, name: str, settings: Settings) -> None:
        """Make an object that is not there, with its permissions. It belongs to nobody unless `acl.owner` says who."""
        body = {key: value for key, value in settings.items() if not key.startswith("acl.") and value != ""}
        made: Object | None = None
        if kind is kinds.LOOKUP_FILE:
            write_csv(self.connection, self.app, name, settings["content"])
            made = read_one(self.connection, self.app, kind, name, content=False)
        else:
            made = self._settled(
                lambda: self._post_new(kind, {"name": name, **body}),
                lambda: self._held(kind, name, body),
                repeated_is_refused=409,
            )
        self.permit(kind, name, settings, settings.get("acl.owner", "nobody"), made)

    def update(self, kind: Kind, name: str, settings: Settings, owner: str = "nobody") -> None:
        """Set these fields of an object that is there; what is not named stays."""
        body = {key: value for key, value in settings.items() if not key.startswith("acl.")}
        if kind is kinds.LOOKUP_FILE:
            if "content" in body:
                write_csv(self.connection, self.app, name, body["content"])
        elif body:
            self._settled(
                lambda: self._post(kind, name, self._path(kind, name), body), lambda: self._held(kind, name, body)
            )
        self.permit(kind, name, settings, owner)

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an object; one that is gone already is fine."""

        def delete() -> bool:
            self.connection.delete(self._path(kind, name))
            return True

        try:
            self._settled(delete, lambda: read_one(self.connection, self.app, kind, name) is None)
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def permit(self, kind: Kind, name: str, settings: Settings, owner: str, now: Object | None = None) -> None:
        """Set sharing and roles, if `settings` has any and `now`, the object as it was just made, has others.

        splunkd wants owner and sharing with every change of an ACL. What an object does not say it takes from its app:
        so the app's own permissions, set when it is made, spare most objects a request of their own.
        """
        wanted = {key: settings[key] for key in ACL_FIELDS if key in settings}
        if not wanted or (now and now.settings["acl.owner"] == (owner or "nobody") and _has(now, wanted)):
            return
        if "acl.sharing" not in wanted:
            now = read_one(self.connection, self.app, kind, name)
            wanted["acl.sharing"] = now.settings["acl.sharing"] if now else "app"
        body = {"owner": owner or "nobody", "sharing": wanted["acl.sharing"]}
        body |= {f"perms.{key[4:]}": value for key, value in wanted.items() if key != "acl.sharing"}
        path = self._path(kind, name, sub="acl")
        try:
            self._settled(lambda: self.connection.post(path, body), lambda: self._held(kind, name, wanted))
        except Refused as refusal:
            if kind is kinds.APP:  # then each object gets its own
                return
            raise DeployError(f"it is there, but its permissions were refused: {refusal}") from refusal

    # --- how --------------------------------------------------------------------------------------------------

    def _path(self, kind: Kind, name: str, sub: str = "") -> str:
        return ns("system" if kind is kinds.APP else self.app, kind.path, name, sub=sub)

    def _post(self, kind: Kind, name: str, path: str, body: Settings) -> Object | None:
        """The object as the instance shows it in its answer."""
        return object_of(kind, name, self.connection.post(path, body))

    def _post_new(self, kind: Kind, body: Settings) -> Object | None:
        path, name = APPS if kind is kinds.APP else ns(self.app, kind.path), body["name"]
        try:
            return self._post(kind, name, path, body)
        except Refused as refusal:
            if refusal.status == 404 and kind is kinds.STORY:  # the first app of the instance with this conf
                self.connection.post(ns(self.app, "properties"), {"__conf": "analyticstories"}, plain=True)
                return self._post(kind, name, path, body)
            if refusal.status == 409 and kind is kinds.NAV:  # splunkd gives a new app a menu of its own
                return self._post(kind, name, self._path(kind, name), {"eai:data": body["eai:data"]})
            raise

    def _held(self, kind: Kind, name: str, settings: Settings) -> Object | None:
        """The object, if the instance has it with these values now."""
        now = read_one(self.connection, self.app, kind, name)
        return now if now is not None and _has(now, settings) else None

    def _settled(self, write: Callable[[], Found], held: Callable[[], Found], repeated_is_refused: int = 0) -> Found:
        """Do a write until it is known to have taken effect; what it gave. After a lost answer the instance is asked
        first, with `held`: false for no effect."""
        target = self.connection.target
        lost: Uncertain | None = None
        for _ in range(target.retries + 1):
            try:
                return write()
            except Uncertain as uncertain:
                lost = uncertain
                self.sleep(uncertain.wait)
                if found := held():
                    return found
            except Refused as refusal:
                if lost is None or refusal.status != repeated_is_refused or not (found := held()):
                    raise
                return found
        raise Unreachable(f"{lost}; the write was tried {target.retries + 1} times and did not take effect")


def _has(now: Object, settings: Settings) -> bool:
    return all(means_same(now.kind, key, value, now.settings.get(key)) for key, value in settings.items())
