"""folderize: values such as URLs gathered under common heads. Search Reference: "folderize"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "folderize",
        Kind.DATASET,
        "",
        options("attr:field sep:string size:string minfolders:int maxfolders:int"),
        Flow.OPEN,
        needs="attr",
    )
)
