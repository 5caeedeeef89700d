"""The screens that documents show of a deployment are those of a real run, numbers and times aside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from splunkd import Splunkd

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```text\n(\$ storypack deploy .*?)^```", re.MULTILINE | re.DOTALL)
DOCUMENTS = [path for path in (ROOT / "README.md", ROOT / "docs" / "deploy.md") if BLOCK.search(path.read_text())]
CONTENT = (
    *("stories", "detections", "macros", "lookups", "data_sources", "baselines", "investigations", "schedules", "app"),
    "tests/data",
)
APP = "DA-ESS-DataExfiltration"
RULE = "EXF - AWS AMI Attribute Modification for Exfiltration - Rule"


def site_changes(splunkd: Splunkd) -> None:
    """What the line with # in the screens says."""
    app = splunkd.state.app(APP)
    search = app.local["savedsearches"][RULE]["search"].replace("| mvexpand grantee", "| mvexpand limit=3 grantee")
    app.put("savedsearches", RULE, {"disabled": "0", "cron_schedule": "*/5 * * * *", "search": search})
    app.put("macros", "exf_cloudtrail", {"definition": 'index=aws sourcetype="aws:cloudtrail"'})


def plain(text: str) -> list[str]:
    """Lines with dates and numbers of objects blotted out."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", text)
    return [
        re.sub(r"\b\d{2,}(?= (steps|unchanged|to create))", "N", line.rstrip()) for line in text.splitlines() if line
    ]


def test_a_document_has_the_screen() -> None:
    assert DOCUMENTS


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_screen_is_what_happens(document: Path, splunkd: Splunkd, tmp_path: Path) -> None:
    for name in CONTENT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("storypack.yml", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "STORYPACK_SPLUNK_HOST": splunkd.host,
        "STORYPACK_SPLUNK_PORT": str(splunkd.port),
        "STORYPACK_SPLUNK_CA": str(splunkd.ca_file),
        "STORYPACK_SPLUNK_TOKEN": splunkd.token,
    }
    block = BLOCK.search(document.read_text(encoding="utf-8"))
    assert block
    for part in re.split(r"^(?=\$ |# )", block[1], flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        if command.startswith("# "):
            site_changes(splunkd)
            continue
        done = subprocess.run(
            command.removeprefix("$ "), shell=True, cwd=tmp_path, env=environment, text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert plain(done.stdout) == plain(expected), command
