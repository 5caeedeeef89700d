"""/configs/conf-{file}: raw stanzas of any conf, no argument checked. Macros of splunk-sdk come this way as well."""

from __future__ import annotations

from collections.abc import Mapping

from splunkd import collection
from splunkd.collection import Collection
from splunkd.instance import Instance
from splunkd.layers import Found, Settings
from splunkd.shapes import Answer, Refused, Request, Value
from splunkd.values import boolean

FILES = frozenset({"views", "nav", "lookups"})  # kinds of the store that are no confs


def handle(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """/configs/conf-{file}[/{stanza}[/acl...]]."""
    if not rest or not rest[0].startswith("conf-") or rest[0].removeprefix("conf-") in FILES:
        raise Refused(404, "Not Found")
    if request.method != "GET" and rest[-1] != "acl":
        instance.need(request, "admin_all_objects")
    return collection.handle(_conf(rest[0].removeprefix("conf-")), instance, request, rest[1:])


def _conf(kind: str) -> Collection:
    return Collection(
        path=f"configs/conf-{kind}", kind=kind, noun="stanza", wildcards=("*",), content=content, write=write
    )


def content(instance: Instance, found: Found) -> Mapping[str, Value]:
    """The merged stanza; `disabled` is a boolean, and there even when nobody set it."""
    shown: dict[str, Value] = dict(found.settings)
    shown["disabled"] = bool(boolean(found.settings.get("disabled", "0")))
    return shown


def write(instance: Instance, request: Request, old: Found | None, new: Settings) -> Settings:
    for key in new:
        if key.startswith("eai:"):
            raise Refused(400, f'Argument "{key}" is not supported by this handler.')
    return {key: value.strip() for key, value in new.items()}
