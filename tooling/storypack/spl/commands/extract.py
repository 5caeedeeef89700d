"""extract: fields from pairs of key and value in `_raw`. Search Reference: "extract"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain, raw_event

plain(
    CommandFacts(
        "extract",
        Kind.STREAMING,
        "[stanza of transforms.conf]",
        options(
            "clean_keys:bool kvdelim:string limit:int maxchars:int mv_add:bool pairdelim:string auto:bool "
            "reload:bool segment:bool"
        ),
        Flow.OPEN,
        needs="_raw",
        aliases=("kv",),
    ),
    uses=raw_event,
)
