"""From a URL path to the handler: /services/... and /servicesNS/{owner}/{app}/..."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from splunkd import collection
from splunkd.handlers import access, confs, macros, saved_searches, server_info
from splunkd.instance import Instance
from splunkd.shapes import Answer, Refused, Request

Handler = Callable[[Instance, Request, tuple[str, ...]], Answer]
FORM = "application/x-www-form-urlencoded"


def _collection(one: collection.Collection) -> Handler:
    return partial(_call, one)


def _call(one: collection.Collection, instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    return collection.handle(one, instance, request, rest)


ROUTES: Mapping[tuple[str, ...], Handler] = {
    ("auth", "login"): access.login,
    ("authentication", "current-context"): access.current_context,
    ("server", "info"): server_info.info,
    ("server", "control"): server_info.control,
    ("messages",): server_info.messages,
    ("saved", "searches"): _collection(saved_searches.SAVED_SEARCHES),
    ("configs",): confs.handle,
    ("admin", "macros"): _collection(macros.macros("admin/macros")),
    ("data", "macros"): _collection(macros.macros("data/macros")),
}
OPEN = {("auth", "login")}  # no authentication needed


def answer(instance: Instance, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, str]:
    """The answer to a request and the name of its caller; `Refused` for what is refused."""
    parts = urlsplit(target)
    segments = tuple(unquote_plus(part) for part in parts.path.split("/") if part)
    args = _arguments(parts.query, headers, body)
    owner, app, rest = "", "", segments[1:]
    if segments[:1] == ("servicesNS",) and len(segments) > 3:
        owner, app, rest = segments[1], segments[2], segments[3:]
    elif segments[:1] != ("services",):
        raise Refused(404, "Not Found")
    key = next((rest[:size] for size in range(len(rest), 0, -1) if rest[:size] in ROUTES), None)
    if key is None:
        raise Refused(404, "Not Found")
    user = "" if key in OPEN else access.authenticate(instance.state, headers, instance.port)
    if user and not owner:
        owner, app = user, instance.state.users[user].default_app
    request = Request(method, parts.path, owner, app, rest, args, headers, body, user)
    if method not in ("GET", "POST", "DELETE"):
        raise Refused(405, "Method Not Allowed")
    return ROUTES[key](instance, request, rest[len(key) :]), user


def _arguments(query: str, headers: Mapping[str, str], body: bytes) -> dict[str, list[str]]:
    pairs = parse_qsl(query, keep_blank_values=True)
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if body and kind in ("", FORM):
        try:
            pairs += parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=5000)
        except (UnicodeDecodeError, ValueError):
            raise Refused(400, "The body is not a valid form.") from None
    args: dict[str, list[str]] = {}
    for name, value in pairs:
        args.setdefault(name, []).append(value)
    return args
