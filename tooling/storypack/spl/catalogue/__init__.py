"""What Splunk documents of its commands and functions."""

from __future__ import annotations

from storypack.spl.catalogue.names import OPAQUE, PLAIN, SHAPED


def is_command(name: str) -> bool:
    """Is it a command whose arguments we know?"""
    return name in SHAPED or name in PLAIN


def is_known(name: str) -> bool:
    """Is it a command of Splunk, or one that add-ons are known to bring?"""
    return name in SHAPED or name in PLAIN or name in OPAQUE
