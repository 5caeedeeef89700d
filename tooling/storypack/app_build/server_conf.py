"""server.conf: confs that Splunk does not know are replicated between the members of a search head cluster."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.conf import Conf, Stanza, boolean


def server_conf(custom_confs: Iterable[str]) -> Conf:
    values = {f"conf_replication_include.{name}": boolean(True) for name in custom_confs}
    return Conf((Stanza("shclustering", values),))
