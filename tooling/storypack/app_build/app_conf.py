"""app.conf: what the app is, and which of its own confs can be reloaded without a restart."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.conf import Conf, Stanza, boolean, tidy
from storypack.pack.models import Settings

# Confs that Splunk itself does not know. Each needs a reload trigger, and replication in a search head cluster.
CUSTOM_CONFS = ("analyticstories", "content-version")
# Confs of Splunk's own that an app may bring (Admin Manual, "List of configuration files").
SPLUNK_CONFS = frozenset(
    (
        *("alert_actions", "app", "audit", "authentication", "authorize", "collections", "commands", "datamodels"),
        *("datatypesbnf", "distsearch", "event_renderers", "eventtypes", "fields", "global-banner", "health", "html"),
        *("indexes", "inputs", "limits", "literals", "macros", "messages", "multikv", "outputs", "passwords", "props"),
        *("restmap", "savedsearches", "searchbnf", "segmenters", "server", "serverclass", "source-classifier"),
        *("sourcetypes", "tags", "telemetry", "times", "transactiontypes", "transforms", "ui-prefs", "ui-tour"),
        *("user-prefs", "viewstates", "visualizations", "web", "wmi", "workflow_actions", "workload_policy"),
        *("workload_pools", "workload_rules"),
    )
)


def custom(names: Iterable[str]) -> list[str]:
    """Those of these confs that Splunk itself does not know, in their order."""
    return [name for name in names if name in CUSTOM_CONFS or name not in SPLUNK_CONFS]


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
