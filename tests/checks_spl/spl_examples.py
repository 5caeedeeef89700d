"""One detection and one world for all examples of rules about searches."""

from __future__ import annotations

from typing import Any

from storypack.checks.catalogue import Fault, rules
from storypack.checks.searches.reading import readings
from storypack.checks.searches.world import World
from storypack.pack.models import Baseline, Detection, Investigation
from storypack.pack.models.base import Content
from storypack.reference.add_ons import gaps
from storypack.spl.macros import definitions
from storypack.spl.source import line_column
from storypack.world import shipped

MACROS = definitions(
    {
        "exf_web": {"definition": "index=web sourcetype=proxy"},
        "exf_summariesonly": {"definition": "summariesonly=false allow_old_summaries=true"},
        "exf_ctime(1)": {"args": "field", "definition": 'eval $field$=strftime($field$, "%FT%T")'},
        "exf_between(2)": {"args": "low, high", "definition": "where bytes>$low$ AND bytes<$high$"},
        "exf_broken": {"definition": "lookup exf_nowhere host | statz count"},
        "exf_circle": {"definition": "search `exf_round`"},
        "exf_round": {"definition": "search `exf_circle`"},
        "exf_dynamic": {"definition": '"index=" . "web"', "iseval": True},
        "exf_filter": {"definition": "search *"},
    }
)
LOOKUPS = {
    "exf_trusted": ("account", "owner"),
    "exf_trusted.csv": ("account", "owner"),
    "exf_anything": (),
}
WORLD = World(
    {**shipped.macros(), **MACROS},
    {**dict.fromkeys(shipped.lookups(), ()), **LOOKUPS},
    frozenset(LOOKUPS),
    {"exf_dated.csv": "exf_dated"},
    {"Proxy": ("_time", "userAgent", "requestParameters.bucketName", "events{}.name", "ports"), "Bare": ()},
    {
        "Names": tuple(gaps("Splunk_TA_microsoft_sysmon", "XmlWinEventLog", "22")),
        "Files": tuple(gaps("Splunk_TA_microsoft_sysmon", "XmlWinEventLog", "11")),
    },
)

CONTENT: dict[str, Any] = {
    "name": "Example",
    "id": "00000000-0000-4000-8000-000000000001",
    "version": 1,
    "creation_date": "2026-11-01",
    "modification_date": "2026-11-20",
    "author": "Pack Author",
    "description": "An example.",
}
SEARCH: dict[str, Any] = {
    **CONTENT,
    "status": "production",
    "how_to_implement": "Collect the events.",
    "known_false_positives": "None.",
}
DETECTION: dict[str, Any] = {
    **SEARCH,
    "type": "Hunting",
    "data_source": ["Proxy"],
    "analytic_story": ["Story"],
    "asset_type": "Host",
    "category": "web",
}


def content(kind: str, **keys: Any) -> Content:
    """A detection, baseline or investigation with these keys."""
    if kind == "baseline":
        return Baseline.model_validate({**SEARCH, **keys})
    if kind == "investigation":
        return Investigation.model_validate({**CONTENT, "status": "production", "analytic_story": ["Story"], **keys})
    return Detection.model_validate({**DETECTION, **keys})


def faults(owner: Content, id: str, world: World = WORLD) -> list[tuple[str, Fault]]:
    """What one rule says of an object, each with its place: `line:column` in its text, or the key alone."""
    check = rules()[id].check
    assert check is not None
    found = []
    for reading in readings(owner, world):
        for fault in check(reading, world):
            place = fault.key
            if fault.offset is not None:
                line, column = line_column(text_at(owner, fault.key), fault.offset)
                place = f"{line}:{column}" if fault.key == "search" else f"{fault.key} {line}:{column}"
            found.append((place, fault))
    return found


def text_at(owner: Content, key: str) -> str:
    """The text at a key path."""
    value: Any = owner
    for part in key.split("."):
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    assert isinstance(value, str)
    return value
