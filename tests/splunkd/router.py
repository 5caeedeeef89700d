"""From a URL path to the handler: /services/... and /servicesNS/{owner}/{app}/..."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from splunkd import collection
from splunkd.handlers import (
    access,
    apps,
    confs,
    datamodels,
    indexes,
    jobs,
    kvstore,
    lookups,
    macros,
    properties,
    receivers,
    saved_searches,
    server_info,
    views,
)
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
    ("authorization", "tokens"): access.tokens,
    ("server", "info"): server_info.info,
    ("server", "control"): server_info.control,
    ("messages",): server_info.messages,
    ("saved", "searches"): _collection(saved_searches.SAVED_SEARCHES),
    ("configs",): confs.handle,
    ("admin", "macros"): _collection(macros.macros("admin/macros")),
    ("data", "macros"): _collection(macros.macros("data/macros")),
    ("apps", "local"): apps.handle,
    ("properties",): properties.handle,
    ("data", "lookup-table-files"): _collection(lookups.FILES),
    ("data", "transforms", "lookups"): _collection(lookups.DEFINITIONS),
    ("data", "transforms", "extractions"): _collection(lookups.EXTRACTIONS),
    ("saved", "eventtypes"): _collection(macros.EVENT_TYPES),
    ("data", "lookup_edit"): lookups.editor,
    ("data", "ui", "views"): _collection(views.documents("views")),
    ("data", "ui", "nav"): _collection(views.documents("nav")),
    ("data", "indexes"): indexes.handle,
    ("storage", "collections", "config"): _collection(kvstore.CONFIG),
    ("storage", "collections", "data"): kvstore.data,
    ("search", "jobs"): jobs.handle,
    ("search", "v2", "jobs"): jobs.handle,
    ("search", "parser"): jobs.parser,
    ("search", "v2", "parser"): jobs.parser,
    ("datamodel", "model"): datamodels.models,
    ("admin", "summarization"): datamodels.summaries,
    ("receivers", "simple"): receivers.simple,
}
MODES = frozenset({"xml", "json", "json_rows", "json_cols", "csv", "raw", "atom"})
OPEN = {("auth", "login")}  # no authentication needed


def answer(instance: Instance, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, str]:
    """The answer to a request and the name of its caller; `Refused` for what is refused."""
    rest = _segments(target)[2]
    batch = method == "PUT" and rest[-1:] in (("batch_save",), ("batch_find",))
    if method not in ("GET", "POST", "DELETE") and not batch:
        raise Refused(405, "Method Not Allowed")
    key = _key(rest)
    user = "" if key in OPEN else access.authenticate(instance.state, headers, instance.port)
    return dispatch(instance, method, target, user, headers, body), user


def dispatch(
    instance: Instance, method: str, target: str, user: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Answer:
    """The answer to a request of a user who is known."""
    owner, app, rest = _segments(target)
    if user and not owner:
        owner, app = user, instance.state.users[user].default_app
    parts = urlsplit(target)
    args = _arguments(parts.query, headers or {}, body)
    if "output_mode" in args and args["output_mode"][-1] not in MODES:
        raise Refused(400, f"Invalid output mode specified ({args['output_mode'][-1]}).")
    key = _key(rest)
    request = Request(method, parts.path, owner, app, rest, args, headers or {}, body, user)
    return ROUTES[key](instance, request, rest[len(key) :])


def _segments(target: str) -> tuple[str, str, tuple[str, ...]]:
    """Owner, app (both empty below /services) and the rest of a path, decoded."""
    segments = tuple(_decoded(part) for part in urlsplit(target).path.split("/") if part)
    if segments[:1] == ("servicesNS",) and len(segments) > 3:
        return segments[1], segments[2], segments[3:]
    if segments[:1] != ("services",):
        raise Refused(404, "Not Found")
    return "", "", segments[1:]


def _decoded(part: str) -> str:
    """A segment, decoded once; a slash that was encoded twice is a slash all the same."""
    return re.sub("%2f", "/", unquote_plus(part), flags=re.IGNORECASE)


def _key(rest: tuple[str, ...]) -> tuple[str, ...]:
    """The longest route that the path starts with."""
    for size in range(len(rest), 0, -1):
        if rest[:size] in ROUTES:
            return rest[:size]
    raise Refused(404, "Not Found")


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
