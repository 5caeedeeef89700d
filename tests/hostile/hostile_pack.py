"""A healthy pack into which one hostile thing is put at a time."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
id: {id}
version: 1
creation_date: 2025-11-01
modification_date: 2025-11-22
author: A. Author
description: What it is.
"""
DETECTION = (
    "name: Disk Copied Away\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1001")
    + """\
status: experimental
type: TTP
data_source: [Example Audit]
search: |
  `ex_audit` action=copy
  | stats count by user
  | `ex_disk_copied_away_filter`
how_to_implement: Collect it.
known_false_positives: Few.
references: [https://example.com/disks]
finding:
  title: $user$ copied a disk
  entity: {field: user, type: user, score: 60}
analytic_story: [Example Story]
asset_type: Disk
mitre_attack_id: [T1537]
category: cloud
"""
)
HEALTHY = {
    "storypack.yml": """\
app_id: DA-ESS-Example
title: Example
version: 1.2.3
author: A. Author
description: An example.
stanza_prefix: EX
macro_prefix: ex_
""",
    "detections/cloud/disk_copied_away.yml": DETECTION,
    "stories/example_story.yml": "name: Example Story\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1002")
    + "status: production\nnarrative: Long.\ncategory: [Adversary Tactics]\nusecase: Insider Threat\n",
    "macros/ex_audit.yml": "name: ex_audit\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1003")
    + "definition: index=main\n",
    "data_sources/example_audit.yml": "name: Example Audit\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1004")
    + "source: audit\nsourcetype: example:audit\nmacro: ex_audit\n",
    "lookups/ex_list.yml": "name: ex_list\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1006")
    + "lookup_type: csv\nfields: [user]\n",
    "lookups/ex_list.csv": "user\nalice\n",
    "schedules/default_ttp.yml": "name: Default TTP\n"
    + HEAD.format(id="5d0c1a52-6d2b-4f4c-8a44-0a8f0f6f1005")
    + "cron_schedule: 0 * * * *\nearliest_time: -70m@m\nlatest_time: -10m@m\n",
}
DETECTION_FILE = "detections/cloud/disk_copied_away.yml"


def write(root: Path, path: str, content: str | bytes) -> Path:
    """Put a file into the pack."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def healthy(root: Path) -> Path:
    """The healthy pack, written to `root`."""
    for path, text in HEALTHY.items():
        write(root, path, text)
    return root


def with_value(path: str, key: str, yaml_value: str) -> str:
    """The text of a healthy file with another value for a top-level key (added when the file does not have it)."""
    lines = HEALTHY[path].splitlines()
    kept: list[str] = []
    skipping = False
    for line in lines:
        if line.startswith(f"{key}:"):
            skipping = True
        elif not line.startswith((" ", "-")):
            skipping = False
        if not skipping:
            kept.append(line)
    return "\n".join([*kept, f"{key}: {yaml_value}", ""])
