"""What every handler gets: the state, and questions about who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from splunkd.layers import App, Found
from splunkd.shapes import Acl, Refused, Request, no_such_object, wildcarded
from splunkd.state import State, User


@dataclass
class Instance:
    """The state as handlers reach it. `restart` is set by the server: called when a restart is asked for."""

    state: State
    port: int = 0
    restart: Callable[[], None] = field(default=lambda: None)

    def caller(self, request: Request) -> User:
        return self.state.users[request.user]

    def need(self, request: Request, capability: str) -> None:
        """403 unless a role of the caller has the capability."""
        if not self.caller(request).can(capability):
            raise Refused(403, f"You (user={request.user}) do not have permission to perform this operation "
                               f"(requires capability: {capability}).")  # fmt: skip

    def may_read(self, request: Request, acl: Acl) -> bool:
        user = self.caller(request)
        return acl.owner == user.name or "admin" in user.roles or _in(user, acl.read)

    def may_write(self, request: Request, acl: Acl) -> bool:
        user = self.caller(request)
        if acl.sharing == "user":
            return acl.owner == user.name or "admin" in user.roles
        return "admin" in user.roles or _in(user, acl.write)

    def need_write(self, request: Request, acl: Acl) -> None:
        if not self.may_write(request, acl):
            raise Refused(403, f"User '{request.user}' with roles {{ {', '.join(self.caller(request).roles)} }} cannot "
                               f"write: access denied to this object of app={acl.app}.")  # fmt: skip

    def target(self, request: Request) -> tuple[App, str]:
        """Where a create goes: the app, and the user whose own it becomes ("" = shared). No wildcards, no strangers."""
        if "-" in (request.owner, request.app):
            raise wildcarded("create")
        self.known_app(request.app)
        app = self.state.apps.apps[request.app]
        if request.owner == "nobody":
            self.need_write(request, app.acl("", ""))
            return app, ""
        if request.owner not in self.state.users:
            raise Refused(404, f"User does not exist: {request.owner}")
        if request.owner != request.user and "admin" not in self.caller(request).roles:
            raise Refused(403, f"User '{request.user}' cannot act in the namespace of '{request.owner}'.")
        return app, request.owner

    def settle(self, found: Found) -> None:
        """404 for the ACL of an object that was made a moment ago, as often as `state.acl_delay` says."""
        place = (found.acl.app, found.kind, found.name)
        if self.state.unsettled.get(place, 0) > 0:
            self.state.unsettled[place] -= 1
            raise no_such_object(found.name)

    def known_app(self, name: str) -> None:
        if name != "-" and name not in self.state.apps.apps:
            raise Refused(404, f"Application does not exist: {name}")


def _in(user: User, roles: tuple[str, ...]) -> bool:
    return "*" in roles or any(role in roles for role in user.roles)
