"""app.conf: what the app is, and which of its own confs can be reloaded without a restart."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.conf import Conf, Stanza, boolean, tidy
from storypack.pack.models import Settings

# Confs that Splunk itself does not know. Each needs a reload trigger, and replication in a search head cluster.
CUSTOM_CONFS = ("analyticstories", "content-version")


def app_conf(settings: Settings, build: int, custom_confs: Iterable[str]) -> Conf:
    """Keys as in app.conf.spec. `build` has to change whenever static files do: browsers cache by it."""
    version = settings.version
    return Conf(
        (
            Stanza("id", {"name": settings.app_id, "version": version}),
            Stanza(
                "launcher",
                {
                    "author": tidy(settings.author),
                    "version": version,
                    "description": " ".join(settings.description.split())[:200].rstrip(" \\"),
                },
            ),
            Stanza("package", {"id": settings.app_id, "check_for_updates": boolean(False)}),
            Stanza(
                "install",
                {
                    "is_configured": boolean(False),
                    "state": "enabled",
                    "state_change_requires_restart": boolean(False),
                    "build": str(build),
                },
            ),
            Stanza("ui", {"is_visible": boolean(True), "label": tidy(settings.title)}),
            Stanza("triggers", {f"reload.{name}": "simple" for name in custom_confs}),
        )
    )
