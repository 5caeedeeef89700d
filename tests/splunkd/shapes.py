"""What handlers take and give: a request, an answer, a feed of entries, a refusal. Atom and JSON are made of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | bool | int | float | None | Sequence["Value"] | Mapping[str, "Value"]


class Refused(Exception):
    """A request that splunkd refuses: its HTTP status, and text, type and code of the one message it sends."""

    def __init__(
        self, status: int, text: str, kind: str = "ERROR", headers: Mapping[str, str] | None = None, code: str = ""
    ) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status
        self.text = text
        self.kind = kind
        self.headers = dict(headers or {})
        self.code = code


def unknown_argument(name: str) -> Refused:
    return Refused(400, f'Argument "{name}" is not supported by this handler.')


def missing_arguments(names: Sequence[str]) -> Refused:
    return Refused(400, f"The following required arguments are missing: {', '.join(names)}.")


def no_target(method: str) -> Refused:
    return Refused(400, f'Cannot perform action "{method}" without a target name to act on.')


def wildcarded(verb: str) -> Refused:
    return Refused(400, f"Cannot {verb} a saved search for wildcarded users or applications")


def no_such_object(name: str) -> Refused:
    return Refused(404, f"Could not find object id={name}")


@dataclass(frozen=True)
class Acl:
    """Who may see and change an entity. `owner` is a user or nobody, `sharing` user, app, global or system."""

    app: str
    owner: str
    sharing: str
    read: tuple[str, ...] = ("*",)
    write: tuple[str, ...] = ("admin",)
    can_write: bool = True
    removable: bool = True


@dataclass(frozen=True)
class Entry:
    """One entity of a feed. `path` is its own URL path, quoted; `content` keeps booleans and numbers as they are."""

    name: str
    path: str
    content: Mapping[str, Value]
    acl: Acl
    updated: str = "1970-01-01T00:00:00+00:00"
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("list", "edit", "_reload")


@dataclass(frozen=True)
class Feed:
    """An answer of entries. `total` counts what there is beyond this page; `path` is the collection's URL path."""

    title: str
    path: str
    entries: Sequence[Entry] = ()
    total: int | None = None
    offset: int = 0
    per_page: int = 30
    messages: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Answer:
    """An answer: a feed, or a body as it stands (then with its content type)."""

    status: int = 200
    feed: Feed | None = None
    body: bytes = b""
    content_type: str = "text/xml; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request as handlers see it.

    `owner` and `app` are those of /servicesNS/{owner}/{app}/, or the caller's own; `segments` is what follows, each
    decoded. `args` joins the query and a form body: every value of a name, in order.
    """

    method: str
    path: str
    owner: str
    app: str
    segments: tuple[str, ...]
    args: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    user: str = ""

    def arg(self, name: str, default: str = "") -> str:
        """The last value of an argument."""
        values = self.args.get(name)
        return values[-1] if values else default

    def has(self, name: str) -> bool:
        return name in self.args

    @property
    def output_mode(self) -> str:
        return self.arg("output_mode", "xml")
