"""`storypack hunt`, as its user meets it."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import main
from storypack.hunting import inputs

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/aws"
SNAPSHOT = "aws_ec2_snapshot_shared_externally"


def run(*arguments: str, only: str = SNAPSHOT) -> Result:
    return CliRunner().invoke(main, ["hunt", *arguments, "--pack", str(ROOT), "--only", only])


def kinds(result: Result) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for line in result.stdout.splitlines():
        each = json.loads(line)
        found.setdefault(each["kind"], []).append(each)
    return found


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder with an event that fires."""
    folder = tmp_path / "logs"
    folder.mkdir()
    event = {
        "eventVersion": "1.08",
        "eventTime": "2026-11-20T12:00:07Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "ModifySnapshotAttribute",
        "awsRegion": "eu-central-1",
        "recipientAccountId": "123456789012",
        "sourceIPAddress": "198.51.100.7",
        "userIdentity": {"type": "IAMUser", "userName": "kim", "accountId": "123456789012"},
        "requestParameters": {
            "snapshotId": "snap-0123456789abcdef0",
            "attributeType": "CREATE_VOLUME_PERMISSION",
            "createVolumePermission": {"add": {"items": [{"userId": "210987654321"}]}},
        },
        "responseElements": {"_return": True},
    }
    (folder / "trail.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    return folder


def test_a_folder_gives_findings_with_their_place(shared: Path) -> None:
    result = run(str(shared))
    assert result.exit_code == 1
    assert "AWS EC2 Snapshot Shared Externally" in result.stdout
    assert f"{shared}/trail.jsonl:1" in result.stdout
    assert "not judged by exf_trusted_aws_accounts" in result.stdout


def test_nothing_found_is_exit_code_zero(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("nothing to see\n", encoding="utf-8")
    result = run(str(tmp_path))
    assert result.exit_code == 0
    assert (
        "no data for\n  AWS EC2 Snapshot Shared Externally: needs AWS CloudTrail ModifySnapshotAttribute"
        in result.stdout
    )


def test_events_of_no_known_source_type_are_pointed_out(shared: Path) -> None:
    (shared / "a.log").write_text("nothing to see\n", encoding="utf-8")
    (shared / "b.json").write_text('{"colour": "green"}\n', encoding="utf-8")
    lines = run(str(shared)).stdout.splitlines()
    hint = next(line for line in lines if line.startswith("  not recognised: "))
    assert "unknown" in hint and "_json" in hint and "aws:cloudtrail" not in hint and "--sourcetype" in hint
    assert "not recognised" not in run(str(shared / "trail.jsonl")).stdout


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_hunted_in(shared: Path) -> None:
    (shared / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff")
    (shared / "cut.zip").write_bytes(b"PK\x03\x04 no archive")
    result = run(str(shared), "--format", "json")
    found = kinds(result)
    assert result.exit_code == 3
    assert [Path(str(each["file"])).name for each in found["hunt"][0]["unreadable"]] == ["cut.jsonl.gz", "cut.zip"]  # type: ignore[attr-defined]
    assert len(found["finding"]) == 1


def test_a_list_that_is_cut_off_is_named_and_what_was_read_is_hunted_in(tmp_path: Path) -> None:
    """Between two members, so that no event that was read is broken."""
    event = {"eventVersion": "1.09", "eventTime": "2026-01-01T00:00:00Z", "eventSource": "s3.amazonaws.com"}
    text = json.dumps({"Records": [{**event, "eventName": name} for name in ("GetObject", "PutObject")]})
    (tmp_path / "whole.json").write_text(text)
    cut = text[: text.index(', {"eventVersion')]
    (tmp_path / "cut.json").write_text(cut)
    result = run(str(tmp_path), "--format", "json")
    assert result.exit_code == 3
    hunt = json.loads(result.stdout.splitlines()[0])
    (unreadable,) = hunt["unreadable"]
    assert Path(unreadable["file"]).name == "cut.json"
    assert unreadable["why"] == (
        f"its list of Records is cut off or broken behind character {len(cut)}; 1 whole event of it was read"
    )
    assert hunt["events"] == 3


def test_archives_are_hunted_in_by_the_names_in_them(shared: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.mkdir()
    with tarfile.open(packed / "a.tar.gz", "w:gz") as tar:
        tar.add(shared / "trail.jsonl", "../../day/trail.jsonl")
    with zipfile.ZipFile(packed / "b.zip", "w") as archive:
        archive.write(shared / "trail.jsonl", "../day/trail.jsonl")
    result = run(str(packed), "--format", "json")
    (finding,) = kinds(result)["finding"]
    assert [each["file"] for each in finding["events"]] == [  # type: ignore[attr-defined]
        f"{packed}/a.tar.gz!../../day/trail.jsonl",
        f"{packed}/b.zip!../day/trail.jsonl",
    ]
    assert not list(tmp_path.glob("day"))


def test_what_a_site_allows_is_no_finding(shared: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "exf_trusted_aws_accounts.csv").write_text("account_id,note\n210987654321,ours\n", encoding="utf-8")
    assert run(str(shared), "--site", str(site)).exit_code == 0
    (site / "exf_trusted_aws_accounts.csv").write_text("account_id,note\n111111111111,ours\n", encoding="utf-8")
    (site / "unheard_of.csv").write_text("a\nb\n", encoding="utf-8")
    result = run(str(shared), "--site", str(site))
    assert result.exit_code == 1
    assert "not judged" not in result.stdout
    assert "no search knows a lookup unheard_of" in result.stdout


def test_a_site_that_sets_nothing_is_refused(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(str(shared), "--site", str(tmp_path / "empty"))
    assert result.exit_code == 2
    assert "sets nothing" in result.stderr


def test_standard_input(shared: Path) -> None:
    text = (shared / "trail.jsonl").read_text(encoding="utf-8")
    arguments = ["hunt", "-", "--pack", str(ROOT), "--only", SNAPSHOT, "--format", "json"]
    result = CliRunner().invoke(main, arguments, input=text)
    assert [each["file"] for each in kinds(result)["finding"][0]["events"]] == ["stdin"]  # type: ignore[attr-defined]


def test_csv_does_not_become_a_formula(shared: Path) -> None:
    text = (shared / "trail.jsonl").read_text(encoding="utf-8")
    (shared / "trail.jsonl").write_text(text.replace('"kim"', '"=kim"'), encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(run(str(shared), "--format", "csv").stdout))
    assert row["title"].startswith("'=kim ")
    assert (row["line"], row["severity"], row["first"]) == ("1", "high", "2026-11-20T12:00:07Z")


def test_timesketch_gets_the_keys_that_it_needs(shared: Path) -> None:
    (line,) = run(str(shared), "--format", "timesketch").stdout.splitlines()
    event = json.loads(line)
    assert event["datetime"] == "2026-11-20T12:00:07+00:00"
    assert event["timestamp_desc"] == "First event of finding"
    assert event["message"].startswith("AWS EC2 Snapshot Shared Externally: kim")


def test_risk_events_for_the_collector(shared: Path) -> None:
    lines = [json.loads(line) for line in run(str(shared), "--format", "hec").stdout.splitlines()]
    assert {(line["index"], line["source"]) for line in lines} == {
        ("risk", "EXF - AWS EC2 Snapshot Shared Externally - Rule")
    }
    assert [line["event"]["risk_object"] for line in lines] == ["123456789012"]
    assert all(isinstance(line["time"], float) for line in lines)


def test_a_layer_of_the_navigator(shared: Path) -> None:
    layer = json.loads(run(str(shared), "--format", "navigator").stdout)
    assert [(each["techniqueID"], each["score"]) for each in layer["techniques"]] == [("T1537", 1)]


def test_wrong_usage(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert "there is no file" in run(str(tmp_path / "missing")).stderr
    assert run(str(tmp_path), only="no_such_detection").exit_code == 2


def test_events_without_a_time_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("nothing to see\nand nothing here\n", encoding="utf-8")
    lines = [line for line in run(str(tmp_path)).stdout.splitlines() if line.startswith("  unknown")]
    assert lines == ["  unknown: 2 in 1 file, without a time"]


def test_one_page(shared: Path, tmp_path: Path) -> None:
    assert run(str(shared), "--format", "html", "-o", str(tmp_path / "hunt.html")).exit_code == 1
    page = (tmp_path / "hunt.html").read_text(encoding="utf-8")
    assert "kim shared EBS snapshots" in page and "trail.jsonl:1" in page


@pytest.mark.parametrize("name", ["-", "/dev/null"])
def test_a_cluster_reads_nothing_that_is_only_here(name: str) -> None:
    result = run(name, "--cluster", "tcp://127.0.0.1:9")
    assert result.exit_code == 2
    assert "--cluster wants files, folders or URLs" in result.output


def test_a_cluster_that_does_not_answer_is_named(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.hunting.cluster.CONNECTS", 0.1)
    result = run(str(shared), "--cluster", "tcp://127.0.0.1:9")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no cluster answers at tcp://127.0.0.1:9" in result.output


def test_a_hunt_takes_no_more_memory_than_it_is_meant_to_unless_more_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "usual_memory", lambda: 8 << 30)
    assert (inputs.memory_of(None), inputs.memory_of(4 << 30)) == (768 << 20, 4 << 30)
    monkeypatch.setattr(inputs, "usual_memory", lambda: 700 << 20)
    assert inputs.memory_of(None) == 700 << 20
