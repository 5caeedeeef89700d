"""xpath: values from XML by a path. Search Reference: "xpath"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_of, plain

plain(
    CommandFacts(
        "xpath",
        Kind.STREAMING,
        '"expression"',
        options("field:field outfield:field default:string"),
        Flow.ADDS,
        ("xpath",),
        "field, or _raw",
    ),
    yields=field_of("outfield", "xpath"),
)
