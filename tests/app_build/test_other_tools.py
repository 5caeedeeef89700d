"""Repositories of other tools build as they are: every search, action, dashboard and lookup of them is in the app."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from storypack.app_build.check import app_issues
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.checks.run import run_checks
from storypack.conf import Conf, read
from storypack.issue import Issue, Severity
from storypack.pack.load import load_pack
from tests.app_build import other_tools
from tests.app_build.other_tools import Files

TODAY = dt.date(2026, 11, 21)
NOTABLE, RISK = "action.notable", "action.risk"


@dataclass(frozen=True)
class Built:
    """What one of the repositories becomes: warnings by rule, folders that are named as left out, and the app.

    `searches` has the alert actions of each saved search, `settings` some keys of the only detection's.
    """

    warnings: Mapping[str, int]
    searches: Mapping[str, set[str]]
    settings: Mapping[str, str] = field(default_factory=dict)
    story: str = "Much Goes Out"
    views: frozenset[str] = frozenset()
    lookups: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


EXPECTED: Mapping[Callable[[], Files], Built] = {
    other_tools.template_of_version_5: Built(
        {},
        {"Acme - Upload of Much - Rule": {RISK}},
        views=frozenset({"feedback"}),
        files=frozenset({"static/appIcon.png", "lookups/techniques.csv"}),
        left_out=frozenset({"app_template/README/notes.txt"}),
    ),
    other_tools.version_3: Built(
        {"SP147": 1},
        {"ACME - Upload to Stranger - Rule": {NOTABLE, "action.email", "action.slack", "action.sendtophantom"}},
        {
            "action.notable.param.rule_title": "$user$ uploads much",
            "action.email.to": "soc@example.com",
            "action.email.subject.alert": "Acme: Upload to Stranger",
            "action.slack.param.channel": "#soc",
            "action.slack.param.message": "Upload to Stranger: What Upload to Stranger is about.",
            "action.sendtophantom.param._cam_workers": "[]",
            "action.sendtophantom.param.sensitivity": "amber",
        },
        lookups={"acme_known": "acme_known.csv"},
    ),
    other_tools.version_4: Built(
        {"SP198": 1},
        {
            "Acme - New Host - Rule": {RISK},
            "Acme - Hosts Seen": set(),
            "Acme - Who Was It - Step 1": set(),
        },
        {"alert.suppress.fields": "user", "alert.suppress.period": "3600s"},
        views=frozenset({"investigate_who_was_it"}),
        lookups={"acme_seen": "acme_seen", "acme_known": "acme_known.csv"},
        left_out=frozenset({"playbooks/"}),
    ),
    other_tools.version_5: Built(
        {"SP198": 1},
        {"Acme - Upload of Much - Rule": {NOTABLE, RISK}},
        {"action.notable.param.nes_fields": "user,dest"},
        views=frozenset({"acme__uploads"}),
        lookups={"acme_known": "acme_known_20240301.csv", "acme_names": "__mlspl_acme_names.mlmodel"},
        files=frozenset({"lookups/__mlspl_acme_names.mlmodel"}),
        left_out=frozenset({"removed/"}),
    ),
    other_tools.contentctl_ng: Built(
        {"SP198": 1},
        {"Acme - Upload of Much - Rule": {NOTABLE}},
        views=frozenset({"acme__uploads"}),
        lookups={"acme_known": "acme_known_20240301.csv", "acme_seen": "acme_seen"},
        left_out=frozenset({"playbooks/"}),
    ),
    other_tools.without_deployments: Built(
        {"SP010": 1, "SP164": 1},
        {"Acme - Upload of Much - Rule": {RISK}},
        {"dispatch.earliest_time": "-70m@m"},
        files=frozenset({"default/indexes.conf"}),
    ),
    other_tools.a_correlation: Built(
        {"SP012": 1, "SP164": 1},
        {"Acme - Several Signs - Rule": {NOTABLE}},
        {
            "action.notable.param.rule_title": "RBA: Several Signs",
            "action.notable.param.severity": "high",
            "action.notable.param.next_steps": '{"data":"Ask the user.","version":1}',
        },
        story="",
        left_out=frozenset({"sigma/", "spl/"}),
    ),
    other_tools.written_by_hand: Built(
        {"SP007": 2, "SP012": 6, "SP164": 1},
        {"Acme_Web_Rules - Config Read - Rule": {NOTABLE}},
        {"action.notable.param.rule_title": "Config Read"},
        story="Web Abuse",
    ),
    other_tools.in_a_subfolder: Built(
        {},
        {"Acme - Odd Host - Rule": set()},
        lookups={"acme_known": "acme_known.csv"},
    ),
    other_tools.tested_by_hand: Built(
        {},
        {"Acme - Acme Group Change - Rule": {NOTABLE, "action.acme_ticket"}},
        {"action.acme_ticket.param.queue": "soc", "action.acme_ticket.param.priority": "2"},
    ),
    other_tools.own_settings_that_only_add: Built(
        {"SP010": 1, "SP164": 1},
        {"Acme - Upload of Much - Rule": {RISK, "action.webhook", "action.snow_incident"}},
        {
            "action.webhook.param.url": "https://hooks.example.com/soc",
            "action.snow_incident.param.short_description": "Upload of Much",
        },
        files=frozenset({"default/indexes.conf"}),
    ),
}


def write(folder: Path, files: Files) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


def checked(folder: Path) -> list[Issue]:
    loaded = load_pack(folder)
    return run_checks(loaded.pack, TODAY, [*loaded.issues, *app_issues(loaded.pack)]).issues


def conf(files: Mapping[str, bytes], name: str) -> Conf:
    return read(files.get(f"default/{name}.conf", b""))


def actions(stanza: Mapping[str, str]) -> set[str]:
    """The alert actions that a saved search has switched on."""
    return {key for key, value in stanza.items() if re.fullmatch(r"action\.\w+", key) and value == "1"}


def test_there_are_eleven() -> None:
    assert list(EXPECTED) == list(other_tools.PACKS)
    assert len(EXPECTED) == 11


@pytest.mark.parametrize(("make", "expected"), EXPECTED.items(), ids=[each.__name__ for each in EXPECTED])
def test_a_repository_builds_as_it_is(tmp_path: Path, make: Callable[[], Files], expected: Built) -> None:
    write(tmp_path, make())
    issues = checked(tmp_path)
    assert [
        f"{issue.location} {issue.rule} {issue.message}" for issue in issues if issue.severity is Severity.ERROR
    ] == []
    assert Counter(issue.rule for issue in issues if issue.severity is Severity.WARNING) == expected.warnings
    named = " ".join(f"{issue.location} {issue.message}" for issue in issues if issue.rule in ("SP015", "SP903"))
    assert [path for path in expected.left_out if path not in named] == []

    files = app_tree(app_content(load_pack(tmp_path).pack), tactics_of).files
    searches = {stanza.name: stanza.settings for stanza in conf(files, "savedsearches")}
    assert {name: actions(settings) for name, settings in searches.items()} == expected.searches
    detection = next(settings for name, settings in searches.items() if name.endswith(" - Rule"))
    assert {key: detection.get(key) for key in expected.settings} == expected.settings
    stories = {stanza.name for stanza in conf(files, "analyticstories") if stanza.name.startswith("analytic_story")}
    assert stories == ({f"analytic_story://{expected.story}"} if expected.story else set())
    views = {Path(path).stem for path in files if path.startswith("default/data/ui/views/")}
    assert views == expected.views
    lookups = {
        stanza.name: stanza.settings.get("filename") or stanza.settings.get("collection")
        for stanza in conf(files, "transforms")
        if stanza.name != "storypack_detections"
    }
    assert lookups == expected.lookups
    shipped = {f"lookups/{name}" for name in expected.lookups.values() if name.endswith((".csv", ".mlmodel"))}
    assert [path for path in (*expected.files, *shipped) if path not in files] == []
