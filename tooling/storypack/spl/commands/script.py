"""script: a program outside Splunk. Search Reference: "script"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "script",
        Kind.STREAMING,
        "[python|perl] name arguments",
        options("maxinputs:int"),
        Flow.OPEN,
        aliases=("run",),
        risky=True,
        any_option=True,
    )
)
