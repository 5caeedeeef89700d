"""A pack of one search that uses a macro, a lookup with wildcards and a schedule; and its tests."""

from __future__ import annotations

import json
from pathlib import Path

NEWEST = 1_767_225_600  # 2026-01-01
COMMON = """\
version: 1
creation_date: 2026-01-01
modification_date: 2026-01-01
author: somebody
"""
FILES = {
    "storypack.yml": "app_id: DA-ESS-Sample\ntitle: Sample\nversion: 1.0.0\nauthor: somebody\ndescription: A sample.\n"
    "license: Apache-2.0\nstanza_prefix: EXF\nmacro_prefix: exf_\n",
    "macros/exf_web.yml": "name: exf_web\nid: 7a02c1bc-9b9b-4377-98d3-cb74ffa2a801\n" + COMMON + "description: Web.\n"
    "definition: (index=proxy sourcetype=sample:web)\n",
    "lookups/exf_partners.yml": "name: exf_partners\nid: 7a02c1bc-9b9b-4377-98d3-cb74ffa2a802\n" + COMMON
    + "description: Partners.\nlookup_type: csv\nfilename: exf_partners.csv\nfields: [domain, comment]\n"
    "match_type: [WILDCARD(domain)]\nmax_matches: 1\ncase_sensitive_match: false\n",
    "lookups/exf_partners.csv": "domain,comment\n*.partner.example,ours\n",
    "detections/web/large_upload.yml": "name: Large Upload\nid: 7a02c1bc-9b9b-4377-98d3-cb74ffa2a803\n" + COMMON
    + """\
status: experimental
type: Hunting
analytic_story: []
asset_type: Proxy
category: web
description: Somebody sends much.
data_source: []
search: |-
  `exf_web` method=POST earliest=-1h
  | stats sum(bytes) AS bytes max(_time) AS last by user domain
  | lookup exf_partners domain OUTPUT comment
  | where isnull(comment) AND bytes>=100
  | eval age=round(now()-last)
  | `exf_large_upload_filter`
how_to_implement: As it is.
known_false_positives: None.
schedule: {cron_schedule: '0 * * * *', earliest_time: -70m@m, latest_time: '-0m@m', schedule_window: auto}
tests:
- name: Much to a stranger
  attack_data: [{data: data/web.jsonl, sourcetype: 'sample:web', index: proxy}]
  expected_results: 1
  expected_rows: [{user: eve, domain: drop.example.net, bytes: 150}]
- name: The stranger is a partner
  attack_data: [{data: data/web.jsonl, sourcetype: 'sample:web', index: proxy, host: gate}]
  lookups: {exf_partners: [{domain: '*.EXAMPLE.net', comment: new}, {domain: '*.partner.*', comment: ours}]}
  expected_results: 0
- name: Too old
  now: 2026-02-01T00:00:00Z
  attack_data: [{data: data/old.jsonl, sourcetype: 'sample:web'}]
  expected_results: 0
""",
}  # fmt: skip


def write_pack(folder: Path, **changed: tuple[str, str]) -> Path:
    """The pack's files; keywords replace a text of `large_upload.yml` by another."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for old, new in changed.values() if path.stem == "large_upload" else ():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    stranger = [
        ("eve", "drop.example.net", 100, 0),
        ("eve", "drop.example.net", 50, 60),
        ("bob", "drop.example.net", 9, 5),
    ]
    _events(folder / "data" / "web.jsonl", [*stranger, ("ann", "a.partner.example", 900, 60)])
    _events(folder / "data" / "old.jsonl", [("eve", "drop.example.net", 500, 7_200), ("bob", "example.org", 5, 0)])
    return folder


def _events(path: Path, rows: list[tuple[str, str, int, int]]) -> None:
    """Events as JSON lines: user, domain, bytes, and how many seconds before the newest."""
    path.parent.mkdir(exist_ok=True)
    lines = [
        {"timestamp": f"2025-12-31T{(86_400 - age - 1) // 3600:02}:{(86_400 - age - 1) // 60 % 60:02}:"
         f"{(86_400 - age - 1) % 60:02}Z", "method": "POST", "user": user, "domain": domain, "bytes": count}
        for user, domain, count, age in rows
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
