"""Which props.conf settings hold for an event: those of its sourcetype, its host and its source.

props.conf.spec: settings of `[source::...]` override those of `[host::...]`, which override those of `[sourcetype]`.
Patterns: `...` matches any characters, `*` any but a slash, `|` and parentheses group.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storypack.conf import Conf

DEFAULT = "default"


def settings_for(props: Conf, sourcetype: str, source: str, host: str) -> dict[str, str]:
    """The merged settings for events of this origin; later files of the same class name have already been merged."""
    layers: dict[int, list[dict[str, str]]] = {0: [], 1: [], 2: [], 3: []}
    for stanza in props:
        kind, separator, pattern = stanza.name.partition("::")
        if stanza.name == DEFAULT:
            layers[0].append(dict(stanza.settings))
        elif separator and kind in ("source", "host"):
            value = source if kind == "source" else host
            if _pattern(pattern).fullmatch(value):
                layers[3 if kind == "source" else 2].append(dict(stanza.settings))
        elif stanza.name == sourcetype or _is_type_pattern(stanza.name, sourcetype):
            layers[1].append(dict(stanza.settings))
    merged: dict[str, str] = {}
    for number in sorted(layers):
        for settings in layers[number]:
            merged.update(settings)
    return merged


def _is_type_pattern(name: str, sourcetype: str) -> bool:
    """The undocumented but common `[(?::){0}aws:*]`: a sourcetype with wildcards."""
    prefix = "(?::){0}"
    return name.startswith(prefix) and bool(_pattern(name.removeprefix(prefix)).fullmatch(sourcetype))


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(\.\.\.|\*|\||\(|\))", text)
    spelled = {"...": ".*", "*": r"[^/\\]*", "|": "|", "(": "(?:", ")": ")"}
    return re.compile("".join(spelled.get(part, re.escape(part)) for part in parts), re.DOTALL)
