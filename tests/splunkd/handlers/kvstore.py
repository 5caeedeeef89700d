"""The KV Store: collections.conf at /storage/collections/config, records at /storage/collections/data."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from splunkd import json_form
from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Answer, Refused, Request, Value
from splunkd.values import boolean

Record = dict[str, Any]
MAX_BATCH, MAX_ROWS = 1000, 50_000  # limits.conf [kvstore]
_BOOLEANS = frozenset({"enforceTypes", "replicate", "profilingEnabled", "disabled"})


# --- collections ------------------------------------------------------------------------------------------------


def _content(instance: Instance, found: Found) -> Mapping[str, Value]:
    shown: dict[str, Value] = dict(found.settings)
    shown |= {key: bool(boolean(str(shown.get(key, "0")))) for key in _BOOLEANS}
    return shown | {key: "true" if shown[key] else "false" for key in ("profilingEnabled", "replicate")}


def _write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    name = old.name if old else request.arg("name").strip()
    if not re.fullmatch(r"[A-Za-z_][\w\-]*", name):
        raise Refused(400, f"Invalid collection name: {name}")
    for key, value in new.items():
        if key.startswith("field.") and not value.strip():
            raise Refused(400, f"Invalid value for argument '{key}': a field has a type.")
        if key.startswith("accelerated_fields."):
            _json(value.encode(), dict)
        if key in _BOOLEANS and boolean(value) is None:
            raise Refused(400, f"Invalid value for argument '{key}': '{value}' is not a boolean.")
    return {key: str(int(bool(boolean(value)))) if key in _BOOLEANS else value.strip() for key, value in new.items()}


def _removed(instance: Instance, found: Found) -> None:
    """A collection's records go with it."""
    for place in [
        place for place in instance.state.collections if place[0] == found.acl.app and place[2] == found.name
    ]:
        del instance.state.collections[place]


CONFIG = Collection(
    path="storage/collections/config",
    kind="collections",
    noun="collection",
    owner="nobody",
    optional=_BOOLEANS | {"type", "replication_dump_strategy", "replication_dump_maximum_file_size"},
    wildcards=("field.*", "accelerated_fields.*"),
    content=_content,
    write=_write,
    removed=_removed,
)


# --- records ----------------------------------------------------------------------------------------------------


def data(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/storage/collections/data/{collection}[/{key}|batch_save|batch_find]."""
    instance.known_app(request.app)
    if not rest or not instance.state.apps.one(request.owner, request.app, "collections", rest[0]):
        raise Refused(404, f"Collection not found: {rest[0] if rest else ''}")
    found = instance.state.apps.one(request.owner, request.app, "collections", rest[0])[0]
    records = instance.state.collections.setdefault((found.acl.app, request.owner, found.name), {})
    if request.method != "GET" and rest[1:] != ("batch_find",):
        instance.need_write(request, found.acl)
    if request.method in ("POST", "PUT"):
        return _post(request, records, rest[1] if rest[1:] else "")
    if rest[1:]:
        return _one(request, records, rest[1])
    query = _json((request.arg("query") or "{}").encode(), dict)
    if request.method == "DELETE":
        for key in [key for key, record in records.items() if fits(record, query)]:
            del records[key]
        return _answer({})
    return _answer(_selected(records, query, request.args))


def _one(request: Request, records: dict[str, Record], key: str) -> Answer:
    if key not in records:
        raise Refused(404, "Could not find object.")
    if request.method == "DELETE":
        del records[key]
        return _answer({})
    return _answer(records[key])


def _post(request: Request, records: dict[str, Record], what: str) -> Answer:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(400, "Must supply application/json content-type.")
    if what == "batch_find":
        queries = _json(request.body, list)
        return _answer([_selected(records, one.get("query", {}), _as_arguments(one)) for one in queries])
    if what == "batch_save":
        given = _json(request.body, list)
        if len(given) > MAX_BATCH:
            raise Refused(400, "The request contains too many documents for batch_save.")
        return _answer([_save(request, records, record) for record in given])
    record = _json(request.body, dict)
    if what:
        if what not in records:
            raise Refused(404, "Could not find object.")
        return _answer({"_key": _save(request, records, {**record, "_key": what})})
    if record.get("_key") in records:
        raise Refused(409, "A document with the same key and user already exists.")
    return _answer({"_key": _save(request, records, record)}, 201)


def _save(request: Request, records: dict[str, Record], record: Record) -> str:
    """Put a record as a whole; gives its key."""
    key = str(record.get("_key") or secrets.token_hex(12))
    records[key] = {**record, "_key": key, "_user": request.owner}
    return key


def _selected(records: Mapping[str, Record], query: Record, args: Mapping[str, Any]) -> list[Record]:
    def arg(name: str) -> str:
        return str((args.get(name) or [""])[-1])

    found = [record for record in records.values() if fits(record, query)]
    for part in reversed([part for part in arg("sort").split(",") if part]):
        name, _, direction = part.partition(":")
        found.sort(key=lambda record: str(record.get(name, "")), reverse=direction == "-1")
    skip, limit = int(arg("skip") or 0), int(arg("limit") or 0) or MAX_ROWS
    wanted = [name for name in arg("fields").split(",") if name]
    return [
        {name: record[name] for name in wanted if name in record} if wanted else record
        for record in found[skip : skip + limit]
    ]


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda a, b: a > b,
    "$gte": lambda a, b: a >= b,
    "$lt": lambda a, b: a < b,
    "$lte": lambda a, b: a <= b,
    "$ne": lambda a, b: bool(a != b),
    "$eq": lambda a, b: bool(a == b),
    "$in": lambda a, b: a in b,
    "$regex": lambda a, b: re.search(b, str(a)) is not None,
}


def fits(record: Record, query: Record) -> bool:
    """Whether a record fits a query: equality, comparisons, $and, $or, $not."""
    for key, wanted in query.items():
        if key in ("$and", "$or"):
            if not (all if key == "$and" else any)(fits(record, one) for one in wanted):
                return False
        elif key == "$not":
            if fits(record, wanted):
                return False
        elif isinstance(wanted, dict) and any(name in _COMPARE for name in wanted):
            if key not in record or not all(_COMPARE[name](record[key], value) for name, value in wanted.items()):
                return False
        elif record.get(key) != wanted:
            return False
    return True


def _as_arguments(query: Record) -> dict[str, list[str]]:
    return {key: [str(value)] for key, value in query.items() if key != "query"}


def _json(body: bytes, kind: type) -> Any:
    try:
        value = json.loads(body)
    except ValueError:
        raise Refused(400, "JSON in the request is invalid.") from None
    if not isinstance(value, kind):
        raise Refused(400, "JSON in the request is not of the expected kind.")
    return value


def _answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, body=json_form.dumps(value), content_type="application/json; charset=UTF-8")
