"""transforms.conf: the definition of each lookup. Keys as in transforms.conf.spec."""

from __future__ import annotations

from storypack.app_build.lookups import lookup_file, model_file
from storypack.conf import Stanza, boolean, tidy
from storypack.pack.models import CsvLookup, ExternalLookup, Lookup, ModelLookup, Settings


def lookup_definition(settings: Settings, lookup: Lookup) -> Stanza | None:
    """One lookup definition; None for an external lookup, which another app defines."""
    if isinstance(lookup, ExternalLookup):
        return None
    values: dict[str, str] = {}
    if isinstance(lookup, CsvLookup):
        values["filename"] = lookup_file(settings, lookup)
    elif isinstance(lookup, ModelLookup):
        values["filename"] = model_file(lookup.name)
    else:
        values["external_type"] = "kvstore"
        values["collection"] = lookup.collection or lookup.name
        values["fields_list"] = ", ".join(dict.fromkeys(["_key", *lookup.fields]))
        if lookup.filter:
            values["filter"] = tidy(lookup.filter)
    if lookup.match_type:
        values["match_type"] = ", ".join(lookup.match_type)
    if lookup.min_matches is not None:
        values["min_matches"] = str(lookup.min_matches)
    if lookup.max_matches is not None:
        values["max_matches"] = str(lookup.max_matches)
    if lookup.default_match is not None:
        values["default_match"] = tidy(lookup.default_match)
    if lookup.case_sensitive_match is not None:
        values["case_sensitive_match"] = boolean(lookup.case_sensitive_match)
    return Stanza(lookup.name, values)
