"""What the makers' tools accept is accepted, and what is decided here is said: settings, values, contradictions."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from storypack.issue import Issue, Severity
from storypack.pack import load_pack
from storypack.pack.adapters.app_settings import default_schedules, settings_of
from storypack.pack.kinds import KINDS
from storypack.pack.load import Loaded
from tests.pack.example_pack import DETECTION_FILE, Folder

FORMATS = Path(__file__).parent / "formats"
FILE = "detections/cloud/backup_volume_mounted_by_stranger.yml"
MACRO = "name: bare\ndefinition: index=x\n"


@pytest.fixture
def older(folder: Folder) -> Folder:
    """The example pack with a detection of contentctl 5 in it."""
    folder.write(FILE, (FORMATS / "v5" / "detection.yml").read_bytes())
    return folder


def of(loaded: Loaded, file: str) -> list[Issue]:
    return [issue for issue in loaded.issues if issue.location.file == file]


def said(issues: list[Issue]) -> list[tuple[str, str, str]]:
    return [(issue.rule, issue.severity.value, issue.message) for issue in issues]


# --- settings


def test_settings_of_version_3() -> None:
    build = {"name": "acme", "label": "Acme Rules", "prefix": "AC", "version": "1.0.0", "author_name": "Kim"}
    settings, notes = settings_of("contentctl.yml", {"build": {**build, "description": "d", "splunk_app": {}}}, "repo")
    assert notes == []
    assert (settings["app_id"], settings["title"], settings["stanza_prefix"]) == ("acme", "Acme Rules", "AC")
    assert (settings["author"], settings["profile"], settings["prefix_stories"]) == ("Kim", "compatible", False)


def test_searches_are_called_after_the_label_since_version_4() -> None:
    app = {"appid": "acme", "title": "Acme Rules", "label": "Acme", "prefix": "AC", "version": "1.0.0"}
    settings, _ = settings_of("contentctl.yml", {"app": app}, "repo")
    assert settings["stanza_prefix"] == "Acme"


@pytest.mark.parametrize(
    ("data", "folder", "expected"),
    [
        ({}, "our-rules", {"app_id": "our_rules", "title": "our-rules", "version": "0.0.1"}),
        ({"name": "Web Rules", "version": 1.0}, "x", {"app_id": "Web_Rules", "version": "1.0.0"}),
        ({"splunk_app": {"name": "7 Rules", "author": "Kim"}}, "x", {"app_id": "app_7_Rules", "author": "Kim"}),
        ({"path": "content"}, "x", {"content_folder": "content"}),
        ({"path": "."}, "x", {"content_folder": None}),
        ({"content": {"detections": [{"path": "a/b/detections"}]}}, "x", {"content_folder": "a/b"}),
    ],
)
def test_settings_that_say_little(data: dict[str, Any], folder: str, expected: dict[str, Any]) -> None:
    settings, notes = settings_of("contentctl.yml", data, folder)
    assert {key: settings.get(key) for key in expected} == expected
    made_up = [note.message for note in notes if "made up" in note.message]
    assert len(made_up) == 1
    assert all(key in made_up[0] for key in ("app_id", "stanza_prefix"))


def test_a_build_yml_of_some_other_program_is_none() -> None:
    assert settings_of("build.yml", {"name": "ci", "version": "1.0.0", "jobs": []}, "x") == ({}, [])


def test_schedules_go_by_their_type_and_then_by_their_name() -> None:
    schedules = {"Nightly Anomaly": ["TTP"], "One for TTP": [], "Baseline": []}
    assert default_schedules(schedules, by_name=True) == {
        "ttp": "Nightly Anomaly",
        "anomaly": "Nightly Anomaly",
        "baseline": "Baseline",
    }
    assert default_schedules(schedules, by_name=False) == {"ttp": "Nightly Anomaly"}


def test_an_own_schedule_says_for_which_type_it_is(folder: Folder) -> None:
    folder.edit("schedules/default_ttp.yml", "name: Default TTP", "default_for: [TTP]\nname: Whenever")
    (folder.root / "schedules/default_ttp.yml").rename(folder.root / "schedules/whenever.yml")
    loaded = folder.load()
    assert loaded.issues == []
    assert loaded.pack.schedule_of(loaded.pack.detections[0].model) is not None


def test_settings_that_only_add(folder: Folder) -> None:
    app = "app: {appid: their_app, title: Their App, version: 4.5.6, description: d, label: T, author_name: K}\n"
    folder.write("contentctl.yml", app)
    folder.write("storypack.yml", "version: 4.6.0\nlevels: [{rule: SP171, level: warning}]\n")
    loaded = folder.load()
    settings = loaded.pack.settings
    assert (settings.app_id, settings.version, settings.profile) == ("their_app", "4.6.0", "compatible")
    assert [issue.rule for issue in loaded.issues] == ["SP012"]
    folder.write("storypack.yml", "profile: house\ntitel: x\n")
    (wrong, _) = sorted(folder.load().issues, key=lambda issue: issue.rule)
    assert (wrong.rule, str(wrong.location)) == ("SP007", "storypack.yml:2:1")


def test_a_mistake_in_the_other_tool_s_file_is_placed_there(folder: Folder) -> None:
    folder.write("contentctl.yml", "app: {appid: a b, title: Their App, version: 4.5.6, description: d, label: T}\n")
    folder.write("storypack.yml", "author: Kim\n")
    (wrong,) = [issue for issue in folder.load().issues if issue.severity is Severity.ERROR]
    assert (wrong.location.file, wrong.key) == ("contentctl.yml", "app_id")


def test_content_in_a_folder_below(folder: Folder) -> None:
    (folder.root / "content").mkdir()
    for name in ("detections", "stories", "macros", "schedules"):
        (folder.root / name).rename(folder.root / "content" / name)
    (lost,) = folder.load().issues
    assert (lost.rule, lost.severity, lost.cure) == ("SP014", Severity.ERROR, "content_folder: content")
    assert "no detections under detections/" in lost.message
    folder.edit("storypack.yml", "app_id:", "content_folder: content\napp_id:")
    loaded = folder.load()
    assert (loaded.issues, [entry.path for entry in loaded.pack.detections]) == ([], [f"content/{DETECTION_FILE}"])


@pytest.mark.parametrize("path", ["..", "a/../b", "/etc", "a//b", "./a", ".", "a\\\\b"])
def test_a_content_folder_lies_in_the_pack(folder: Folder, path: str) -> None:
    folder.edit("storypack.yml", "app_id:", f'content_folder: "{path}"\napp_id:')
    assert "SP009" in [issue.rule for issue in folder.load().issues]


def test_a_folder_without_content(tmp_path: Path) -> None:
    pack = Folder(tmp_path)
    pack.write("contentctl.yml", "app: {appid: their_app, title: Their App}\n")
    assert [issue.rule for issue in load_pack(tmp_path).issues if issue.severity is Severity.ERROR] == ["SP014"]


def test_other_folders_are_named(older: Folder) -> None:
    older.write("playbooks/x.yml", "name: x\n")
    assert "SP015" not in [issue.rule for issue in older.load().issues], "in a pack of our own, anything may lie about"
    older.edit("storypack.yml", "app_id:", "profile: compatible\napp_id:")
    (named,) = [issue for issue in older.load().issues if issue.rule == "SP015"]
    assert (named.severity, "playbooks/" in named.message) == (Severity.NOTE, True)


def test_macros_and_lookups_of_a_template_are_known(older: Folder) -> None:
    older.edit("storypack.yml", "app_id:", "profile: compatible\napp_id:")
    older.write("app_template/default/macros.conf", "[theirs(1)]\nargs = x\ndefinition = search $x$\n")
    (brought,) = older.load().pack.settings.external_content
    assert (brought.macros, brought.lookups) == (["theirs(1)"], [])


# --- values


@pytest.mark.parametrize(
    ("path", "text", "key", "value", "message"),
    [
        ("macros/bare.yml", MACRO + "version: '5'\n", "version", 5, "read as the number 5"),
        (
            "lookups/seen.yml",
            "name: seen\ncollection: seen\nfields_list: _key, dest\ndefault_match: false\n",
            "default_match",
            "false",
            "",
        ),
        (
            "data_sources/odd_[v2] (x).yml",
            "name: Odd\nid: 00000000-0000-4000-8000-000000000001\nversion: 1\ndate: 2024-01-01\nauthor: K\n"
            "description: d\nsource: s\nsourcetype: t\nfields: _time, user\n",
            "fields",
            ["_time", "user"],
            "read as the list of _time, user",
        ),
    ],
)
def test_values_whose_meaning_is_clear(
    folder: Folder, path: str, text: str, key: str, value: Any, message: str
) -> None:
    folder.write(path, text)
    loaded = folder.load()
    model = next(entry.model for entry in loaded.pack.entries() if entry.path == path)
    assert getattr(model, key) == value
    notes = [issue for issue in of(loaded, path) if message in issue.message]
    assert notes
    assert {issue.severity for issue in of(loaded, path)} == {Severity.NOTE}


def test_a_value_of_the_current_format_is_no_older_format(folder: Folder) -> None:
    folder.edit("macros/ex_audit.yml", "version: 1", "version: '7'")
    (issue,) = folder.load().issues
    assert (issue.rule, issue.severity, issue.message) == ("SP012", Severity.NOTE, "read as the number 7")


@pytest.mark.parametrize("text", ["one", "1.0", "", "٣"])
def test_a_version_that_is_no_number_stays_wrong(folder: Folder, text: str) -> None:
    folder.edit("macros/ex_audit.yml", "version: 1", f"version: '{text}'")
    assert folder.only_issue().rule == "SP009"


def test_keys_under_other_names(older: Folder) -> None:
    older.edit(FILE, "data_source:", "data_sources:")
    older.edit(FILE, "  nist:\n", "  CVE: [CVE-2024-12345]\n  nist:\n")
    loaded = older.load()
    model = next(entry.model for entry in loaded.pack.detections if entry.path == FILE)
    assert (model.data_source, model.cve) == (["Example Audit"], ["CVE-2024-12345"])
    assert said(of(loaded, FILE)) == [("SP012", "note", "older format: `data_sources` is read as `data_source`")]


def test_keys_that_nothing_reads_are_warnings_in_older_formats(older: Folder) -> None:
    older.edit(FILE, "  nist:\n", "  severity: high\n  nist:\n")
    older.edit(FILE, "    source: aws_cloudtrail\n", "    source: aws_cloudtrail\n    colour: red\n")
    loaded = older.load()
    assert [entry.path for entry in loaded.pack.detections if entry.path == FILE] == [FILE]
    assert [(issue.rule, issue.severity, issue.key) for issue in of(loaded, FILE)] == [
        ("SP007", Severity.WARNING, "severity"),
        ("SP007", Severity.WARNING, "tests[0].attack_data[0].colour"),
    ]


def test_what_stays_wrong_names_the_age_of_the_format(older: Folder) -> None:
    older.edit(FILE, "status: production", "status: fine")
    (issue,) = of(older.load(), FILE)
    assert (issue.rule, issue.severity) == ("SP009", Severity.ERROR)
    assert issue.message.endswith("(read as a file of contentctl 5)")


def test_a_type_from_before_contentctl_is_told_as_such(older: Folder) -> None:
    older.edit(FILE, "type: TTP", "type: batch")
    (issue,) = of(older.load(), FILE)
    assert issue.rule == "SP009" and issue.message.endswith("(a file from before contentctl)")


def test_an_investigation_needs_what_its_search_names(folder: Folder) -> None:
    folder.write(
        "investigations/who.yml",
        "name: Who\nid: 00000000-0000-4000-8000-000000000001\nversion: 1\ndate: 2024-01-01\nauthor: K\ndescription: d\n"
        "type: Investigation\nsearch: index=x user=$user$ dest=$dest$\ntags: {analytic_story: [Example Story]}\n",
    )
    (entry,) = folder.load().pack.investigations
    assert entry.model.input_names == ["user", "dest"]


def test_keys_without_a_value_are_not_there(older: Folder) -> None:
    older.edit(FILE, "references:\n- https://example.com/backup\n", "references:\n")
    loaded = older.load()
    model = next(entry.model for entry in loaded.pack.detections if entry.path == FILE)
    assert (of(loaded, FILE), model.references) == ([], [])


def test_prose_with_the_backslashes_of_conf(older: Folder) -> None:
    older.edit(
        FILE,
        "how_to_implement: Collect the audit events.",
        "how_to_implement: |-\n  First.\\\n  In C:\\Temp\\ or so.\\\\",
    )
    loaded = older.load()
    model = next(entry.model for entry in loaded.pack.detections if entry.path == FILE)
    assert model.how_to_implement == "First.\nIn C:\\Temp\\ or so."
    assert [issue.severity for issue in of(loaded, FILE)] == [Severity.NOTE]


# --- contradictions


FINDING = (
    "finding:\n  title: User $user$ mounted backup $volume$ on $host$\n  entity: {field: user, type: user, score: 60}\n"
)


def test_two_findings_that_differ(older: Folder) -> None:
    older.edit(FILE, "rba:\n", f"{FINDING}rba:\n")
    loaded = older.load()
    (issue,) = [issue for issue in of(loaded, FILE) if issue.severity is Severity.ERROR]
    assert (issue.rule, issue.key) == ("SP013", "finding")
    assert "`finding.entity.score` is 60, and `rba` makes it 50" in issue.message
    assert FILE in loaded.pack.broken


def test_two_findings_that_agree(older: Folder) -> None:
    older.edit(FILE, "rba:\n", f"{FINDING.replace('60', '50')}rba:\n")
    assert of(older.load(), FILE) == []


def test_a_finding_that_rba_does_not_make(older: Folder) -> None:
    older.edit(FILE, "type: TTP", "type: Hunting")
    older.edit(FILE, "rba:\n", f"{FINDING}rba:\n")
    errors = [issue for issue in of(older.load(), FILE) if issue.severity is Severity.ERROR]
    assert ["and `rba` makes it absent" in issue.message for issue in errors] == [True]


def test_a_tag_and_a_key_that_differ(older: Folder) -> None:
    older.edit(FILE, "tags:\n", "security_domain: network\nmitre_attack_id: [T1537]\ntags:\n")
    (issue,) = of(older.load(), FILE)
    assert (issue.rule, issue.severity, issue.key) == ("SP013", Severity.ERROR, "security_domain")
    assert "`security_domain` is network, and `tags.security_domain` makes it threat" in issue.message


def test_findings_of_the_current_format_in_an_older_file(older: Folder) -> None:
    text = (older.root / FILE).read_text(encoding="utf-8")
    before, _, rest = text.partition("rba:\n")
    older.write(FILE, before + FINDING + "tags:\n" + rest.partition("tags:\n")[2])
    loaded = older.load()
    model = next(entry.model for entry in loaded.pack.detections if entry.path == FILE)
    assert (of(loaded, FILE), model.finding.entity.score, model.intermediate_findings) == ([], 60, None)


# --- alert actions


DEPLOYMENT = """\
name: Ours
id: 00000000-0000-4000-8000-000000000001
date: 2024-01-01
author: K
description: d
type: TTP
scheduling: {cron_schedule: 0 * * * *, earliest_time: -70m@m, latest_time: -10m@m, schedule_window: auto}
alert_action:
  notable: {rule_title: 'Ours: %name%', rule_description: '%description%', nes_fields: [user]}
  rba: {enabled: 'true'}
  email: {to: soc@example.com, subject: s, message: m}
  phantom: {cam_workers: '[1]', label: l, phantom_server: p, sensitivity: amber, severity: high}
  our_ticket: {queue: soc}
  bare:
  odd: text
"""


def test_actions_of_a_deployment(folder: Folder) -> None:
    folder.write("deployments/ours.yml", DEPLOYMENT)
    loaded = folder.load()
    (entry,) = [entry for entry in loaded.pack.schedules if entry.path == "deployments/ours.yml"]
    assert entry.model.default_for == ["TTP"]
    assert entry.model.actions == {
        "email": {"to": "soc@example.com", "subject.alert": "s", "message.alert": "m", "useNSSubject": True},
        "sendtophantom": {
            "_cam_workers": "[1]",
            "label": "l",
            "phantom_server": "p",
            "sensitivity": "amber",
            "severity": "high",
        },
        "our_ticket": {"queue": "soc"},
    }
    messages = " | ".join(issue.message for issue in of(loaded, "deployments/ours.yml"))
    assert "rule_title of `notable` are not used" in messages
    assert "the alert action `odd` has no parameters" in messages


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("type: TTP\n", "tags: {detection_name: Odd}\n", "it chooses searches by detection_name"),
        ("  bare:\n", "  suppress: {fields: [user], period: 1d}\n", "`suppress` of the deployment is left out"),
    ],
)
def test_what_a_deployment_cannot_do_here(folder: Folder, old: str, new: str, words: str) -> None:
    folder.write("deployments/ours.yml", DEPLOYMENT.replace(old, new))
    issues = of(folder.load(), "deployments/ours.yml")
    assert [issue.severity for issue in issues if words in issue.message] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("actions", "key"),
    [
        ("{e-mail: {to: x}}", "actions.e-mail"),
        ("{email: {'to]': x}}", "actions.email.to]"),
        ("{email: [x]}", "actions.email"),
        ("{email: true}", "actions.email"),
        ("{email: {to: [a, b]}}", "actions.email.to"),
        ('{email: {to: "C:\\\\"}}', "actions.email.to"),
        ('{email: {to: "C:\\\\ \\n[evil]"}}', "actions.email.to"),
        ('{email: {"to\\n[evil]": x}}', "actions.email"),
    ],
)
def test_actions_that_no_conf_can_carry(folder: Folder, actions: str, key: str) -> None:
    folder.edit(DETECTION_FILE, "asset_type: Disk", f"asset_type: Disk\nactions: {actions}")
    issues = folder.load().issues
    assert issues
    assert {issue.severity for issue in issues} == {Severity.ERROR}
    assert any(issue.key.startswith(key.partition("]")[0][:13]) for issue in issues), issues


# --- anything at all


KEYS = (
    *("name", "id", "version", "date", "type", "status", "tags", "rba", "finding", "intermediate_findings", "search"),
    *("threat_objects", "data_source", "data_sources", "CVE", "deployment", "scheduling", "alert_action", "tests"),
    *("lookup_type", "filename", "collection", "fields_list", "fields", "default_match", "match_type", "description"),
    *("references", "inputs", "steps", "product", "observable", "message", "security_domain", "risk_objects", "app"),
    *("build", "path", "content", "title", "label", "external_app_content", "content_prefix", "app_version"),
)
VALUES: tuple[Any, ...] = (
    *(None, 1, 1.0, True, "x", "5", "a.mlmodel", "../x", [], {}, [1], ["a"], [{}], {"a": 1}, {"type": "TTP"}),
    *([{"field": "user", "type": "user", "score": 5}], [{"name": 1, "role": ["Attacker"], "type": 3}]),
    *({"alert_action": {"email": {"to": ["a"]}, "notable": 3, "x": None}}, {"scheduling": {"cron_schedule": 1}}),
    {"detections": [{"path": 1}]},
)


def odd_object(random: Random, depth: int = 0) -> dict[str, Any]:
    made = {}
    for key in random.sample(KEYS, random.randint(0, 14)):
        deeper = depth < 2 and random.random() < 0.3
        made[key] = odd_object(random, depth + 1) if deeper else random.choice(VALUES)
    if random.random() < 0.5:
        made["type"] = random.choice(["TTP", "Anomaly", "Hunting", "Correlation"])
    return made


@pytest.mark.parametrize("seed", range(2))
def test_odd_values_are_issues(folder: Folder, seed: int) -> None:
    """No file of another tool, whatever is in it, brings the loader down or leaves the pack without its other files."""
    random = Random(seed)
    for number in range(15):
        for kind in KINDS:
            folder.write(f"{kind.folder}/odd_{number}.yml", json.dumps(odd_object(random)))
    folder.write("contentctl.yml", json.dumps(odd_object(random)))
    folder.write("storypack.yml", "author: Kim\n")
    loaded = folder.load()
    assert DETECTION_FILE in [entry.path for entry in loaded.pack.detections]
    assert len(loaded.files) > 15 * len(KINDS)
    assert all(issue.message and issue.location.file for issue in loaded.issues)
