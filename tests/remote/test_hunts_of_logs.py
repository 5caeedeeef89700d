"""The pack's detections over logs of Zeek and Windows, on an instance and here: windows of a day, data models, XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from remote.both import comparable, here_and_there
from remote.place import ROOT
from remote.place import Place as Standin

LOGS = {
    "zeek": (
        ("zeek/conn_small_uploads.jsonl", "zeek/ssl_untrusted.jsonl", "zeek/conn_ssl_untrusted.jsonl"),
        ("Many Small Uploads to One Destination", "Encrypted Upload to Untrusted Server"),
        "0 */12 * * *",  # an event lies in two windows, and in twenty-four on the schedule itself
    ),
    "windows": (
        ("sysmon/rclone_uploads.xml", "sysmon/rclone_renamed.xml", "windows_security/removable_copy.xml"),
        ("Rclone Sends Files to Remote", "Files Copied to Removable Storage"),
        "",
    ),
}


@pytest.mark.parametrize("logs", [pytest.param("zeek", marks=pytest.mark.slow), "windows"])
def test_an_instance_gives_the_findings_of_the_files(logs: str, place: Standin, tmp_path: Path) -> None:
    names, detections, cron = LOGS[logs]
    files = [ROOT / "tests" / "data" / name for name in names]
    here, there = here_and_there(files, place, tmp_path, detections, cron)
    assert {finding.detection for finding in here.findings} == set(detections)
    assert comparable(there) == comparable(here)
    assert {each.detection: (each.runs, each.suppressed) for each in there.outcomes} == {
        each.detection: (each.runs, each.suppressed) for each in here.outcomes
    }
