"""One object made, changed or deleted on the instance, and looked at again whenever the answer was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storypack.deploy import kinds
from storypack.deploy.connection import Connection, ns
from storypack.deploy.desired import Object
from storypack.deploy.errors import DeployError, Refused, Uncertain, Unreachable
from storypack.deploy.instance import read_one
from storypack.deploy.kinds import ACL_FIELDS, Kind
from storypack.deploy.lookup_content import write_csv
from storypack.deploy.normalise import normalised

APPS = "/services/apps/local"
Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes objects of one app. Each method leaves the object as asked, or raises and says so."""

    connection: Connection
    app: str
    sleep: Callable[[float], None] = time.sleep

    def create(self, kind: Kind, name: str, settings: Settings) -> None:
        """Make an object that is not there, with its permissions. It belongs to nobody unless `acl.owner` says who."""
        body = {key: value for key, value in settings.items() if not key.startswith("acl.") and value != ""}
        if kind is kinds.LOOKUP_FILE:
            write_csv(self.connection, self.app, name, settings["content"])
        else:
            self._settled(
                lambda: self._post_new(kind, {"name": name, **body}),
                lambda: self._holds(kind, name, body),
                repeated_is_refused=409,
            )
        self.permit(kind, name, settings, settings.get("acl.owner", "nobody"))

    def update(self, kind: Kind, name: str, settings: Settings, owner: str = "nobody") -> None:
        """Set these fields of an object that is there; what is not named stays."""
        body = {key: value for key, value in settings.items() if not key.startswith("acl.")}
        if kind is kinds.LOOKUP_FILE:
            if "content" in body:
                write_csv(self.connection, self.app, name, body["content"])
        elif body:
            self._settled(
                lambda: self.connection.post(self._path(kind, name), body), lambda: self._holds(kind, name, body)
            )
        self.permit(kind, name, settings, owner)

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an object; one that is gone already is fine."""

        def gone() -> bool:
            return read_one(self.connection, self.app, kind, name) is None

        try:
            self._settled(lambda: self.connection.delete(self._path(kind, name)), gone)
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def permit(self, kind: Kind, name: str, settings: Settings, owner: str) -> None:
        """Set sharing and roles, if `settings` has any. splunkd wants owner and sharing with every change of an ACL."""
        wanted = {key: settings[key] for key in ACL_FIELDS if key in settings}
        if not wanted or kind is kinds.APP:
            return
        if "acl.sharing" not in wanted:
            now = read_one(self.connection, self.app, kind, name)
            wanted["acl.sharing"] = now.settings["acl.sharing"] if now else "app"
        body = {"owner": owner or "nobody", "sharing": wanted["acl.sharing"]}
        body |= {f"perms.{key[4:]}": value for key, value in wanted.items() if key != "acl.sharing"}
        path = ns(self.app, kind.path, name, sub="acl")
        try:
            self._settled(lambda: self.connection.post(path, body), lambda: self._holds(kind, name, wanted))
        except Refused as refusal:
            raise DeployError(f"it is there, but its permissions were refused: {refusal}") from refusal

    # --- how --------------------------------------------------------------------------------------------------

    def _path(self, kind: Kind, name: str) -> str:
        return ns("system", kind.path, name) if kind is kinds.APP else ns(self.app, kind.path, name)

    def _post_new(self, kind: Kind, body: Settings) -> None:
        path = APPS if kind is kinds.APP else ns(self.app, kind.path)
        try:
            self.connection.post(path, body)
        except Refused as refusal:
            if refusal.status == 404 and kind is kinds.STORY:  # the first app of the instance with this conf
                self.connection.post(ns(self.app, "properties"), {"__conf": "analyticstories"})
                self.connection.post(path, body)
            elif refusal.status == 409 and kind is kinds.NAV:  # splunkd gives a new app a menu of its own
                self.connection.post(self._path(kind, body["name"]), {"eai:data": body["eai:data"]})
            else:
                raise

    def _holds(self, kind: Kind, name: str, settings: Settings) -> bool:
        """Whether the instance has the object with these values now."""
        now = read_one(self.connection, self.app, kind, name)
        return now is not None and all(
            normalised(kind, key, value) == normalised(kind, key, now.settings.get(key))
            for key, value in settings.items()
        )

    def _settled(self, write: Callable[[], None], holds: Callable[[], bool], repeated_is_refused: int = 0) -> None:
        """Do a write until it is known to have taken effect. After a lost answer the instance is asked first."""
        target = self.connection.target
        lost: Uncertain | None = None
        for _ in range(target.retries + 1):
            try:
                write()
                return
            except Uncertain as uncertain:
                lost = uncertain
                self.sleep(uncertain.wait)
                if holds():
                    return
            except Refused as refusal:
                if lost is None or refusal.status != repeated_is_refused or not holds():
                    raise
                return
        raise Unreachable(f"{lost}; the write was tried {target.retries + 1} times and did not take effect")


def settings_of(one: Object, fields: frozenset[str]) -> dict[str, str]:
    """Some fields of an object; those that it does not have are empty."""
    return {field: one.settings.get(field, "") for field in fields if field != "acl.owner"}
