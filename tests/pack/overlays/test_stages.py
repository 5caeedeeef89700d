"""Every stage sees the object that overlays changed, and says whose change it is."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from storypack.authoring.releasing.compare import compare
from storypack.authoring.selection import chosen_files
from storypack.checks.run import run_checks
from storypack.cli import main
from storypack.pack.load import load_pack
from tests.checks.example_pack import MACRO, ODD, SHARE, TODAY, check, variant, write
from tests.git import commit_all

OVERLAY = "overlays/odd.yml"
ODD_HEAD: dict[str, Any] = {"kind": "detection", "target": "Odd Upload", "reason": "Backups."}


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def overlay(**values: Any) -> Mapping[str, Any]:
    return {OVERLAY: {**ODD_HEAD, **values}}


@pytest.mark.parametrize(
    ("values", "rule", "key"),
    [
        ({"schedule": "weekly"}, "SP1", "weekly"),
        ({"schedule": {"cron_schedule": "61 * * * *"}}, "SP1", "61"),
        ({"actions": {"email": {"too": "soc@example.com"}}}, "SP158", "too"),
        ({"throttling": {"fields": ["usr"], "period": "4h"}}, "SP", "usr"),
        ({"filter": "search NOT user="}, "SP019", "cannot be read"),
        ({"filter": "lookup exf_nothing user"}, "SP210", "exf_nothing"),
    ],
)
def test_the_rules_see_what_an_overlay_says_and_where(
    values: Mapping[str, Any], rule: str, key: str, tmp_path: Path
) -> None:
    checked = check(tmp_path, overlay(**values))
    issues = [issue for issue in checked.issues if issue.rule.startswith(rule) and key in str(issue)]
    assert issues, checked.issues
    assert issues[0].location.file in (OVERLAY, ODD)
    assert issues[0].location.file == (ODD if rule == "SP210" else OVERLAY)  # where the search calls its filter macro


def test_only_names_what_an_overlay_changes_and_the_overlay_with_it(tmp_path: Path) -> None:
    pack = load_pack(write(tmp_path, variant(overlay(enabled=True)))).pack
    both = {OVERLAY, ODD}
    assert chosen_files(pack, [OVERLAY]) == both
    assert chosen_files(pack, ["Odd Upload"]) == both


def test_an_overlay_that_changed_or_went_reaches_what_it_changes(tmp_path: Path) -> None:
    folder = commit_all(write(tmp_path, variant(overlay(filter="search NOT user=backup"))))
    assert chosen_files(load_pack(folder).pack, ["changed"]) == frozenset()
    write(folder, overlay(filter="search NOT user=nobody"))
    assert {OVERLAY, ODD} <= (chosen_files(load_pack(folder).pack, ["changed"]) or set())
    (folder / OVERLAY).unlink()
    chosen = chosen_files(load_pack(folder).pack, ["changed"]) or set()
    assert ODD in chosen
    assert SHARE not in chosen


def test_another_overlay_asks_for_no_new_version_and_is_in_the_notes(tmp_path: Path) -> None:
    before = load_pack(write(tmp_path / "before", variant({}))).pack
    after = load_pack(write(tmp_path / "after", variant(overlay(throttling={"fields": ["user"], "period": "4h"})))).pack
    assert not [issue for issue in run_checks(after, TODAY, earlier=before).issues if issue.rule == "SP128"]
    (change,) = compare(before, after).changed
    assert (change.what, change.by_overlay) == (("throttling",), True)


def test_explain_says_what_comes_from_overlays(tmp_path: Path) -> None:
    macro = {"kind": "macro", "target": "exf_cloud", "reason": "Ours.", "definition": "index=cloud"}
    folder = write(tmp_path, variant({**overlay(enabled=True), "overlays/cloud.yml": macro}))
    text = run("explain", "odd_upload", "--pack", folder).stdout
    assert "overlay     overlays/odd.yml: enabled = true (Backups.)" in text
    assert 'overlay     overlays/cloud.yml: definition = "index=cloud" of macro exf_cloud (Ours.)' in text
    data = json.loads(run("explain", "odd_upload", "--pack", folder, "--format", "json").stdout)
    assert data["expanded"].startswith("index=cloud")
    assert [each["overlay"] for each in data["overlays"]] == [OVERLAY, "overlays/cloud.yml"]


def test_the_app_has_the_change_and_a_record_of_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", variant(overlay(enabled=True, filter="search NOT user=backup")))
    result = run("build", "--pack", folder, "--output", tmp_path / "out", "--format", "json")
    assert result.exit_code == 0, result.output
    built = json.loads(result.stdout)
    record = {
        "overlay": OVERLAY,
        "reason": "Backups.",
        "kind": "detection",
        "name": "Odd Upload",
        "values": {"enabled": True, "filter": "search NOT user=backup"},
    }
    assert built["overlays"] == [record]
    with tarfile.open(fileobj=io.BytesIO(Path(built["package"]).read_bytes())) as package:
        files = {
            name.partition("/")[2]: package.extractfile(name).read().decode()  # type: ignore[union-attr]
            for name in package.getnames()
            if name.endswith((".json", ".conf"))
        }
    assert json.loads(files["overlays.json"]) == [record]
    assert "[exf_odd_upload_filter]\ndefinition = search NOT user=backup" in files["default/macros.conf"]
    rule = files["default/savedsearches.conf"].partition("[EX - Odd Upload - Rule]")[2].partition("\n[")[0]
    assert "\ndisabled = 0\n" in rule


def test_nothing_that_was_kept_hides_an_overlay(tmp_path: Path) -> None:
    folder = write(tmp_path, variant({}))
    command = ("validate", "--pack", folder, "--format", "json")
    assert json.loads(run(*command).stdout)["issues"] == []
    write(folder, overlay(filter="lookup exf_nothing user"))
    issues = json.loads(run(*command).stdout)["issues"]
    assert any("exf_nothing" in each["message"] for each in issues)
    write(folder, overlay(filter="search NOT user=backup"))
    assert json.loads(run(*command).stdout)["issues"] == []


def test_content_elsewhere_has_its_overlays_beside_the_settings(tmp_path: Path) -> None:
    files = {path if path == "storypack.yml" else f"vendor/{path}": data for path, data in variant({}).items()}
    files["storypack.yml"]["content_folder"] = "vendor"
    folder = write(tmp_path, files | dict(overlay(enabled=True)))
    entry = next(entry for entry in load_pack(folder).pack.detections if entry.name == "Odd Upload")
    assert entry.model.enabled_by_default


def test_keep_going_leaves_out_what_an_overlay_broke(tmp_path: Path) -> None:
    folder = write(tmp_path / "pack", variant(overlay(schedule="weekly")))
    result = run("build", "--pack", folder, "--output", tmp_path / "out", "--keep-going", "--format", "json")
    assert result.exit_code == 1
    assert [each["file"] for each in json.loads(result.stdout)["left_out"]] == [ODD]


def test_a_macro_that_an_overlay_changes_reaches_its_searches(tmp_path: Path) -> None:
    macro = {"kind": "macro", "target": "exf_cloud", "reason": "Ours.", "definition": "index=cloud"}
    folder = commit_all(write(tmp_path, variant({})))
    write(folder, {"overlays/cloud.yml": macro})
    assert {MACRO, ODD, SHARE} <= (chosen_files(load_pack(folder).pack, ["changed"]) or set())
