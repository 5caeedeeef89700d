"""Commands of Enterprise Security."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

_APP = "Splunk Enterprise Security"


opaque(CommandFacts("entitymerge", Kind.DATASET, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("expandtoken", Kind.STREAMING, "[fields]", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("inputintelligence", Kind.GENERATING, "name", flow=Flow.OPEN, origin=_APP, any_option=True))
