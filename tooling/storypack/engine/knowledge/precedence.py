"""The search-time settings of an origin, an add-on's above the built-in ones field by field.

Built-in stanzas stand below those of `--ta`. By the names of settings alone an EVAL of the built-in knowledge would
overwrite what the add-on says of the same field by an alias, since calculated fields come later; so of the built-in
settings those pairs are left out that give a field which the add-on gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from storypack.conf import Conf
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.assignments import aliases, auto_lookup
from storypack.engine.knowledge.props import settings_for
from storypack.engine.knowledge.steps import transform_step

_GROUP = re.compile(r"\(\?P?[<'](\w+)[>']")


def search_settings(knowledge: Knowledge, sourcetype: str, source: str, host: str) -> dict[str, str]:
    """The merged settings for events of an origin."""
    merged = settings_for(knowledge.props, sourcetype, source, host)
    own = settings_for(knowledge.own_props, sourcetype, source, host) if len(knowledge.own_props) else {}
    given = frozenset(_fields(own, knowledge.transforms))
    if not given:
        return merged
    below = {key: value if key in own else _without(key, value, given) for key, value in merged.items()}
    return {key: value for key, value in below.items() if value is not None}


def _fields(settings: Mapping[str, str], transforms: Conf) -> Iterator[str]:
    """The fields that settings name as what they give."""
    for key, value in settings.items():
        kind, _, name = key.partition("-")
        match kind:
            case "EVAL":
                yield name
            case "FIELDALIAS":
                yield from (alias for _, alias, _ in aliases(value))
            case "LOOKUP":
                lookup = auto_lookup(value)
                yield from (event for _, event in lookup.outputs) if lookup else ()
            case "EXTRACT":
                yield from _GROUP.findall(value)
            case "REPORT":
                for stanza in value.split(","):
                    step = transform_step(transforms[stanza.strip()].settings) if stanza.strip() in transforms else None
                    yield from step.named() if step else ()


def _without(key: str, value: str, given: frozenset[str]) -> str | None:
    """A built-in setting without what gives one of the fields; None if nothing is left of it."""
    kind, _, name = key.partition("-")
    if kind == "EVAL":
        return None if name in given else value
    if kind == "FIELDALIAS":
        pairs = aliases(value)
        kept = [f'"{a}" {"ASNEW" if keeps else "AS"} "{b}"' for a, b, keeps in pairs if b not in given]
        return value if len(kept) == len(pairs) else " ".join(kept) or None
    lookup = auto_lookup(value) if kind == "LOOKUP" else None
    if lookup is None or not any(event in given for _, event in lookup.outputs):
        return value
    outputs = tuple(pair for pair in lookup.outputs if pair[1] not in given)
    return replace(lookup, outputs=outputs).text() if outputs else None
