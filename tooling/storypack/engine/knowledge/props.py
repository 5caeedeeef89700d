"""Which props.conf settings hold for an event: those of its sourcetype, its host and its source.

props.conf.spec: settings of `[source::...]` override those of `[host::...]`, which override those of `[sourcetype]`.
Patterns: `...` matches any characters, `*` any but a slash, `|` and parentheses group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from storypack.conf import Conf

DEFAULT = "default"

_SWITCHED = ("EXTRACT-", "REPORT-", "FIELDALIAS-", "EVAL-", "LOOKUP-")
"""Settings of which an empty one switches off what another file or stanza sets."""


def settings_for(props: Conf, sourcetype: str, source: str, host: str) -> dict[str, str]:
    """The merged settings for events of this origin; later files of the same class name have already been merged.

    Of several stanzas of one kind that fit, one that names the origin outright comes before patterns (`priority` 100
    against 0, unless a stanza gives its own), and of equals the first by name.
    """
    ranked: list[tuple[tuple[int, int], str, dict[str, str]]] = []
    for stanza in props:
        settings = dict(stanza.settings)
        kind, separator, pattern = stanza.name.partition("::")
        if stanza.name == DEFAULT:
            ranked.append(((0, 0), "", settings))
        elif separator and kind in ("source", "host"):
            value = source if kind == "source" else host
            if _fits(pattern, value, fold=kind == "host"):
                rank = 3 if kind == "source" else 2
                ranked.append(((rank, _priority(settings, literal=pattern == value)), stanza.name, settings))
        elif stanza.name == sourcetype or _is_type_pattern(stanza.name, sourcetype):
            ranked.append(((1, _priority(settings, literal=stanza.name == sourcetype)), stanza.name, settings))
    ranked.sort(key=lambda one: one[1], reverse=True)
    ranked.sort(key=lambda one: one[0])
    merged: dict[str, str] = {}
    for _, _, settings in ranked:
        merged.update(settings)
    spelled = {_spelled(key): value for key, value in merged.items()}
    return {key: value for key, value in spelled.items() if value.strip() or not key.startswith(_SWITCHED)}


def _spelled(key: str) -> str:
    """The name of a setting; that of an automatic lookup may be written in other ways (props.conf.spec: "The LOOKUP-
    prefix is actually case-insensitive").

    >>> _spelled("lookup_hosts"), _spelled("LOOKUPhosts"), _spelled("Lookup-hosts"), _spelled("KV_MODE")
    ('LOOKUP-_hosts', 'LOOKUP-hosts', 'LOOKUP-hosts', 'KV_MODE')
    """
    return f"LOOKUP-{key[6:].removeprefix('-')}" if key[:6].upper() == "LOOKUP" else key


def renamed(props: Conf, sourcetype: str) -> str:
    """The name under which searches find events of a sourcetype (props.conf.spec: rename)."""
    return (props[sourcetype].get("rename").strip() if sourcetype in props else "") or sourcetype


def source_stanzas(props: Conf, source: str) -> tuple[str, ...]:
    """The names of the stanzas for sources that fit a source: two sources with the same ones have the same settings."""
    patterns = (stanza.name for stanza in props if stanza.name.startswith("source::"))
    return tuple(name for name in patterns if _fits(name.partition("::")[2], source, fold=False))


def _priority(settings: Mapping[str, str], *, literal: bool) -> int:
    given = settings.get("priority", "").strip()
    return int(given) if given.isdigit() else 100 if literal else 0


def _fits(pattern: str, value: str, *, fold: bool) -> bool:
    if fold:
        pattern, value = pattern.lower(), value.lower()
    return any(compiled.fullmatch(value) for compiled in _patterns(pattern))


def _is_type_pattern(name: str, sourcetype: str) -> bool:
    """The undocumented but common `[(?::){0}aws:*]`: a sourcetype with wildcards."""
    prefix = "(?::){0}"
    return name.startswith(prefix) and _fits(name.removeprefix(prefix), sourcetype, fold=False)


@lru_cache(maxsize=512)
def _patterns(text: str) -> tuple[re.Pattern[str], ...]:
    """A name with wildcards as regular expressions: as PCRE, in which a dot is a dot, and with all other signs as they
    stand, as a path of Windows is written; those that are none are left out."""
    parts = re.split(r"(\.\.\.|\*|\||\((?!\?)|\))", text)
    spelled = {"...": ".*", "*": r"[^/\\]*", "|": "|", "(": "(?:", ")": ")"}
    found = []
    for escape in (_dots_escaped, re.escape):
        try:
            found.append(re.compile("".join(spelled.get(part) or escape(part) for part in parts), re.DOTALL))
        except re.error:
            continue
    return tuple(found)


def _dots_escaped(text: str) -> str:
    return re.sub(r"(?<!\\)\.", r"\\.", text)
