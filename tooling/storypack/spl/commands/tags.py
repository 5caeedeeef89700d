"""tags: tags of the events. Search Reference: "tags"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_of, plain, same_filled

plain(
    CommandFacts(
        "tags",
        Kind.STREAMING,
        "[fields]",
        options("outputfield:field inclname:bool inclvalue:bool allowed_tags:string"),
        Flow.ADDS,
        ("tag",),
    ),
    yields=field_of("outputfield", "tag"),
    filled=same_filled,
)
