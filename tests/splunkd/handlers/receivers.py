"""/receivers/simple: one event as the body of a POST; splunk-sdk's Index.submit."""

from __future__ import annotations

import time

from splunkd import atom
from splunkd.instance import Instance
from splunkd.shapes import Answer, Refused, Request


def simple(instance: Instance, request: Request, rest: tuple[str, ...]) -> Answer:
    """The body is the event; index, host, source and sourcetype are query arguments."""
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed")
    index = request.arg("index", "main")
    if index not in instance.state.indexes:
        raise Refused(400, f"supplied index '{index}' missing")
    if not request.body:
        raise Refused(400, "No data")
    instance.state.add_event(
        request.body.decode("utf-8", "replace"),
        time=time.time(),
        index=index,
        sourcetype=request.arg("sourcetype"),
        source=request.arg("source", "www"),
        host=request.arg("host", "splunkd.example.com"),
    )
    return Answer(body=atom.response(results="1"))
