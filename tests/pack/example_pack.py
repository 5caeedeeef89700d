"""A complete small pack to break in one place at a time."""

from __future__ import annotations

from pathlib import Path

from storypack.issue import Issue
from storypack.pack import Loaded, load_pack

SETTINGS = """\
app_id: DA-ESS-Example
title: Example
version: 1.2.3
author: A. Author
description: An example.
stanza_prefix: EX
macro_prefix: ex_
"""
COMMON = """\
id: {id}
version: 1
creation_date: 2026-11-01
modification_date: '2026-11-22'
author: A. Author
description: What it is.
"""
DETECTION = (
    "name: Disk Copied Away\n"
    + COMMON.format(id="11111111-1111-4111-8111-111111111111")
    + """\
status: production
type: TTP
data_source: [Example Audit]
search: |
  `ex_audit` action=copy
  | `ex_disk_copied_away_filter`
how_to_implement: Collect it.
known_false_positives: Few.
finding:
  title: $user$ copied a disk
  entity: {field: user, type: user, score: 60}
analytic_story: [Example Story]
asset_type: Disk
mitre_attack_id: [T1537]
category: cloud
tests:
- name: Copied
  attack_data:
  - data: tests/data/copied.jsonl
    sourcetype: example:audit
  expected_results: 1
"""
)
STORY = (
    "name: Example Story\n"
    + COMMON.format(id="22222222-2222-4222-8222-222222222222")
    + """\
status: production
narrative: Once upon a time.
category: [Adversary Tactics]
usecase: Insider Threat
"""
)
MACRO = "name: ex_audit\n" + COMMON.format(id="33333333-3333-4333-8333-333333333333") + "definition: index=main\n"
SCHEDULE = (
    "name: Default TTP\n"
    + COMMON.format(id="44444444-4444-4444-8444-444444444444")
    + "cron_schedule: 0 * * * *\nearliest_time: -70m@m\nlatest_time: -10m@m\n"
)
FILES = {
    "storypack.yml": SETTINGS,
    "detections/cloud/disk_copied_away.yml": DETECTION,
    "stories/example_story.yml": STORY,
    "macros/ex_audit.yml": MACRO,
    "schedules/default_ttp.yml": SCHEDULE,
}
DETECTION_FILE = "detections/cloud/disk_copied_away.yml"


class Folder:
    """A pack on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        self.write(path, text.replace(old, new, 1))

    def load(self) -> Loaded:
        return load_pack(self.root)

    def only_issue(self) -> Issue:
        issues = self.load().issues
        assert len(issues) == 1, issues
        return issues[0]
