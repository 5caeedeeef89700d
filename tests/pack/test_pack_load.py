"""Loading a folder: what is read, what is refused, and where issues point."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from storypack.issue import Severity
from storypack.pack import load_pack
from storypack.pack.files import Found
from storypack.pack.load import read_content
from tests.pack.example_pack import DETECTION, DETECTION_FILE, FILES, Folder

REPOSITORY = Path(__file__).parent.parent.parent


def test_a_complete_pack_has_no_issues(folder: Folder) -> None:
    loaded = folder.load()
    assert loaded.issues == []
    assert sorted(loaded.files) == sorted(FILES)
    assert [entry.name for entry in loaded.pack.detections] == ["Disk Copied Away"]
    assert loaded.pack.settings.app_id == "DA-ESS-Example"


def test_loading_twice_gives_the_same(folder: Folder) -> None:
    folder.write("detections/cloud/broken.yml", "name: [")
    folder.write("detections/cloud/again.yml", DETECTION.replace("score: 60", "score: sixty"))
    first, second = folder.load(), folder.load()
    assert first.issues == second.issues
    assert first.files == second.files


def test_one_broken_file_does_not_hide_another(folder: Folder) -> None:
    folder.write("detections/cloud/one.yml", "")
    folder.write("detections/cloud/two.yml", "- a list")
    folder.write("macros/three.yml", "name: x\nname: y\n")
    loaded = folder.load()
    assert {issue.location.file for issue in loaded.issues} == {
        "detections/cloud/one.yml",
        "detections/cloud/two.yml",
        "macros/three.yml",
    }
    assert [entry.name for entry in loaded.pack.detections] == ["Disk Copied Away"]
    assert set(loaded.pack.broken) == {issue.location.file for issue in loaded.issues}


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "column", "key", "words"),
    [
        ("score: 60", "score: sixty", "SP009", 18, 44, "finding.entity.score", "must be a whole number, not text"),
        ("score: 60", "score: 6.5", "SP009", 18, 44, "finding.entity.score", "a whole number, not a number (6.5)"),
        ("{field: user, ", "{", "SP008", 18, 3, "finding.entity.field", "is missing"),
        ("{field: user, ", "{feild: user, field: x, ", "SP007", 18, 12, "finding.entity.feild", "unknown key"),
        (
            "    sourcetype: example:audit",
            "    sourcetype: [example:audit]",
            "SP009",
            27,
            17,
            "tests[0].attack_data[0].sourcetype",
            "must be text, not a list",
        ),
        ("category: cloud", "category: clouds", "SP009", 22, 11, "category", "which is not one of application, cloud"),
        ("2026-11-01", "1.11.2026", "SP009", 4, 16, "creation_date", "is not a date"),
        ("2026-11-01", "2026-02-30", "SP009", 4, 16, "creation_date", "not a day that exists"),
        ("version: 1", "version: '1.0'", "SP009", 3, 10, "version", "must be a whole number, not text"),
        ("asset_type: Disk", "asset_type:", "SP009", 20, 12, "asset_type", "has no value; it must be text"),
        ("asset_type: Disk", "asset_type: true", "SP009", 20, 13, "asset_type", "must be text, not true"),
        ("[T1537]", "T1537", "SP009", 21, 18, "mitre_attack_id", "must be a list, not text"),
        ("author: A. Author\n", "", "SP008", 1, 1, "author", "`author` is missing"),
        ("author: A. Author", "author: ''", "SP009", 6, 9, "author", "is empty"),
        ("name: Disk Copied Away", "name: Disk [Copied]", "SP009", 1, 7, "name", "may hold only letters"),
        ("11111111-1111", "1111", "SP009", 2, 5, "id", "is not a UUID"),
        ("expected_results: 1", "expected_results: -1", "SP009", 28, 21, "tests[0].expected_results", "at least 0"),
        (
            "asset_type: Disk",
            "enabled_by_default: yes\nasset_type: Disk",
            "SP009",
            20,
            21,
            "enabled_by_default",
            "true",
        ),
        ("asset_type: Disk", "schedule: {cron: x}\nasset_type: Disk", "SP007", 20, 12, "schedule.cron", "unknown key"),
        ("asset_type: Disk", "schedule: 5\nasset_type: Disk", "SP009", 20, 11, "schedule", "must be text"),
    ],
)
def test_a_wrong_value_is_located(
    folder: Folder, old: str, new: str, rule: str, line: int, column: int, key: str, words: str
) -> None:
    folder.edit(DETECTION_FILE, old, new)
    issues = [issue for issue in folder.load().issues if issue.key == key]
    assert len(issues) == 1, folder.load().issues
    issue = issues[0]
    assert (issue.rule, issue.severity, issue.location.file) == (rule, Severity.ERROR, DETECTION_FILE)
    assert words in issue.message
    assert (issue.location.line, issue.location.column) == (line, column)
    for jargon in ("pydantic", "input should", "http", "constrained", "function-", "type="):
        assert jargon not in (issue.message + issue.cure).lower()


@pytest.mark.parametrize(
    ("old", "new", "cure"),
    [
        ("mitre_attack_id", "mitre_atack_id", "did you mean `mitre_attack_id`?"),
        ("{field: user, ", "{Field: user, ", "did you mean `field`?"),
        ("category: cloud", "category: clowd", "did you mean `cloud`?"),
        ("asset_type: Disk", "asset_type: 1.10", 'put it in quotes: "1.1"'),
        ("asset_type: Disk", "enabled_by_default: no\nasset_type: Disk", "write false"),
        ("type: user, ", "type: user, colour: red, ", "known keys here: field, type, score"),
    ],
)
def test_cures(folder: Folder, old: str, new: str, cure: str) -> None:
    folder.edit(DETECTION_FILE, old, new)
    assert cure in {issue.cure for issue in folder.load().issues}


def test_all_problems_of_a_file_come_at_once(folder: Folder) -> None:
    folder.edit(DETECTION_FILE, "score: 60", "score: x")
    folder.edit(DETECTION_FILE, "category: cloud", "category: fog")
    folder.edit(DETECTION_FILE, "asset_type", "aset_type")
    keys = {issue.key for issue in folder.load().issues}
    assert keys == {"finding.entity.score", "category", "aset_type", "asset_type"}


def test_a_folder_that_is_no_pack(tmp_path: Path) -> None:
    loaded = load_pack(tmp_path)
    assert [issue.rule for issue in loaded.issues] == ["SP011"]
    assert "--pack" in loaded.issues[0].cure
    assert loaded.files == ()
    assert load_pack(tmp_path / "nowhere").issues[0].rule == "SP011"


def test_wrong_settings(folder: Folder) -> None:
    folder.edit("storypack.yml", "version: 1.2.3", "version: 1.2")
    issue = folder.only_issue()
    assert (issue.rule, issue.key, str(issue.location)) == ("SP009", "version", "storypack.yml:3:10")
    assert issue.cure == 'put it in quotes: "1.2"'


def test_one_wrong_setting_leaves_the_others(folder: Folder) -> None:
    folder.edit("storypack.yml", "version: 1.2.3", "version: 1.2.3.4\nnonsense: x\nschedules: {ttp: [x]}")
    loaded = folder.load()
    assert [issue.key for issue in loaded.issues] == ["version", "nonsense", "schedules.ttp"]
    settings = loaded.pack.settings
    assert (settings.app_id, settings.macro_prefix, settings.version) == ("DA-ESS-Example", "ex_", "0.0.0")
    assert settings.schedules.ttp == "default_ttp"


SETTINGS_THAT_NO_APP_CAN_HAVE = {
    "app_id": ["my app", "1app", "app.", "app.tar", "app.tar.gz", "my.TGZ", "app.spl", "con", "LPT1", "é", "a", "../a"],
    "title": ["Four", "A" * 81, "Splunk for Exfiltration", '"First line\\nsecond line"', '"     x     "'],
    "version": ["1.0", "01.0.0", "1.0.0-beta", "v1.0.0", "1.0.0.0", "١.٢.٣", "1.0.9999999999"],
    "author": ["C:\\\\", '"A\\nB"', '" "'],
    "company": ['"A\\r\\nB"'],
    "email": ["nobody", "a b@example.com", "Jane <jane@example.com>"],
    "license": ['"MIT\\nor so"'],
    "min_splunk_version": ["nine", "'>=9.0'", '"9.0\\n"', "9.0.x"],
    "stanza_prefix": ['" EX"', "EX]", '"E\\nX"', "EX - a prefix of so many words that no room is left for the names"],
    "macro_prefix": ["ex-", "ex x", "'`'"],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in SETTINGS_THAT_NO_APP_CAN_HAVE.items() for value in values]
)
def test_settings_that_no_app_can_have(folder: Folder, key: str, value: str) -> None:
    lines = [line for line in FILES["storypack.yml"].splitlines() if not line.startswith(f"{key}:")]
    folder.write("storypack.yml", "\n".join([*lines, f"{key}: {value}"]) + "\n")
    (issue,) = [each for each in folder.load().issues if each.rule == "SP009"]
    assert (issue.key, str(issue.location)) == (key, f"storypack.yml:{len(lines) + 1}:{len(key) + 3}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "Fives"),
        ("title", "Ä" * 80),
        ("app_id", "app_2.tar_"),
        ("app_id", "console"),
        ("version", "10.0.20"),
        ("min_splunk_version", "'9.1'"),
        ("min_splunk_version", "9.1.2312.100"),
        ("email", "soc@example.com"),
    ],
)
def test_settings_that_an_app_can_have(folder: Folder, key: str, value: str) -> None:
    lines = [line for line in FILES["storypack.yml"].splitlines() if not line.startswith(f"{key}:")]
    folder.write("storypack.yml", "\n".join([*lines, f"{key}: {value}"]) + "\n")
    assert folder.load().issues == []


def test_files_that_are_not_content(folder: Folder) -> None:
    folder.write("detections/cloud/old.yml.bak", "x")
    folder.write("detections/README.md", "x")
    folder.write("detections/.gitkeep", "")
    folder.write("lookups/list.csv", "a\n1\n")
    folder.write("macros/list.csv", "a\n1\n")
    issues = folder.load().issues
    assert {(issue.rule, issue.severity, issue.location.file) for issue in issues} == {
        ("SP010", Severity.WARNING, "detections/cloud/old.yml.bak"),
        ("SP010", Severity.WARNING, "macros/list.csv"),
    }


def test_both_suffixes_are_read(folder: Folder) -> None:
    folder.write("macros/other.yaml", FILES["macros/ex_audit.yml"].replace("ex_audit", "other"))
    assert {entry.name for entry in folder.load().pack.macros} == {"ex_audit", "other"}


def test_what_a_worker_sends_back_can_be_pickled(folder: Folder) -> None:
    folder.edit(DETECTION_FILE, "score: 60", "score: x")
    for path, kind in ((DETECTION_FILE, "detections"), ("macros/ex_audit.yml", "macros")):
        read = read_content(folder.root, Found(path, kind))
        again = pickle.loads(pickle.dumps(read))
        assert again.data and (again.data, again.issues) == (read.data, read.issues)
        assert again.source.location(("name",)) == read.source.location(("name",))


def test_lookups_of_each_type(folder: Folder) -> None:
    common = FILES["macros/ex_audit.yml"].replace("definition: index=main\n", "").split("\n", 1)[1]
    folder.write("lookups/a.yml", f"name: a\n{common}lookup_type: csv\nmatch_type: [WILDCARD(x)]\n")
    folder.write("lookups/b.yml", f"name: b\n{common}lookup_type: kvstore\nfields: [_key, x]\n")
    folder.write("lookups/c.yml", f"name: c\n{common}lookup_type: external\napp: Splunk_SA_CIM\n")
    loaded = folder.load()
    assert loaded.issues == []
    assert [entry.model.lookup_type for entry in loaded.pack.lookups] == ["csv", "kvstore", "external"]
    folder.write("lookups/d.yml", f"name: d\n{common}lookup_type: kv\n")
    folder.write("lookups/e.yml", f"name: e\n{common}fields: [x]\n")
    folder.write("lookups/f.yml", f"name: f\n{common}lookup_type: kvstore\nfields: [x]\nfield_typs: {{}}\n")
    found = {issue.location.file: issue for issue in folder.load().issues if issue.rule != "SP012"}
    assert found["lookups/d.yml"].key == "lookup_type"
    assert found["lookups/d.yml"].location.line == 8
    assert "one of csv, kvstore, external" in found["lookups/d.yml"].message
    assert found["lookups/e.yml"].message == "`lookup_type` is missing"
    assert found["lookups/f.yml"].cure == "did you mean `field_types`?"


def test_this_repositorys_own_pack_loads() -> None:
    """Content is checked by `validate`; here only that the loader itself has nothing to say about settings."""
    loaded = load_pack(REPOSITORY)
    assert loaded.pack.settings.app_id == "DA-ESS-DataExfiltration"
    assert [issue for issue in loaded.issues if issue.location.file.startswith(("storypack.yml", "schedules/"))] == []
    defaults = loaded.pack.settings.schedules
    for name in (defaults.ttp, defaults.anomaly, defaults.hunting, defaults.correlation, defaults.baseline):
        assert name in loaded.pack.schedule_named
