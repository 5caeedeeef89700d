"""Where events go when nobody says: to the collector of the same host, with the same certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.cli.remote import Remote, site_of
from storypack.splunkd.connection import Connection, Target
from storypack.splunkd.credentials import Credentials
from storypack.splunkd.secret import Secret


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("splunk.example.com", "https://splunk.example.com:8088"),
        ("192.0.2.7", "https://192.0.2.7:8088"),
        ("2001:db8::7", "https://[2001:db8::7]:8088"),
    ],
)
def test_the_collector_of_the_same_host(host: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYPACK_SPLUNK_HEC_TOKEN", "00000000-0000-4000-8000-000000000001")
    monkeypatch.delenv("STORYPACK_SPLUNK_HEC_URL", raising=False)
    target = Target(host, 8089, insecure=True, timeout=7.0)
    connection = Connection(target, Credentials(token=Secret("x")))
    remote = Remote(
        splunk_host=host,
        splunk_port=None,
        hec_url=None,
        app="search",
        keep=True,
        wait=1.0,
        ca=None,
        insecure=True,
        timeout=7.0,
        index="test",
    )
    with site_of(remote, tmp_path, connection) as site:
        assert site.collector.target.url == url
        assert (site.collector.target.insecure, site.collector.target.timeout) == (True, 7.0)
    connection.close()
