"""Dashboards that a site switched off.

Splunk 10 writes that into the dashboard's source, as `dashboard.disabled="true"` of its root. It is the site's wish,
like `disabled` of a saved search: it is no difference to the pack's source, and a new source takes it over.
"""

from __future__ import annotations

import re

_PROLOG = r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+"  # possessive: what it read is not read another way
_ATTRIBUTES = r"(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*"
_ROOT = re.compile(rf"\A\ufeff?{_PROLOG}<[A-Za-z][^\s/>]*({_ATTRIBUTES})", re.DOTALL)
_STATE = re.compile(r"\s+dashboard\.disabled\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FIELD = "dashboard.disabled"


def switched(source: str) -> str:
    """What the root says of `dashboard.disabled`; "" when it says nothing.

    >>> switched('<dashboard dashboard.disabled="true" version="2"/>'), switched("<form/>")
    ('true', '')
    """
    root = _ROOT.match(source)
    state = _STATE.search(root[1]) if root else None
    return (state[1] or state[2] or "") if state else ""


def without_state(source: str) -> str:
    """The source as it would be had nobody switched it.

    >>> without_state('<dashboard dashboard.disabled="true" version="2"/>')
    '<dashboard version="2"/>'
    """
    root = _ROOT.match(source)
    return source[: root.start(1)] + _STATE.sub("", root[1]) + source[root.end() :] if root else source


def switched_like(source: str, other: str) -> str:
    """The source, switched as `other` is.

    >>> switched_like('<form version="1"/>', '<form dashboard.disabled="true"/>')
    '<form version="1" dashboard.disabled="true"/>'
    """
    state, plain = switched(other), without_state(source)
    if switched(source) == state:
        return source
    root = _ROOT.match(plain)
    if not state or not root:
        return plain
    return f'{root[0]} {FIELD}="{state}"{plain[root.end() :]}'
