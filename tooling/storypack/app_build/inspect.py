"""Splunk AppInspect on a package, in a process of its own, without any system package.

AppInspect needs libmagic. The wheel `pylibmagic` brings it, and takes effect when it is imported before AppInspect.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from storypack import extras
from storypack.opening import real

TAG_SETS: tuple[tuple[str, ...], ...] = (("cloud",), ("private_victoria",), ())
"""Splunkbase and Splunk Cloud, a private upload to the Victoria experience, and every check that there is."""

BAD = ("error", "failure", "future_failure")
_RUN = (
    "import pylibmagic, sys; from splunk_appinspect.main import execute; sys.argv[0] = 'splunk-appinspect'; execute()"
)


class InspectError(Exception):
    """AppInspect could not be run, or gave no report."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check of AppInspect that did not pass."""

    result: str  # error, failure, future_failure, warning, manual_check
    check: str
    message: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One run. `summary` counts checks by result; `tags` is empty for a run of every check."""

    tags: tuple[str, ...]
    summary: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether there is no error and no failure, also none that a later AppInspect announces."""
        return not any(self.summary.get(result) for result in BAD)


def available() -> bool:
    """Whether AppInspect and its libmagic are installed (the extra `storypack[inspect]`)."""
    return find_spec("splunk_appinspect") is not None and find_spec("pylibmagic") is not None


def inspect(package: Path, tags: tuple[str, ...] = ()) -> Inspection:
    """Run AppInspect's checks of some tags, or all of them, on a package. It takes some ten seconds."""
    if not available():
        raise InspectError(f"splunk-appinspect is not installed: {extras.install('inspect')}")
    if unknown := set(tags) - {tag for known in TAG_SETS for tag in known}:
        unknown -= known_tags()
        if unknown:
            raise InspectError(f"AppInspect has no checks with the tag {sorted(unknown)[0]}")
    with tempfile.TemporaryDirectory(prefix="storypack-inspect-") as folder:
        report = Path(folder, "report.json")
        arguments = ["inspect", str(real(package)), "--data-format", "json", "--output-file", str(report)]
        for tag in tags:
            arguments += ["--included-tags", tag]
        ran = subprocess.run(
            [sys.executable, "-c", _RUN, *arguments], capture_output=True, text=True, cwd=folder, check=False
        )
        if not report.is_file():
            last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["no output"]
            raise InspectError(f"splunk-appinspect ended with {ran.returncode} and no report: {last[0]}")
        return parse_report(json.loads(report.read_text(encoding="utf-8")), tags)


def known_tags() -> set[str]:
    """The tags that checks have. AppInspect takes any other without a word, and then checks next to nothing."""
    ran = subprocess.run([sys.executable, "-c", _RUN, "list", "tags"], capture_output=True, text=True, check=False)
    rows = (line.split() for line in ran.stdout.splitlines())
    return {row[0] for row in rows if len(row) == 2 and row[1].isdecimal()}


def parse_report(data: Any, tags: tuple[str, ...]) -> Inspection:
    """AppInspect's JSON report as data; checks that passed or did not apply are only counted."""
    report = data["reports"][0]
    findings = [
        Finding(
            message.get("result", check["result"]),
            check["name"],
            message["message"],
            message.get("message_filename") or "",
        )
        for group in report["groups"]
        for check in group["checks"]
        if check["result"] not in ("success", "not_applicable", "skipped")
        for message in check["messages"] or [{"message": check["description"]}]
    ]
    findings.sort(key=lambda f: (f.result, f.check, f.file, f.message))
    return Inspection(tags, dict(data["summary"]), tuple(findings))
