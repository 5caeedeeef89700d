"""Splunk `.conf` text: the one writer, the one reader, and all the escaping.

    conf = Conf((Stanza("EXF - A - Rule", {"search": "index=a\\n| head 1", "disabled": boolean(True)}),))
    assert read(write(conf)) == conf

The writer never changes a value: what it writes is read back the same, by `read`, by AppInspect and by splunkd,
or it raises a `ConfError` that names the value. `tidy` is the one function that changes text so that it can be carried.
"""

from storypack.conf.layers import merge, read_layered, with_defaults
from storypack.conf.model import Conf, ConfError, Stanza
from storypack.conf.read import passed_over, read
from storypack.conf.values import boolean, json_text, tidy
from storypack.conf.write import faults, write

__all__ = [
    "Conf",
    "ConfError",
    "Stanza",
    "boolean",
    "faults",
    "json_text",
    "merge",
    "passed_over",
    "read",
    "read_layered",
    "tidy",
    "with_defaults",
    "write",
]
