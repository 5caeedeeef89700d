"""content-version.conf: the version that Enterprise Security shows for the content."""

from __future__ import annotations

from storypack.conf import Conf, Stanza
from storypack.pack.models import Settings


def content_version(settings: Settings) -> Conf:
    return Conf((Stanza("content-version", {"version": settings.version}),))
