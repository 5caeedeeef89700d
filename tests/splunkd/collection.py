"""A REST collection over one kind of conf stanza: list, create, get, update, delete, acl, move, enable, disable.

Saved searches, macros, lookup definitions, views and raw confs differ only in a `Collection`: which arguments they
know, how content is shown, and what a write is turned into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from splunkd import acl, atom, listing
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import (
    Answer,
    Entry,
    Refused,
    Request,
    Value,
    missing_arguments,
    no_such_object,
    no_target,
    unknown_argument,
    wildcarded,
)

Sub = Callable[[Instance, "Collection", Request, Found], Answer]


@dataclass(frozen=True)
class Collection:
    """One collection. `path` is its REST path, `kind` the conf whose stanzas it shows, `noun` what messages call one.

    `shown` says which stanzas belong here and work. `again` are the arguments that every update must carry; `rewrites`
    says that an update replaces the whole stanza; `owner` is the only owner whose namespace will do. `content` gives
    what GET shows; `write` turns arguments into settings, and raises `Refused` for values that splunkd would not take
    (its third argument is what is there, None on create).
    """

    path: str
    kind: str
    noun: str
    required: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    wildcards: tuple[str, ...] = ()
    list_arguments: frozenset[str] = frozenset()
    again: tuple[str, ...] = ()
    rewrites: bool = False
    owner: str = ""
    shown: Callable[[Instance, Found], bool] = lambda instance, found: True
    content: Callable[[Instance, Found], Mapping[str, Value]] = lambda instance, found: dict(found.settings)
    write: Callable[[Instance, Request, Found | None, Settings], Settings] = lambda instance, request, old, new: new
    removed: Callable[[Instance, Found], None] = lambda instance, found: None
    subs: Mapping[str, Sub] = field(default_factory=dict)
    duplicate: str = "An object with name={name} already exists"


def handle(collection: Collection, instance: Instance, request: Request, rest: Sequence[str]) -> Answer:
    """Answer a request for the collection or something below it."""
    instance.known_app(request.app)
    if collection.owner and request.owner != collection.owner:
        raise Refused(
            400,
            f"Must use user context of '{collection.owner}' when interacting with collection configurations "
            f"(used user='{request.owner}')",
        )
    if not rest:
        if request.method == "GET":
            return _list(collection, instance, request)
        if request.method == "POST":
            return _create(collection, instance, request)
        raise no_target(request.method)
    name, sub = rest[0], rest[1:]
    if name == "_reload":
        return Answer(feed=listing.feed(collection.path, _root(collection, request), [], _never, request))
    if name == "_acl":
        return _kind_acl(collection, instance, request)
    if name == "_new" and request.method == "GET":
        return _template(collection, instance, request)
    found = _one(collection, instance, request, name)
    if not sub:
        return _entity(collection, instance, request, found)
    if len(sub) > 1 or sub[0] not in {**_SUBS, **collection.subs}:
        action = {"GET": "list", "POST": "edit", "DELETE": "remove"}[request.method]
        raise Refused(
            404,
            "Invalid custom action for this internal handler "
            f"(handler: {collection.noun.replace(' ', '')}, custom action: {sub[0]}, eai action: {action}).",
        )
    if sub[0] == "acl":
        instance.settle(found[0])
    handler = collection.subs.get(sub[0]) or _SUBS[sub[0]]
    one = found[0] if request.method == "GET" else writable(instance, request, found)
    return handler(instance, collection, request, one)


# --- the collection ---------------------------------------------------------------------------------------------


def _list(collection: Collection, instance: Instance, request: Request) -> Answer:
    listing.check_arguments(request, collection.list_arguments)
    every = instance.state.apps.every(request.owner, request.app, collection.kind)
    items = [found for found in every if collection.shown(instance, found) and instance.may_read(request, found.acl)]
    return Answer(
        feed=listing.feed(
            collection.path,
            _root(collection, request),
            items,
            lambda found: entry(collection, instance, request, found),
            request,
        )
    )


def _create(collection: Collection, instance: Instance, request: Request) -> Answer:
    if not request.arg("name").strip():
        raise no_target("POST")
    new = _arguments(collection, request)
    lacking = [name for name in ("name", *collection.required) if not new.get(name, "").strip()]
    if lacking:
        raise missing_arguments(lacking)
    name = new.pop("name").strip()
    app, user = instance.target(request)
    if app.has(collection.kind, name, user):
        raise Refused(409, collection.duplicate.format(name=name, noun=collection.noun))
    settings = collection.write(instance, request, None, new)
    app.put(collection.kind, name, settings, user)
    instance.state.unsettled[app.id, collection.kind, name] = instance.state.acl_delay
    if not user:
        app.local_meta.setdefault((collection.kind, name), {})["owner"] = "nobody"
    return _answer(collection, instance, request, app.found(collection.kind, name, user), 201)


def _template(collection: Collection, instance: Instance, request: Request) -> Answer:
    """GET _new: the arguments there are, and what an object has when it is made without them."""
    nothing = Found(collection.kind, "_new", app_acl(request), {}, {}, False, False, "")
    made = Entry(
        "_new",
        f"{_root(collection, request)}/_new",
        dict(collection.content(instance, nothing)),
        app_acl(request),
        required=("name", *collection.required),
        optional=tuple(sorted(collection.optional)),
        wildcards=collection.wildcards,
    )
    return Answer(feed=listing.feed(collection.path, _root(collection, request), [made], lambda one: one, request))


# --- one entity -------------------------------------------------------------------------------------------------


def _one(collection: Collection, instance: Instance, request: Request, name: str) -> list[Found]:
    every = instance.state.apps.one(request.owner, request.app, collection.kind, name)
    found = [one for one in every if collection.shown(instance, one) and instance.may_read(request, one.acl)]
    if not found:
        raise no_such_object(name)
    return found


def _entity(collection: Collection, instance: Instance, request: Request, several: Sequence[Found]) -> Answer:
    if request.method == "GET":
        listing.check_arguments(request, collection.list_arguments)
        return Answer(
            feed=listing.feed(
                collection.path,
                _root(collection, request),
                several,
                lambda one: entry(collection, instance, request, one, full=True),
                request,
            )
        )
    found = writable(instance, request, several)
    if request.method == "POST":
        return _update(collection, instance, request, found)
    if request.method == "DELETE":
        return _delete(collection, instance, request, found)
    raise Refused(405, "Method Not Allowed")


def _update(collection: Collection, instance: Instance, request: Request, found: Found) -> Answer:
    if request.has("name"):
        raise unknown_argument("name")
    given = _arguments(collection, request)
    if lacking := [name for name in collection.again if not given.get(name, "").strip()]:
        raise missing_arguments(lacking)
    settings = collection.write(instance, request, found, given)
    app = instance.state.app(found.acl.app)
    user = found.acl.owner if found.acl.sharing == "user" else ""
    (app.replace if collection.rewrites else app.put)(collection.kind, found.name, settings, user)
    made = app.found(collection.kind, found.name, user)
    if not collection.shown(instance, made):  # written, and of no use: the answer says only that
        raise no_such_object(found.name)
    return _answer(collection, instance, request, made)


def _delete(collection: Collection, instance: Instance, request: Request, found: Found) -> Answer:
    if not found.in_local:
        raise Refused(400, f"Object id={found.name} cannot be deleted in config={collection.kind}.")
    app = instance.state.app(found.acl.app)
    app.remove(collection.kind, found.name, found.acl.owner if found.acl.sharing == "user" else "")
    collection.removed(instance, found)
    return Answer(feed=listing.feed(collection.path, _root(collection, request), [], _never, request))


def writable(instance: Instance, request: Request, several: Sequence[Found]) -> Found:
    """The one object that a write means; 403 when the caller may not write it."""
    if "-" in (request.owner, request.app):
        raise wildcarded("edit")
    found = several[0]
    instance.need_write(request, found.acl)
    return found


def _switch(disabled: str) -> Sub:
    def switch(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
        _post_only(request)
        instance.need_write(request, found.acl)
        app = instance.state.app(found.acl.app)
        user = found.acl.owner if found.acl.sharing == "user" else ""
        app.put(collection.kind, found.name, {"disabled": disabled}, user)
        return _answer(collection, instance, request, app.found(collection.kind, found.name, user))

    return switch


def _acl(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    if request.method == "POST":
        instance.need_write(request, found.acl)
        found = acl.change(instance, request, found)
    return _answer(collection, instance, request, found, bare=True)


def _kind_acl(collection: Collection, instance: Instance, request: Request) -> Answer:
    """POST {collection}/_acl: what objects of this kind have that say nothing themselves."""
    app, _ = instance.target(request)
    if request.method == "POST":
        acl.check(request)
        acl.set_rule(app, request, (collection.kind, ""), {})
    return _answer(collection, instance, request, app.found(collection.kind, ""), bare=True)


def _move(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    _post_only(request)
    instance.need_write(request, found.acl)
    return _answer(collection, instance, request, acl.move(instance, request, found))


def _reload(instance: Instance, collection: Collection, request: Request, found: Found) -> Answer:
    return _answer(collection, instance, request, found)


_SUBS: Mapping[str, Sub] = {
    "acl": _acl,
    "move": _move,
    "enable": _switch("0"),
    "disable": _switch("1"),
    "_reload": _reload,
}


# --- shared -----------------------------------------------------------------------------------------------------


def entry(
    collection: Collection,
    instance: Instance,
    request: Request,
    found: Found,
    *,
    full: bool = False,
    bare: bool = False,
) -> Entry:
    """An object as an entry. `full` adds its lists of arguments, `bare` leaves the content out."""
    can_write = instance.may_write(request, found.acl)
    owner = found.acl.owner if found.acl.sharing == "user" else "nobody"
    content: dict[str, Value] = {} if bare else dict(collection.content(instance, found))
    if not bare:
        content |= {"eai:appName": found.acl.app, "eai:userName": request.user}
    return Entry(
        found.name,
        atom.entity_path(owner, found.acl.app, collection.path, found.name),
        content,
        acl.seen(found.acl, can_write),
        found.updated,
        collection.required if full else (),
        tuple(sorted(collection.optional)) if full else (),
        collection.wildcards if full else (),
        ("list", "edit", "_reload", "disable", "move"),
    )


def _answer(
    collection: Collection, instance: Instance, request: Request, found: Found, status: int = 200, bare: bool = False
) -> Answer:
    made = entry(collection, instance, request, found, bare=bare)
    if not bare:
        made = listing.chosen(made, request)
    plain = Request(request.method, request.path, request.owner, request.app, request.segments, {}, {})
    feed = listing.feed(collection.path, _root(collection, request), [made], lambda one: one, plain)
    if request.method == "POST" and found.name in instance.state.warnings:
        feed = replace(feed, messages=[("WARN", instance.state.warnings[found.name])])
    return Answer(status, feed)


def _arguments(collection: Collection, request: Request) -> Settings:
    """The body's arguments as settings; 400 for the first by name that this handler does not know."""
    new: Settings = {}
    for name, values in sorted(request.args.items()):
        if name in ("output_mode", "f"):
            continue
        known = name == "name" or name in collection.required or name in collection.optional
        if not known and not any(fnmatchcase(name, pattern) for pattern in collection.wildcards):
            raise unknown_argument(name)
        new[name] = values[-1]
    return new


def _root(collection: Collection, request: Request) -> str:
    return f"/servicesNS/{request.owner}/{request.app}/{collection.path}"


def app_acl(request: Request) -> acl.Acl:
    return acl.Acl(request.app, request.owner, "app")


def _post_only(request: Request) -> None:
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed")


def _never(item: object) -> Entry:
    raise AssertionError("an empty list has no entries")
