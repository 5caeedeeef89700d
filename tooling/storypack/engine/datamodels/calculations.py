"""What a data model calculates, as commands of SPL: fields of the kinds Eval, Lookup, Rex and GeoIP.

Knowledge Manager Manual: "Add an eval expression field", "... a lookup field", "... a regular expression field",
"... a geo IP field". They are calculated in the order in which the dataset lists them, each seeing those before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][\w.:{}]*")
_PLACE = "dm_geo_"
_PLACES = ("City", "Country", "Region", "lat", "lon", "Continent", "MetroCode", "Timezone")


@dataclass(frozen=True, slots=True)
class Calculation:
    """Commands that add fields: their text, and the fields (name, whether hidden, whether required)."""

    spl: str
    fields: tuple[tuple[str, bool, bool], ...]


def calculation(raw: Mapping[str, Any]) -> Calculation:
    """A calculation out of its model's JSON. Raises KeyError for one that lacks something."""
    outputs = raw["outputFields"]
    kind = str(raw["calculationType"]).lower()
    if kind not in _KINDS:
        raise KeyError(f"calculationType {raw['calculationType']}")
    fields = tuple((str(out["fieldName"]), bool(out.get("hidden")), bool(out.get("required"))) for out in outputs)
    return Calculation(_KINDS[kind](raw, outputs), fields)


def word(name: str) -> str:
    """A field's name as a word of SPL."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '\\"') + '"'


def _eval(raw: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> str:
    return f"eval {word(outputs[0]['fieldName'])}={raw['expression']}"


def _rex(raw: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> str:
    pattern = str(raw["expression"]).replace('"', '\\"')
    return f'rex field={word(raw["inputField"])} "{pattern}"'


def _lookup(raw: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> str:
    inputs = [f"{word(pair['lookupField'])} AS {word(pair['inputField'])}" for pair in raw["lookupInputs"]]
    taken = [f"{word(_source(out))} AS {word(out['fieldName'])}" for out in outputs]
    return f"lookup {word(raw['lookupName'])} {', '.join(inputs)} OUTPUT {', '.join(taken)}"


def _geoip(raw: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]) -> str:
    places = {place.lower(): place for place in _PLACES}
    taken = [(out["fieldName"], next(filter(None, map(places.get, _tails(_source(out)))), "")) for out in outputs]
    values = ", ".join(f"{word(name)}='{_PLACE}{place}'" for name, place in taken if place)
    return f"iplocation allfields=true prefix={_PLACE} {word(raw['inputField'])} | eval {values}"


def _tails(name: str) -> list[str]:
    """A name in lower case, and what follows each of its underscores: `src_City` is a city."""
    parts = name.lower().split("_")
    return ["_".join(parts[at:]) for at in range(len(parts))]


def _source(output: Mapping[str, Any]) -> str:
    return str(output.get("lookupOutputFieldName") or output["fieldName"])


_KINDS = {"eval": _eval, "rex": _rex, "lookup": _lookup, "geoip": _geoip}
