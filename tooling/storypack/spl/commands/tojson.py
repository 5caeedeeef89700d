"""tojson: fields as one JSON object. Search Reference: "tojson"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_of, plain

plain(
    CommandFacts(
        "tojson",
        Kind.STREAMING,
        "[type(field) ...]",
        options("default_type:auto|bool|json|none|num|str fill_null:bool include_internal:bool output_field:field"),
        Flow.ADDS,
        ("_raw",),
    ),
    yields=field_of("output_field", "_raw"),
)
