"""One file of an older format as a file of the current one."""

from __future__ import annotations

import pytest

from storypack.authoring.migrating.file import Migrated, MigrationError, migrated

MACRO = """\
# Every site sets its own index.
name: some_events   # short
definition: 'index=main
  sourcetype="a:b"'

description: |
  Events of a.
# the end
"""
MACRO_NOW = """\
# Every site sets its own index.
name: some_events   # short
id: 9f5d56aa-6c07-5c57-9922-39be49aac118
version: 1
creation_date: '2000-01-01'
modification_date: '2000-01-01'
author: unknown
definition: 'index=main
  sourcetype="a:b"'

description: |
  Events of a.
# the end
"""
STORY = """\
name: Some Story
id: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0003
version: 1
date: 2022-11-03   # of the first draft
author: Ann Example
description: Short.
narrative: Long.
# What it is about
tags:
  # chosen by the team
  category: [Malware]   # one is enough

  usecase: Insider Threat
  # nobody reads these
  mappings: {}
references: []
"""
STORY_NOW = """\
name: Some Story
id: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0003
version: 1
creation_date: 2022-11-03   # of the first draft
modification_date: 2022-11-03   # of the first draft
author: Ann Example
description: Short.
status: production
narrative: Long.
# What it is about
# nobody reads these
# chosen by the team
category: [Malware]   # one is enough

usecase: Insider Threat
references: []
"""
DETECTION = """\
name: Some Detection
id: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0001
version: 1
date: '2022-11-03'
author: Ann Example
status: production
type: TTP
description: >-
  Folded
  text.
data_source: []
search: |2-
    `some_events`
  | `some_detection_filter`
how_to_implement: Do.
known_false_positives: None.
references: []
rba:
  message: "$user$ did \\
    it"
  risk_objects:
    - {field: user, type: user, score: 64}  # agreed
    - {field: host, type: system, score: 20}
  threat_objects: []
tags: {analytic_story: [Some Story], asset_type: Host, mitre_attack_id: [T1048], security_domain: endpoint}
"""
DETECTION_NOW = """\
name: Some Detection
id: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0001
version: 1
creation_date: '2022-11-03'
modification_date: '2022-11-03'
author: Ann Example
status: production
type: TTP
description: >-
  Folded
  text.
data_source: []
search: |2-
    `some_events`
  | `some_detection_filter`
how_to_implement: Do.
known_false_positives: None.
references: []
finding:
  title: "$user$ did \\
    it"
  entity: {field: user, type: user, score: 64}  # agreed
intermediate_findings:
  entities:
    - {field: host, type: system, score: 20, message: $user$ did it}
analytic_story: [Some Story]
asset_type: Host
mitre_attack_id: [T1048]
category: endpoint
security_domain: endpoint
"""


def now(folder: str, text: str) -> Migrated:
    path = {"macros": "macros/some_events.yml", "stories": "stories/some_story.yml"}.get(folder)
    result = migrated(folder, path or f"{folder}/endpoint/some_detection.yml", text.encode())
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("folder", "before", "after"),
    [("macros", MACRO, MACRO_NOW), ("stories", STORY, STORY_NOW), ("detections", DETECTION, DETECTION_NOW)],
)
def test_pairs(folder: str, before: str, after: str) -> None:
    assert now(folder, before).after.decode() == after
    path = "detections/endpoint/some_detection.yml" if folder == "detections" else f"{folder}/some_events.yml"
    assert migrated(folder, path, after.encode()) is None


def test_line_ends_stay() -> None:
    windows = now("stories", STORY.replace("\n", "\r\n")).after.decode()
    assert windows == STORY_NOW.replace("\n", "\r\n")


def test_a_file_without_a_last_line_end() -> None:
    text = "name: some_events\ndefinition: index=main\ndescription: |\n  Events of a."
    assert b"description: Events of a.\n" in now("macros", text).after


def test_what_is_new_otherwise_and_gone_is_told() -> None:
    result = now("detections", DETECTION.replace("asset_type: Host", "asset_type: Host, cis20: [CIS 1]"))
    assert (result.added, result.changed) == (["category"], [])
    assert result.left_out == ["rba.threat_objects", "tags.cis20"]


def test_keys_that_nothing_reads_are_left_out() -> None:
    result = now("detections", DETECTION + "our_ticket: ABC-1  # see there\n")
    assert "our_ticket" in result.left_out
    assert "our_ticket" not in result.after.decode() and "# see there" in result.after.decode()


def test_a_choice_among_entities_is_open() -> None:
    text = DETECTION.replace("{field: user, type: user", "{field: src, type: system")
    result = now("detections", text)
    decision = result.decisions[0]
    assert decision.open
    assert decision.message == "the first of several risk objects was chosen (src, host)"
    assert "field: src" in text.splitlines()[decision.location.line - 1]
    assert "entity: {field: src" in result.after.decode().splitlines()[decision.written.line - 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: [\n", "see storypack validate"),
        (STORY.replace("references: []", "references: &a []\nproduct: *a"), "anchors"),
        (STORY + "name: Twice\n", "key `name` appears twice"),
        (DETECTION + "finding:\n  title: Another\n  entity: {field: user, type: user, score: 1}\n", "decide for one"),
    ],
)
def test_what_cannot_be_rewritten_says_why(text: str, reason: str) -> None:
    folder = "detections" if text.startswith(DETECTION) else "stories"
    with pytest.raises(MigrationError, match=reason):
        now(folder, text)
