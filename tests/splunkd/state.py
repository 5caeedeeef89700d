"""What the instance holds. Tests read and change it directly; nothing here knows of HTTP."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marked_secrets import new_secret, new_uuid
from splunkd.jobs import Job
from splunkd.layers import App, Apps, Layer, Settings

CAPABILITIES = {
    "admin": {"admin_all_objects", "schedule_search", "edit_search_schedule_window", "edit_search_schedule_priority",
              "edit_local_apps", "install_apps", "restart_splunkd", "edit_tokens_all", "rest_apps_management",
              "deactivate_dashboards"},
    "power": {"schedule_search", "edit_search_schedule_window"},
    "user": set(),
    "can_delete": {"delete_by_keyword"},
}  # fmt: skip


@dataclass
class User:
    """A login. What it may do follows from its roles: admin, power, user, less what is `denied`."""

    name: str
    password: str
    roles: tuple[str, ...]
    default_app: str = "search"
    denied: frozenset[str] = frozenset()

    @property
    def capabilities(self) -> set[str]:
        return {one for role in self.roles for one in CAPABILITIES.get(role, ())} - self.denied

    def can(self, capability: str) -> bool:
        return capability in self.capabilities


@dataclass
class State:
    """The instance. `lock` is held while a request is answered; tests that look while requests run should take it."""

    root: Path
    apps: Apps = field(default_factory=Apps)
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)  # session key -> user
    tokens: dict[str, str] = field(default_factory=dict)  # bearer token -> user
    hec_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)  # object -> WARN message that comes with each write of it
    messages: dict[str, Settings] = field(default_factory=dict)
    collections: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    indexes: set[str] = field(default_factory=lambda: {"main", "summary", "_internal", "_audit"})
    summaries: dict[str, float] = field(default_factory=dict)  # data model -> share of its summary that is complete
    info: dict[str, Any] = field(default_factory=dict)
    canned: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    jobs_made: int = 0
    search_slots: int | None = None  # how many searches may run at once; None = any number
    job_polls: int = 1  # how often a look at a new job sees it running
    deletes_keys: bool = True  # whether DELETE properties/... is known: older versions are without it
    acl_delay: int = 0  # how often the ACL of a new object answers 404
    unsettled: dict[tuple[str, str, str], int] = field(default_factory=dict)  # (app, kind, name) -> 404s to come
    es: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.staging.mkdir(parents=True, exist_ok=True)
        for name in ("system", "search"):
            self.add_app(name)
        self.apps.apps["search"].default["app"] = {
            "launcher": {"version": "9.4.2"}, "ui": {"label": "Search & Reporting", "is_visible": "1"}
        }  # fmt: skip

    @property
    def staging(self) -> Path:
        """The folder of a lookup file's staged upload, as on a real instance below $SPLUNK_HOME."""
        return self.root / "var" / "run" / "splunk" / "lookup_tmp"

    # --- for tests ------------------------------------------------------------------------------------------

    def add_app(self, name: str, default: Layer | None = None) -> App:
        """An app with these default layers (kind -> stanza -> settings); read by all, written by admin and power."""
        app = App(name, default or {}, default_meta={("", ""): {"read": "*", "write": "admin, power"}})
        self.apps.apps[name] = app
        return app

    def app(self, name: str) -> App:
        return self.apps.apps[name]

    def local(self, app: str, kind: str, name: str) -> Mapping[str, str]:
        """What local/ of an app has for a stanza; empty when nothing."""
        return self.apps.apps[app].local.get(kind, {}).get(name, {})

    def merged(self, app: str, kind: str, name: str) -> Mapping[str, str]:
        """A stanza's effective settings in an app; KeyError when there is none."""
        place = self.apps.apps[app]
        if not place.has(kind, name):
            raise KeyError(name)
        return place.found(kind, name).settings

    def add_user(self, name: str, *roles: str) -> User:
        """A user with a password made up here."""
        self.users[name] = User(name, new_secret(), roles or ("user",))
        return self.users[name]

    def add_token(self, user: str) -> str:
        """A bearer token of a user."""
        token = f"eyJraWQi.{new_secret(40)}.{new_secret(20)}"
        self.tokens[token] = user
        return token

    def add_hec_token(self, name: str, *, index: str = "main", ack: bool = False, settles: int = 0) -> str:
        """A token of the event collector; all indexes are allowed unless its `indexes` say otherwise. It is unknown to
        the first `settles` requests."""
        token = new_uuid()
        self.hec_tokens[token] = {
            "name": name,
            "index": index,
            "indexes": [],
            "ack": ack,
            "disabled": False,
            "settles": settles,
        }
        return token

    def add_datamodel(self, name: str, accelerated: bool = True, complete: float = 1.0) -> None:
        """A data model of the app Splunk_SA_CIM, as /datamodel/model and /admin/summarization tell of it."""
        app = self.apps.apps.get("Splunk_SA_CIM") or self.add_app("Splunk_SA_CIM")
        app.default.setdefault("datamodels", {})[name] = {"acceleration": str(int(accelerated))}
        app.default_meta["", ""]["export"] = "system"
        self.summaries[name] = complete

    def add_event(self, event: str, *, time: float, index: str = "main", sourcetype: str = "", source: str = "",
                  host: str = "splunkd.example.com", fields: Mapping[str, Any] | None = None) -> None:  # fmt: skip
        """An event in an index; `event` is its raw text, `time` epoch seconds."""
        self.indexes.add(index)
        self.events.append(
            {"time": time, "index": index, "sourcetype": sourcetype, "source": source, "host": host, "event": event,
             "fields": dict(fields or {})}
        )  # fmt: skip

    def add_scheduler_run(self, name: str, app: str, *, time: float, status: str = "success", reason: str = "",
                          results: int = 0) -> None:  # fmt: skip
        """One run of a scheduled search as the scheduler's log tells it: `index=_internal sourcetype=scheduler`."""
        when = datetime.fromtimestamp(time, UTC).strftime("%m-%d-%Y %H:%M:%S.000 +0000")
        told = f', reason="{reason}"' if reason else ""
        self.add_event(
            f'{when} INFO  SavedSplunker - savedsearch_id="nobody;{app};{name}", search_type="scheduled", '
            f'user="nobody", app="{app}", savedsearch_name="{name}", priority=default, status={status}{told}, '
            f"result_count={results}, run_time=0.5, scheduled_time={int(time)}",
            time=time, index="_internal", sourcetype="scheduler", source="/opt/splunk/var/log/splunk/scheduler.log",
        )  # fmt: skip

    def expire_sessions(self) -> None:
        """As a restart or the session time-out would: every session key is void; tokens stay."""
        self.sessions.clear()

    def dump(self) -> dict[str, Any]:
        """Everything that a deployment can change, as plain data without times: for comparing two end states."""
        return {
            "apps": {
                name: {
                    "default": _plain(app.default), "local": _plain(app.local),
                    "users": {user: _plain(layer) for user, layer in app.users.items() if _plain(layer)},
                    "meta": {place: rule for place, rule in sorted(app.local_meta.items()) if rule},
                }
                for name, app in sorted(self.apps.apps.items())
            },
            "collections": copy.deepcopy(self.collections),
        }  # fmt: skip

    # --- for faults: a request without its effect -----------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """A copy of everything that a write may change."""
        kept = ("apps", "messages", "collections", "events", "indexes", "jobs", "tokens", "users")
        return {name: copy.deepcopy(getattr(self, name)) for name in kept}

    def restore(self, content: Mapping[str, Any]) -> None:
        for name, value in content.items():
            setattr(self, name, value)


def _plain(layer: Layer) -> Layer:
    """A layer without what is empty: a stanza that came and went leaves no trace."""
    return {
        kind: {name: dict(sorted(stanza.items())) for name, stanza in sorted(stanzas.items())}
        for kind, stanzas in sorted(layer.items())
        if stanzas
    }
