"""Files of the current public format and of two older ones load as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storypack.app_build.lookups import lookup_file
from storypack.issue import Issue, Severity
from storypack.pack.adapters import adapt
from storypack.pack.models import CsvLookup, Detection
from tests.pack.example_pack import COMMON, Folder

FORMATS = Path(__file__).parent / "formats"
FILE = "detections/cloud/backup_volume_mounted_by_stranger.yml"


@pytest.fixture
def load(folder: Folder) -> Callable[[str], tuple[Detection, list[Issue]]]:
    """Load a detection of formats/ among the example pack."""

    def loaded(name: str, *edits: tuple[str, str]) -> tuple[Detection, list[Issue]]:
        folder.write(FILE, (FORMATS / name / "detection.yml").read_bytes())
        for old, new in edits:
            folder.edit(FILE, old, new)
        result = folder.load()
        issues = [issue for issue in result.issues if issue.location.file == FILE]
        assert [issue for issue in issues if issue.severity is Severity.ERROR] == []
        return next(entry.model for entry in result.pack.detections if entry.path == FILE), issues

    return loaded


def test_the_current_format(load: Callable[..., Any]) -> None:
    detection, issues = load("current")
    assert issues == []
    assert detection.data_sources == ["AWS CloudTrail CreateVolume", "AWS CloudTrail AttachVolume", "Example Audit"]
    assert [test.test_type for test in detection.tests] == ["unit", "experimental"]
    assert detection.deprecation_info.replacement_content == ["Something Better"]
    assert adapt("detections", {"name": "x", "creation_date": "2026-11-22"}, "x", "cloud") is None


def test_a_ttp_of_version_5(load: Callable[..., Any]) -> None:
    detection, issues = load("v5")
    assert issues == []
    assert detection.finding.model_dump() == {
        "title": "User $user$ mounted backup $volume$ on $host$",
        "entity": {"field": "user", "type": "user", "score": 50},
        "severity": None,
    }
    message = "User $user$ mounted backup $volume$ on $host$"
    assert [entity.model_dump() for entity in detection.intermediate_findings.entities] == [
        {"field": "host", "type": "system", "score": 30, "message": message},
        {"field": "account", "type": "other", "score": 10, "message": message},
    ]
    assert [(item.field, item.type) for item in detection.threat_objects] == [("volume", "file_name")]
    assert detection.creation_date == detection.modification_date
    assert (detection.category, detection.threat_group) == ("cloud", ["Example Group"])
    assert detection.throttling.period == "3600s"
    assert detection.tests[0].attack_data[0].index == "test"
    assert detection.tests[0].test_type == "unit"


def test_an_anomaly_of_version_4(load: Callable[..., Any]) -> None:
    detection, issues = load("v4")
    assert issues == []
    assert detection.finding is None
    assert [(item.field, item.type, item.score) for item in detection.intermediate_findings.entities] == [
        ("user", "user", 48),
        ("host", "system", 48),
        ("bucket", "other", 48),
    ]
    assert {item.message for item in detection.intermediate_findings.entities} == {
        "User $user$ mounted a backup from $src$"
    }
    assert [(item.field, item.type) for item in detection.threat_objects] == [("src", "ip_address")]
    assert detection.product == ["Splunk Enterprise"]


def test_the_score_of_version_4_is_confidence_times_impact(load: Callable[..., Any]) -> None:
    detection, _ = load("v4", ("  risk_score: 48\n", ""))
    assert detection.intermediate_findings.entities[0].score == 48
    detection, _ = load("v4", ("  risk_score: 48\n", ""), ("confidence: 80", "confidence: 50"))
    assert detection.intermediate_findings.entities[0].score == 30


@pytest.mark.parametrize(
    ("name", "edits", "words"),
    [
        ("v5", [("type: TTP", "type: Correlation")], "names no entity for a Correlation"),
        ("v5", [("field: account\n    type: other", "field: account\n    type: user")], "(user, account)"),
        ("v5", [("field: user\n    type: user", "field: user\n    type: other")], "(host, user, account)"),
        ("v5", [("type: TTP", "type: Hunting")], "Hunting makes no findings"),
        ("v5", [("data_source:\n- Example Audit\n", "")], "names no data source"),
        ("v4", [("type: IP Address", "type: Weather")], "`Weather` has no counterpart"),
        ("v4", [("type: Anomaly", "type: Correlation")], "names no entity for a Correlation"),
    ],
)
def test_what_a_human_must_decide(
    load: Callable[..., Any], name: str, edits: list[tuple[str, str]], words: str
) -> None:
    _, issues = load(name, *edits)
    assert [(issue.rule, issue.severity) for issue in issues] == [("SP012", Severity.WARNING)]
    assert words in issues[0].message
    assert issues[0].location.line > 0


def test_a_chosen_entity_is_the_first_user(load: Callable[..., Any]) -> None:
    detection, _ = load("v5", ("field: account\n    type: other", "field: account\n    type: user"))
    assert detection.finding.entity.field == "user"
    detection, _ = load("v5", ("field: user\n    type: user", "field: user\n    type: other"))
    assert detection.finding.entity.field == "host"


def test_manual_tests_become_experimental(load: Callable[..., Any]) -> None:
    detection, _ = load("v5", ("  nist:\n", "  manual_test: needs a lab\n  nist:\n"))
    assert [(test.test_type, test.reason) for test in detection.tests] == [("experimental", "needs a lab")]


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "line"),
    [
        ("v5", "score: 50", "score: high", "finding.entity.score", 25),
        ("v5", "score: 10", "score: low", "intermediate_findings.entities[1].score", 28),
        ("v5", "  message: User", "  message: [User]\n  massage: User", "finding.title", 18),
        ("v5", "date: '2025-03-25'", "date: '25.3.2025'", "creation_date", 5),
        ("v5", "  asset_type: AWS Account", "  asset_type: 5", "asset_type", 35),
        ("v5", "  asset_type: AWS Account", "  aset_type: X", "aset_type", 35),
        ("v4", "  - name: host\n", "  - name: 5\n", "intermediate_findings.entities[1].field", 30),
    ],
)
def test_errors_point_into_the_file_as_it_is(
    folder: Folder, name: str, old: str, new: str, key: str, line: int
) -> None:
    folder.write(FILE, (FORMATS / name / "detection.yml").read_bytes())
    folder.edit(FILE, old, new)
    found = [issue for issue in folder.load().issues if issue.key == key]
    assert len(found) == 1, folder.load().issues
    assert found[0].location.line == line


def test_adapters_leave_their_input_alone() -> None:
    from storypack.pack.yaml import parse

    for name in ("v4", "v5"):
        text = (FORMATS / name / "detection.yml").read_text(encoding="utf-8")
        data = parse(text)[0]
        adapt("detections", data, "x", "cloud")
        assert data == parse(text)[0]


@pytest.mark.parametrize("tags", [None, [], "x", 5, {}, {"observable": 3}, {"observable": ["x", {}], "message": []}])
@pytest.mark.parametrize("rba", [None, [], "x", {}, {"risk_objects": "x"}, {"risk_objects": [1, {}]}])
@pytest.mark.parametrize("kind", ["TTP", "Anomaly", "Hunting", "Correlation", 7])
def test_shapes_that_nobody_expects_do_no_harm(tags: Any, rba: Any, kind: Any, folder: Folder) -> None:
    data = {"name": "x", "type": kind, "tags": tags, "rba": rba, "date": [], "tests": ["x", {"attack_data": [3]}]}
    assert adapt("detections", data, "x", "cloud") is not None
    for other in ("stories", "baselines", "macros", "lookups", "data_sources", "investigations", "schedules"):
        assert adapt(other, {**data, "scheduling": tags, "deployment": rba}, "x", other) is not None


OLD_COMMON = COMMON.format(id="55555555-5555-4555-8555-555555555555").replace(
    "creation_date: 2026-11-01\nmodification_date: '2026-11-22'\n", "date: '2024-05-01'\n"
)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "stories/old_story.yml",
            "narrative: Long.\n"
            "tags:\n  category: [Malware]\n  product: [Splunk Cloud]\n  usecase: Compliance\n  group: [G]\n",
            {"category": ["Malware"], "usecase": "Compliance", "threat_group": ["G"], "status": "production"},
        ),
        (
            "baselines/old_story.yml",
            "type: Baseline\nsearch: index=x\nhow_to_implement: So.\nknown_false_positives: None.\n"
            "tags:\n  analytic_story: [S]\n  detections: [D]\n  product: [Splunk Cloud]\n  security_domain: network\n"
            "deployment:\n  scheduling: {cron_schedule: 0 2 * * *, earliest_time: -1d, latest_time: now,"
            " schedule_window: auto}\n",
            {"security_domain": "network", "analytic_story": ["S"]},
        ),
        ("lookups/old_story.yml", "lookup_type: csv\nmatch_type: [CIDR(ip)]\n", {"match_type": ["CIDR(ip)"]}),
        (
            "lookups/old_story.yml",
            "collection: c\nfields_list: _key, a, b\nmatch_type: WILDCARD(a), CIDR(b)\ncase_sensitive_match: 'false'\n",
            {
                "lookup_type": "kvstore",
                "fields": ["_key", "a", "b"],
                "match_type": ["WILDCARD(a)", "CIDR(b)"],
                "case_sensitive_match": False,
            },
        ),
        ("lookups/old_story.yml", "filename: old_story.csv\n", {"lookup_type": "csv", "filename": "old_story.csv"}),
        (
            "lookups/old_story.yml",
            "lookup_type: csv\ndefault_match: false\nmin_matches: 1\ncase_sensitive_match: false\n",
            {"default_match": "false", "min_matches": 1, "case_sensitive_match": False},
        ),
        ("macros/old_story.yml", "definition: index=x\narguments: [a]\n", {"arguments": ["a"]}),
        (
            "data_sources/old_story.yml",
            "source: s\nsourcetype: t\nseparator: eventName\nsupported_TA:\n"
            "- {name: A, url: https://example.com, version: 1.0.0}\nfields: [a]\n",
            {"sourcetype": "t", "fields": ["a"]},
        ),
        (
            "schedules/old_story.yml",
            "type: TTP\nscheduling: {cron_schedule: 0 2 * * *, earliest_time: -1d, latest_time: now,"
            " schedule_window: auto}\nalert_action: {notable: {}}\ntags: {type: TTP}\n",
            {"cron_schedule": "0 2 * * *", "latest_time": "now"},
        ),
        (
            "investigations/old_story.yml",
            "type: Investigation\nsearch: index=x\nhow_to_implement: So.\nknown_false_positives: None.\n"
            "status: production\n"
            "tags:\n  analytic_story: [S]\n  product: [Splunk Phantom]\n  security_domain: network\n",
            {"analytic_story": ["S"]},
        ),
    ],
)
def test_other_kinds_of_older_formats(folder: Folder, path: str, text: str, expected: dict[str, Any]) -> None:
    folder.write(path, f"name: {'Old Story' if path.startswith('stor') else 'old_story'}\n{OLD_COMMON}{text}")
    loaded = folder.load()
    assert [issue for issue in loaded.issues if issue.severity is Severity.ERROR] == []
    entry = next(entry for entry in loaded.pack.entries() if entry.path == path)
    assert {key: getattr(entry.model, key) for key in expected} == expected


@pytest.mark.parametrize(("date", "dated"), [("", False), ("date: '2026-01-02'\n", True)])
def test_a_lookup_from_before_lookups_had_dates_keeps_the_name_of_its_file(
    folder: Folder, date: str, dated: bool
) -> None:
    folder.write("lookups/old_list.yml", f"name: old_list\ndescription: x\nfilename: names_v2.csv\n{date}")
    folder.write("lookups/names_v2.csv", "user\nkim\n")
    model = folder.load().pack.lookup_named["old_list"].model
    assert isinstance(model, CsvLookup) and model.dated_file is dated
    assert lookup_file(folder.load().pack.settings, model) == ("names_v2_20260102.csv" if dated else "names_v2.csv")


def test_a_bare_macro_gets_the_same_identity_every_time(folder: Folder) -> None:
    folder.write("macros/bare.yml", "name: bare\ndefinition: index=x\n")
    first, second = folder.load(), folder.load()
    assert [issue.rule for issue in first.issues] == ["SP012"]
    assert first.pack.macro_named["bare"].model == second.pack.macro_named["bare"].model


CONTENTCTL = """\
path: .
app:
  uid: 3449
  appid: DA-ESS-Other
  title: Other
  version: 4.5.6
  description: Their app.
  prefix: OTHER
  label: OTHER
  author_name: Somebody
  author_email: somebody@example.com
  author_company: Example
mode: {}
"""
BUILD = """\
id: DA-ESS-Other
label: Other
app_version: 4.5.6
description: Their app.
content_prefix: OTHER
author: Somebody
author_email: somebody@example.com
external_app_content:
- app_name: Splunk_SA_CIM
  macros: [drop_dm_object_name]
  lookups: []
"""


@pytest.mark.parametrize(("file", "text"), [("contentctl.yml", CONTENTCTL), ("build.yml", BUILD)])
def test_a_repository_of_another_tool_is_a_pack(folder: Folder, file: str, text: str) -> None:
    (folder.root / "storypack.yml").unlink()
    folder.write(file, text)
    (folder.root / "schedules/default_ttp.yml").rename(folder.write("deployments/x.yml", ""))
    folder.edit("deployments/x.yml", "name: Default TTP", "name: Other Default Configuration TTP")
    loaded = folder.load()
    assert [(issue.rule, issue.severity, issue.location.file) for issue in loaded.issues] == [
        ("SP012", Severity.NOTE, file)
    ]
    settings = loaded.pack.settings
    assert (settings.app_id, settings.version, settings.stanza_prefix) == ("DA-ESS-Other", "4.5.6", "OTHER")
    assert settings.schedules.ttp == "Other Default Configuration TTP"
    found = loaded.pack.schedule_of(loaded.pack.detections[0].model)
    assert found is not None
    assert found.cron_schedule == "0 * * * *"


def test_storypacks_own_settings_win(folder: Folder) -> None:
    folder.write("contentctl.yml", "[")
    assert folder.load().issues == []


@pytest.mark.parametrize("text", ["{}", "app: x", "app: []", "external_app_content: [x]"])
@pytest.mark.parametrize("file", ["contentctl.yml", "build.yml"])
def test_settings_of_another_tool_that_say_nothing(folder: Folder, file: str, text: str) -> None:
    (folder.root / "storypack.yml").unlink()
    folder.write(file, text)
    assert {issue.location.file for issue in folder.load().issues} == {file}
