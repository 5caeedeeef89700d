"""Automatic extraction of `key=value` pairs (props.conf: KV_MODE = auto; Search Reference: extract)."""

from __future__ import annotations

import re

from storypack.engine.udf.registry import udf

_PAIR = re.compile(
    r"""(?:^|(?<=[\s,;|&?{(\["']))([A-Za-z_][\w.:-]*)\s?=\s?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s,;|&"']+))"""
)
_UNCLEAN = re.compile(r"[^A-Za-z0-9_.:]")


@udf("spl_kv", "VARCHAR", returns="MAP(VARCHAR, VARCHAR)")
def keyvalue(raw: str | None) -> dict[str, str]:
    """The pairs of an event: the first value of each key, without its quotes."""
    found: dict[str, str] = {}
    for match in _PAIR.finditer(raw or ""):
        key = _UNCLEAN.sub("_", match[1]).strip("_") or match[1]
        double, single, bare = match[2], match[3], match[4]
        value = bare if bare is not None else single if single is not None else double.replace('\\"', '"')
        found.setdefault(key, value)
    return found
