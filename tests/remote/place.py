"""A stand-in instance with an index for tests, seen through our own connection."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from splunkd import Splunkd
from storypack.remote.hec import Collector, CollectorTarget, Event
from storypack.remote.sending import Site
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.secret import Secret

ROOT = Path(__file__).parent.parent.parent
INDEX = "exf_test"
PATIENCE = 60.0  # seconds: a busy machine must not pass for an instance that is lost


class Place:
    """The instance: `site` for the library, `run` for the command line."""

    def __init__(self, splunkd: Splunkd) -> None:
        self.splunkd = splunkd
        splunkd.state.indexes.add(INDEX)
        ca = str(splunkd.ca_file)
        self.connection = Connection(
            Target(splunkd.host, splunkd.port, ca=ca, timeout=PATIENCE, backoff=0.01),
            Credentials(username=splunkd.username, password=Secret(splunkd.password)),
        )
        self.collector = self.collector_of(splunkd.hec_token)
        self.site = Site(self.connection, self.collector, INDEX, "run1", wait=2.0, sleep=lambda seconds: None)

    def collector_of(self, token: str) -> Collector:
        target = CollectorTarget(self.splunkd.hec_url, ca=str(self.splunkd.ca_file), timeout=PATIENCE, backoff=0.01)
        return Collector(target, Secret(token), sleep=lambda seconds: None)

    def close(self) -> None:
        self.connection.close()
        self.collector.close()

    def may_delete(self) -> None:
        user = self.splunkd.state.users[self.splunkd.username]
        user.roles = (*user.roles, "can_delete")

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for event in self.splunkd.state.events if event["index"] == INDEX]

    def run(self, *words: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command line, its credentials in the environment."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STORYPACK_")}
        environment |= {
            "STORYPACK_SPLUNK_HOST": self.splunkd.host,
            "STORYPACK_SPLUNK_PORT": str(self.splunkd.port),
            "STORYPACK_SPLUNK_CA": str(self.splunkd.ca_file),
            "STORYPACK_SPLUNK_HEC_URL": self.splunkd.hec_url,
            "STORYPACK_SPLUNK_HEC_TOKEN": self.splunkd.hec_token,
            "STORYPACK_SPLUNK_TOKEN": self.splunkd.token,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **variables,
        }
        done = subprocess.run(
            [sys.executable, "-m", "storypack.cli", *words],
            cwd=folder,
            env=environment,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        return done


def event(raw: str, when: float = 1_767_225_600.0, **origin: Any) -> Event:
    given = {"index": INDEX, "sourcetype": "plain", "source": "s", "host": "h", **origin}
    return Event(raw, when, **given)


def raws(events: Sequence[dict[str, Any]]) -> list[str]:
    return [str(one["event"]) for one in events]
