"""The instance as tests use it: starts its ports, gives out their addresses and secrets, stops by itself."""

from __future__ import annotations

import copy
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from splunkd import acs, atom, hec, json_form, router, tls
from splunkd.faults import Down, Faults
from splunkd.instance import Instance
from splunkd.listener import Listener, Plain, Shared
from splunkd.plain import Asked, ask
from splunkd.request_log import RequestLog
from splunkd.shapes import Answer, Refused
from splunkd.state import State

ADMIN = "admin"


class Splunkd:
    """A stand-in splunkd on 127.0.0.1. Use it as a context manager, or call `start` and `stop`.

    `apps` are folders or packages of built apps whose default/ layers it holds from the start. It stops after
    `lifetime` seconds, and refuses everything after `max_requests` requests, whatever happens to the test.
    """

    host = "127.0.0.1"

    def __init__(self, apps: Sequence[Path] = (), *, port: int = 0, lifetime: float = 600.0,
                 max_requests: int = 100_000) -> None:  # fmt: skip
        self._folder = TemporaryDirectory(prefix="splunkd-")
        self.root = Path(self._folder.name)
        self.state = State(self.root)
        self.faults, self.log = Faults(), RequestLog()
        self.admin = self.state.add_user(ADMIN, "admin")
        self.token = self.state.add_token(ADMIN)
        self.hec_token = self.state.add_hec_token("tests")
        self.acs = acs.Acs(self.state)
        self.ca_file = tls.write_ca(self.root / "ca.pem")
        self.restart_refused, self.restart_unavailable = 1, 1
        self.instance = Instance(self.state, restart=self._restart)
        self._stopping = threading.Event()
        self._shared = Shared(self.faults, self.log, self.state.lock, self._snapshot, self.state.expire_sessions,
                              self._stopping, max_requests, Down())  # fmt: skip
        self._lifetime, self._wanted_port = lifetime, port
        self._listeners: dict[str, Listener] = {}
        self._opening = threading.Lock()
        self._timer: threading.Timer | None = None
        for app in apps:
            self.install(app)

    # --- life -----------------------------------------------------------------------------------------------

    def start(self) -> Splunkd:
        """Open the management port; the others open when they are first asked for."""
        self.instance.port = self._listener("management").port
        self._timer = threading.Timer(self._lifetime, self._stop_listeners)
        self._timer.daemon = True
        self._timer.start()
        return self

    def stop(self) -> None:
        """Close the ports and remove the files. Answers that are held back go out at once."""
        self._stop_listeners()
        self._folder.cleanup()

    def _stop_listeners(self) -> None:
        self._stopping.set()
        if self._timer is not None:
            self._timer.cancel()
        with self._opening:
            listeners = list(self._listeners.values())
            self._listeners.clear()
        for listener in listeners:
            listener.stop()

    def __enter__(self) -> Splunkd:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.stop()

    # --- for tests ------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The management port."""
        return self.instance.port

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def hec_url(self) -> str:
        """The event collector; `hec_token` is its token, `state.hec_tokens[...]` what the token may do."""
        return f"https://{self.host}:{self._listener('hec').port}"

    @property
    def acs_url(self) -> str:
        """Splunk Cloud's ACS, AppInspect and login, all under this address; see acs.py."""
        return f"https://{self.host}:{self._listener('acs').port}"

    @property
    def running(self) -> bool:
        return not self._stopping.is_set()

    @property
    def username(self) -> str:
        return self.admin.name

    @property
    def password(self) -> str:
        return self.admin.password

    @property
    def secrets(self) -> list[str]:
        """Every password, token and session key there is now: none of them may appear in any output."""
        held = [user.password for user in self.state.users.values()]
        return [*held, *self.state.tokens, *self.state.sessions, *self.state.hec_tokens, *self.acs.secrets]

    def context(self) -> ssl.SSLContext:
        """A client context that trusts this instance, and nothing else."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def connect(self, user: str = ADMIN, timeout: float = 10.0, **kwargs: Any) -> Any:
        """splunklib.client.connect as `user`, TLS verified. More keywords go to it (owner=, app=, splunkToken=)."""
        from splunklib import binding, client

        handler = binding.handler(timeout=timeout, verify=True, context=self.context())
        if not {"splunkToken", "token", "cookie"} & kwargs.keys():
            kwargs |= {"username": user, "password": self.state.users[user].password}
        return client.connect(host=self.host, port=self.port, handler=handler, **kwargs)

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None, **kwargs: Any) -> Asked:
        """A plain request to the management port, by the administrator's token unless said otherwise; see plain.ask."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return ask(self.url + path, method, form, context=self.context(), headers=headers, **kwargs)

    def install(self, app: Path) -> str:
        """Put a built app (folder or package) on the instance as the administrator would; gives its id."""
        from splunkd.packages import install

        return install(self.state, app)

    # --- inside ---------------------------------------------------------------------------------------------

    def _listener(self, name: str) -> Listener:
        """The port of this name, opened when need be."""
        with self._opening:
            if name not in self._listeners and not self._stopping.is_set():
                answer, refusal = {
                    "management": (self._management, _refusal),
                    "hec": (self._collect, hec.refusal),
                    "acs": (self.acs.answer, acs.refusal),
                }[name]
                port = self._wanted_port if name == "management" else 0
                self._listeners[name] = Listener(name, answer, refusal, self._shared, tls.server_context(), port)
            return self._listeners[name]

    def _management(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Plain:
        wants_json = "output_mode=json" in target or b"output_mode=json" in body[-20000:] + body[:20000]
        try:
            answer, user = router.answer(self.instance, method, target, headers, body)
        except Refused as refused:
            return _refused(refused, wants_json)
        return _plain(answer, user, wants_json)

    def _collect(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Plain:
        return hec.answer(self.state, method, target, headers, body)

    def _restart(self) -> None:
        """What follows POST /server/control/restart, once it is answered."""
        self.state.expire_sessions()
        self._shared.down.refused, self._shared.down.unavailable = self.restart_refused, self.restart_unavailable

    def _snapshot(self) -> Callable[[], None]:
        before, installs = self.state.content(), copy.deepcopy(self.acs.installs)

        def restore() -> None:
            self.state.restore(before)
            self.acs.installs = installs

        return restore


def _plain(answer: Answer, user: str, wants_json: bool) -> Plain:
    if answer.feed is None:
        return Plain(answer.status, answer.body, answer.content_type, answer.headers, user)
    if wants_json:
        return Plain(
            answer.status, json_form.feed(answer.feed), "application/json; charset=UTF-8", answer.headers, user
        )
    return Plain(answer.status, atom.feed(answer.feed), "text/xml; charset=utf-8", answer.headers, user)


def _refused(refused: Refused, wants_json: bool) -> Plain:
    if wants_json:
        body, kind = json_form.error(refused.kind, refused.text, refused.code), "application/json; charset=UTF-8"
    else:
        body, kind = atom.error(refused.kind, refused.text, refused.code), "text/xml; charset=utf-8"
    return Plain(refused.status, body, kind, refused.headers)


def _refusal(status: int, text: str) -> Plain:
    return _refused(Refused(status, text, "WARN" if status == 401 else "ERROR"), False)
