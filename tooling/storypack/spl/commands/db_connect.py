"""dbxquery, dbxlookup, dbxoutput: rows of a database. Splunk DB Connect."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.opaque import opaque

opaque(
    CommandFacts(
        "dbxquery",
        Kind.GENERATING,
        "",
        options(
            "query:string connection:string maxrows:int fetchsize:int shortnames:bool timeout:int params:string "
            "procedure:string wrap:bool output:string"
        ),
        Flow.OPEN,
        origin="Splunk DB Connect",
        any_option=True,
    )
)
opaque(CommandFacts("dbxlookup", Kind.STREAMING, "lookup", flow=Flow.OPEN, origin="Splunk DB Connect", any_option=True))
opaque(CommandFacts("dbxoutput", Kind.DATASET, "", flow=Flow.SAME, origin="Splunk DB Connect", any_option=True))
