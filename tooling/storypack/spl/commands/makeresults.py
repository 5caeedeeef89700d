"""makeresults: rows that hold the time, and what eval adds. Search Reference: "makeresults"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import is_true


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    if command.option("data") or command.option("format"):
        return Fieldset(frozenset(["_time"]), ("*",))
    annotated = {"_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group"}
    return Fieldset(frozenset({"_time"} | (annotated if is_true(command.option("annotate")) else set())))


plain(
    CommandFacts(
        "makeresults",
        Kind.GENERATING,
        "",
        options("count:int annotate:bool splunk_server:string splunk_server_group:string format:csv|json data:string"),
        Flow.OPEN,
        ("_time",),
    ),
    yields=_yields,
)
