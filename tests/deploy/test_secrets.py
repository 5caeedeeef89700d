"""Secrets that are wrong, or at hand when something goes wrong: never shown. The watch over the run looks as well."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from deploy.site import Site, connect
from deploy.test_cli import Run, pack, run
from marked_secrets import MARK, has_secret, new_secret
from splunkd import Fault, Splunkd
from storypack.deploy.instance import read_instance
from storypack.splunkd.credentials import find_credentials, find_secret
from storypack.splunkd.errors import DeployError
from storypack.splunkd.transport import Transport

__all__ = ["pack", "run"]


@pytest.mark.parametrize("name", ["TOKEN", "SESSION_KEY", "HEC_TOKEN", "ACS_TOKEN"])
@pytest.mark.parametrize("ending", ["\nx", " x", "\x00", "—", "\x7f"])
def test_what_is_no_token_is_named_and_not_shown(name: str, ending: str, tmp_path: Path) -> None:
    given = {f"STORYPACK_SPLUNK_{name}": new_secret() + ending}
    with pytest.raises(DeployError, match=f"STORYPACK_SPLUNK_{name} is no token") as caught:
        if name in ("TOKEN", "SESSION_KEY"):
            find_credentials(given, tmp_path, "h")
        else:
            find_secret(name, given, tmp_path)
    assert not has_secret("".join(traceback.format_exception(caught.value)))


def test_the_line_break_of_a_file_is_none_of_the_token(tmp_path: Path) -> None:
    secret = new_secret()
    assert find_credentials({"STORYPACK_SPLUNK_TOKEN": f" {secret}\r\n"}, tmp_path, "h").token.reveal() == secret


def test_a_header_that_cannot_be_sent_is_not_quoted(splunkd: Splunkd) -> None:
    message = {"method": "GET", "headers": [("Authorization", f"Bearer {new_secret()}\nx")]}
    with pytest.raises(Exception, match="cannot be sent") as caught:
        Transport(5.0, splunkd.context())(f"{splunkd.url}/services/server/info", message)
    assert not has_secret("".join(traceback.format_exception(caught.value)))


def test_a_crash_with_its_traceback_tells_none(splunkd: Splunkd, pack: Path, tmp_path: Path) -> None:
    """STORYPACK_DEBUG=1, everything logged, http.client's own debug output: the most that a person can ask for."""
    broken = tmp_path / "site"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import logging\n"
        "logging.basicConfig(level=logging.DEBUG)\n"
        "import storypack.deploy.write as write\n"
        "def fail(self, *given, **more): raise RuntimeError('broken on purpose')\n"
        "write.Writer.create = fail\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(broken),
        "STORYPACK_DEBUG": "1",
        "STORYPACK_SPLUNK_HOST": splunkd.host,
        "STORYPACK_SPLUNK_PORT": str(splunkd.port),
        "STORYPACK_SPLUNK_CA": str(splunkd.ca_file),
        "STORYPACK_SPLUNK_USERNAME": splunkd.username,
        "STORYPACK_SPLUNK_PASSWORD": splunkd.password,
    }
    command = [sys.executable, "-m", "storypack.cli", "deploy", "apply", "--yes", "--pack", str(pack)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2 and "broken on purpose" in done.stderr and "Traceback" in done.stderr
    assert "splunklib.binding" in done.stderr  # it did log
    assert not has_secret(done.stdout + done.stderr)


def test_every_error_of_every_request(site: Site) -> None:
    """Each request of an apply refused in turn: the whole chain of exceptions, as a traceback would show it."""
    for nth in range(1, 20):
        site.splunkd.faults.add(Fault("expire", nth, times=3))
        try:
            site.apply()
        except DeployError as error:
            assert not has_secret("".join(traceback.format_exception(error))), nth
        site.splunkd.faults.clear()
    assert not site.plan().pending


def test_the_file_of_secrets_is_not_quoted(run: Run, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"STORYPACK_SPLUNK_{name}")
    (pack / ".env").write_bytes(b"STORYPACK_SPLUNK_TOKEN=" + MARK.encode() + b"\xff\xfe\n")
    code, _, err = run("plan")
    assert code == 2 and "no UTF-8" in err
    (pack / ".env").write_text(f"STORYPACK_SPLUNK_TOKEN='{new_secret()}\n")  # a quote that nothing closes
    code, _, err = run("plan")
    assert code == 2


def test_a_connection_shows_nothing(splunkd: Splunkd) -> None:
    connection = connect(splunkd)
    read_instance(connection)
    assert not has_secret(repr(connection) + str(connection) + f"{connection.target}{connection.transport}")
    connection.close()
