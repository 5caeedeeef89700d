"""collections.conf: the KV Store collections of the pack's lookups."""

from __future__ import annotations

from storypack.conf import Stanza, boolean
from storypack.pack.models import KvStoreLookup

# AppInspect takes number, bool, string and time; addresses are text to the KV Store.
_TYPES = {"cidr": "string"}


def collection(lookup: KvStoreLookup) -> Stanza:
    """One collection. It is replicated to the indexers: without that, a `lookup` that runs there finds nothing."""
    values = {"enforceTypes": boolean(False), "replicate": boolean(True)}
    for name in lookup.fields:
        if name != "_key":
            kind = lookup.field_types.get(name, "string")
            values[f"field.{name}"] = _TYPES.get(kind, kind)
    return Stanza(lookup.collection or lookup.name, values)
