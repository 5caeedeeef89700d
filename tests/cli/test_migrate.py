"""`storypack migrate` on packs of older formats: the app of a pack is the same before and after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.app_build.compare import differences
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.cli import main
from storypack.pack.load import load_pack
from tests.app_build import other_tools
from tests.app_build.other_tools import Files
from tests.git import commit_all, git

OLD_PACK = Path(__file__).parents[1] / "fixtures/old_pack"
BUCKET = "detections/cloud/example_bucket_made_public.yml"

HEAD = """\
name: {name}
id: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a{number:04}
version: 1
date: '2021-02-03'
author: Ann Example
status: production
description: What it is about.
"""
SEARCH = """\
search: '`example_cloud` action=list | stats count by user | `{stem}_filter`'
how_to_implement: Collect the events.
known_false_positives: Few.
references: []
"""
TAGS = """\
tags:
  analytic_story: [Example Data Loss]
  asset_type: Cloud Storage
  mitre_attack_id: [T1530]
  product: [Splunk Enterprise, Splunk Security Analytics for AWS]
  security_domain: threat
"""
HUNT = HEAD.format(name="Example Hunt", number=50) + "type: Hunting\n" + SEARCH.format(stem="example_hunt") + TAGS
HUNT_FOUR = HUNT + "  confidence: 10\n  impact: 10\n  message: not used\n  required_fields: [_time]\n"
TWO_ENTITIES = (
    HEAD.format(name="Example Two", number=51)
    + "type: TTP\n"
    + SEARCH.format(stem="example_two")
    + "rba:\n  message: $src$ to $dest$\n  risk_objects:\n  - {field: src, type: system, score: 5}\n"
    + "  - {field: dest, type: system, score: 6}\n  threat_objects: []\n"
    + TAGS
    + "deployment:\n  scheduling:\n    cron_schedule: 5 * * * *\n    earliest_time: -2h@h\n    latest_time: now\n"
    + "our_ticket: ABC-1\n"
)
BASELINE = (
    HEAD.format(name="Example Normal", number=52)
    + "type: Baseline\nsearch: '`example_cloud` | stats count by user | outputlookup example_normal'\n"
    + "how_to_implement: Run it.\nknown_false_positives: None.\n"
    + "tags:\n  analytic_story: [Example Data Loss]\n  detections: [Example Two]\n  security_domain: threat\n"
    + "deployment:\n  scheduling:\n    cron_schedule: 0 3 * * *\n    earliest_time: -7d@d\n    latest_time: '@d'\n"
)
KVSTORE = "name: example_normal\ncollection: example_normal\nfields_list: user, count\ndescription: What is normal.\n"
SLACK = (
    "name: Example Slack\nid: 7f7f5c02-4b0e-4a5c-8c39-2d5f2f9a0053\ndate: 2021-02-03\nauthor: A\ndescription: D.\n"
    "scheduling:\n  cron_schedule: 0 5 * * *\n  earliest_time: -1d@d\n  latest_time: '@d'\n"
    "alert_action:\n  slack:\n    channel: '#soc'\n    message: $result.user$\ntags:\n  type: Hunting\n"
)
MORE = {
    "detections/cloud/example_hunt.yml": HUNT,
    "detections/endpoint/example_two.yml": TWO_ENTITIES,
    "baselines/example_normal.yml": BASELINE,
    "lookups/example_normal.yml": KVSTORE,
    "deployments/02_slack.yml": SLACK,
    "deployments/03_baseline.yml": SLACK.replace("0053", "0054")
    .replace("Hunting", "Baseline")
    .replace("Slack", "Base"),
}
VERSION_3 = "build:\n  name: ExampleApp\n  title: Example App\n  prefix: EXC\n  version: 1.0.0\n  description: D.\n"
OF_NG = "id: ExampleApp\nlabel: Example App\ncontent_prefix: EXC\napp_version: 1.0.0\ndescription: D.\nauthor: A\n"
NAMELESS = "path: .\napp:\n  version: 1.0.0\n"
PACKS: Mapping[str, Mapping[str, str | None]] = {
    "version 5": {},
    "version 5 with all kinds": MORE,
    "version 4": {**MORE, BUCKET: None, "detections/cloud/example_hunt.yml": HUNT_FOUR},
    "version 3": {**MORE, "contentctl.yml": VERSION_3},
    "settings made up from the folder's name": {"contentctl.yml": NAMELESS},
    "contentctl-ng": {"contentctl.yml": None, "build.yml": OF_NG},
}


def old_pack(folder: Path, edits: Mapping[str, str | None]) -> Path:
    """The old pack of the fixtures, with these files; None = without it."""
    pack = folder / "our_pack"
    shutil.copytree(OLD_PACK, pack)
    for path, text in edits.items():
        if text is None:
            (pack / path).unlink()
        else:
            (pack / path).parent.mkdir(exist_ok=True)  # git keeps no empty folders
            (pack / path).write_text(text, encoding="utf-8")
    return pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return old_pack(tmp_path, {})


def migrate(pack: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["migrate", "--pack", str(pack), *arguments])


def app(pack: Path) -> Mapping[str, bytes]:
    return app_tree(app_content(load_pack(pack).pack), tactics_of).files


def older(pack: Path) -> list[str]:
    """The content files that are still read as of an older format."""
    result = CliRunner().invoke(main, ["validate", "--pack", str(pack), "--format", "json", "--no-cache"])
    issues = json.loads(result.stdout)["issues"]
    files = {issue["file"].removeprefix(f"{pack}/") for issue in issues if issue["rule"] == "SP012"}
    return sorted(files - {"contentctl.yml"})


@pytest.mark.parametrize("edits", PACKS.values(), ids=PACKS)
def test_the_app_stays_the_same(edits: Mapping[str, str | None], tmp_path: Path) -> None:
    pack = old_pack(tmp_path, edits)
    before = app(pack)
    assert "the app stays the same" in migrate(pack, "--write", "--force", "--no-diff").stdout
    assert list(differences(before, app(pack))) == []
    again = migrate(pack)
    assert again.stdout == f"{len(load_pack(pack).files) - 1} files: 0 would change\n"


@pytest.mark.parametrize("make", other_tools.PACKS, ids=lambda make: make.__name__)
def test_the_app_of_each_kind_of_repository_stays_the_same(make: Callable[[], Files], tmp_path: Path) -> None:
    pack = tmp_path / "acme_pack"
    for path, content in make().items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = app(pack)
    assert "the app stays the same" in migrate(pack, "--write", "--force", "--no-diff").stdout
    assert list(differences(before, app(pack))) == []
    assert migrate(pack).stdout.endswith(" files: 0 would change\n")


def test_without_write_nothing_is_written(pack: Path) -> None:
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    result = migrate(pack)
    assert result.exit_code == 0
    assert f"--- a/{BUCKET}\n+++ b/{BUCKET}\n" in result.stdout
    assert "-rba:\n" in result.stdout and "+finding:\n" in result.stdout
    assert "the app stays the same" in result.stdout
    assert "9 files: 9 would change; --write rewrites them\n" in result.stdout
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_decisions_are_told(tmp_path: Path) -> None:
    pack = old_pack(tmp_path, MORE)
    result = migrate(pack, "--no-diff")
    assert (
        "detections/endpoint/example_two.yml:16: the first of several risk objects was chosen (src, dest)"
        in result.stdout
    )
    assert "`our_ticket`" in result.stdout.partition("left out")[2]
    assert "15 files: 15 would change, 2 with something to decide" in result.stdout


def test_no_file_is_of_an_older_format_afterwards(pack: Path) -> None:
    assert len(older(pack)) > 3
    migrate(pack, "--write", "--force")
    assert older(pack) == []


def test_some_paths_only(pack: Path) -> None:
    result = migrate(pack, str(pack / "detections/cloud"), "--write", "--force")
    assert "1 file: 1 rewritten" in result.stdout
    assert "finding:" in (pack / BUCKET).read_text("utf-8")
    assert "date: " in (pack / "stories/example_data_loss.yml").read_text("utf-8")


def test_what_git_cannot_bring_back_is_not_written(pack: Path) -> None:
    refused = migrate(pack, "--write")
    assert refused.exit_code == 2
    assert "no git history here" in refused.stderr and "--force" in refused.stderr
    commit_all(pack)
    (pack / BUCKET).write_text((pack / BUCKET).read_text("utf-8") + "# mine\n", encoding="utf-8")
    refused = migrate(pack, "--write")
    assert refused.exit_code == 2
    assert f"{BUCKET} would be overwritten" in refused.stderr
    git(pack, "commit", "-qam", "Second")
    written = migrate(pack, "--write", "--no-diff")
    assert written.exit_code == 0 and "9 files: 9 rewritten" in written.stdout
    assert (pack / BUCKET).read_text("utf-8").endswith("# mine\n")


def test_a_file_that_cannot_be_rewritten_is_named(pack: Path) -> None:
    (pack / BUCKET).write_text("name: [\n", encoding="utf-8")
    result = migrate(pack, "--write", "--force")
    assert result.exit_code == 1
    assert f"{BUCKET}: left as it is: " in result.stderr
    assert "9 files: 8 rewritten, 1 left as it is" in result.stdout
    assert (pack / BUCKET).read_text("utf-8") == "name: [\n"


def test_what_has_errors_is_no_part_of_the_comparison(pack: Path) -> None:
    text = (pack / BUCKET).read_text("utf-8")
    (pack / BUCKET).write_text(text.replace("score: 64", "score: many"), encoding="utf-8")
    result = migrate(pack, "--no-diff", "--write", "--force")
    assert "byte for byte; not in it: 1 file with errors, see storypack validate\n" in result.stdout
    assert "9 files: 9 rewritten\n" in result.stdout
    assert "score: many" in (pack / BUCKET).read_text("utf-8")


def test_a_path_without_content_of_the_pack(pack: Path) -> None:
    assert "is no content file of the pack" in migrate(pack, str(pack / "contentctl.yml")).stderr
    said = migrate(pack.parent, str(pack)).stderr
    assert f"did you mean --pack {pack}?" in said


def test_a_folder_without_a_pack_and_a_path_outside(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "there is no pack in" in migrate(tmp_path / "empty").stderr
    assert "lies outside of the pack" in migrate(pack, str(tmp_path / "empty")).stderr


def test_a_note_on_one_file_names_its_place(pack: Path) -> None:
    lines = migrate(pack, "--no-diff").stdout.splitlines()
    lookup = pack / "lookups/example_public_buckets.yml"
    line = 1 + lookup.read_text(encoding="utf-8").splitlines().index("default_match: false")
    assert f"note: {lookup}:{line}: read as the word 'false'" in lines
    assert "note: lacks version (2 files)" in lines
