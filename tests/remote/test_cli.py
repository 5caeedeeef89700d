"""The command line, end to end: `--splunk` of `storypack test`, `search` and `hunt`. Every output is searched
for secrets by `Place.run`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from remote.place import INDEX, Place
from remote.sample_pack import write_pack
from splunkd import Fault
from splunkd.faults import path_has
from storypack.cli import main
from tests.testing.small_pack import SmallPack

TEST = ("test", "--splunk", "--index", INDEX)
LINES = '{"user":"a","bytes":5}\n{"user":"b","bytes":7}\n{"user":"a","bytes":1}\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_tests_pass_there_and_leave_nothing(place: Place, tmp_path: Path) -> None:
    place.may_delete()
    before = place.splunkd.state.dump()
    done = place.run(*TEST, folder=write_pack(tmp_path))
    assert done.returncode == 0 and "3 tests: 3 passed (" in done.stdout, done.stdout
    assert not done.stderr
    assert place.events == [] and place.splunkd.state.dump() == before
    assert not place.splunkd.state.jobs


@pytest.mark.slow
def test_events_stay_if_asked_or_if_they_cannot_be_removed(place: Place, tmp_path: Path) -> None:
    done = place.run(*TEST, folder=write_pack(tmp_path))
    assert done.returncode == 0
    assert "10 events were not removed" in done.stderr and "can_delete" in done.stderr
    clue = done.stderr.partition("over all time: ")[2].strip()
    assert len(place.events) == 10
    place.may_delete()
    place.run("search", clue, "--splunk", "--allow", "delete")
    assert place.events == []
    done = place.run(*TEST, "--keep", folder=tmp_path)
    assert done.returncode == 0 and "10 events were left in the index" in done.stderr
    assert len(place.events) == 10


def test_an_instance_that_answers_otherwise_fails_the_test(place: Place, tmp_path: Path) -> None:
    row = {"user": "eve", "domain": "drop.example.net", "bytes": "151", "last": "1767225599", "age": "1"}
    place.splunkd.state.canned.append(("stats sum", [row]))
    done = place.run(*TEST, folder=write_pack(tmp_path))
    assert done.returncode == 1
    assert "3 failed" in done.stdout
    assert 'bytes: the instance has "151", the embedded engine 150' in done.stdout, done.stdout
    assert "only on the instance: user=" in done.stdout


def test_a_search_over_what_the_instance_holds(place: Place) -> None:
    for number in range(3):
        place.splunkd.state.add_event(f"status={number}", time=1_767_225_600 + number, index=INDEX, sourcetype="x")
    done = place.run("search", f"index={INDEX} | stats count", "--splunk", "--format", "json")
    assert json.loads(done.stdout) == {"count": "3"}, done.stderr
    done = place.run("search", "stats count by status", "--splunk", "--index", INDEX, "--format", "csv")
    assert done.stdout == "status,count\n0,1\n1,1\n2,1\n", done.stderr
    done = place.run("search", "sourcetype=x | sort _time", "--splunk", "--index", INDEX, "--limit", "2")
    assert done.stdout.splitlines() == ["2026-01-01 00:00:00  status=0", "2026-01-01 00:00:01  status=1"], done.stderr
    assert "only the first 2 rows" in done.stderr
    done = place.run(
        "search", f"index={INDEX} | stats count", "--splunk", "--earliest", "1767225601", "--format", "csv"
    )
    assert done.stdout == "count\n2\n"


@pytest.mark.slow
def test_files_are_sent_searched_compared_and_removed(place: Place, data: Path) -> None:
    place.may_delete()
    place.splunkd.state.add_event('{"user":"b","bytes":7}', time=1_767_225_600, index=INDEX, sourcetype="_json")
    words = ["search", "stats sum(bytes) AS sum by user", "--data", str(data), "--splunk", "--index", INDEX]
    done = place.run(*words, "--compare", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"user": "a", "sum": "6"},
        {"user": "b", "sum": "7"},
    ]
    assert "the instance and the embedded engine agree (2 rows)" in done.stderr
    assert len(place.events) == 1  # what was there before
    place.splunkd.state.canned.append((r"stats sum\(bytes\)", [{"user": "a", "sum": "6"}, {"user": "b", "sum": "8"}]))
    done = place.run(*words, "--compare")
    assert done.returncode == 1
    assert 'sum: the instance has "8", the embedded engine 7' in done.stderr


@pytest.mark.slow
def test_wrong_usage(place: Place, data: Path) -> None:
    for words, told in (
        (("test", "--splunk"), "wants --index"),
        (("test", "--keep"), "--keep belongs to --splunk"),
        (("test", "--index", "x"), "--index belongs to --splunk"),
        (("search", "x", "--splunk", "--explain"), "--explain"),
        (("search", "x", "--splunk", "--compare"), "--compare needs --data"),
        (("search", "x", "--data", str(data), "--splunk"), "wants --index"),
        (("search", "x", "--splunk", "--now", "newest"), "--now newest needs --data"),
        (("search", "| rest /services", "--splunk", "--index", "x"), "`rest` reads events"),
        (("search", "x | stats count", "--data", str(data), "--splunk", "--index", "none"), "Incorrect index"),
        (("search", "x | stats(", "--splunk"), "nobody can say that it only reads"),
        (("search", "x | stats(", "--splunk", "--index", "x"), "an aggregation"),
    ):
        done = place.run(*words)
        assert done.returncode == 2 and told in done.stderr, (words, done.stderr)


def test_wrong_credentials(place: Place, data: Path) -> None:
    done = place.run("search", "x", "--splunk", STORYPACK_SPLUNK_TOKEN="no-token")
    assert done.returncode == 2 and "credentials" in done.stderr
    words = ["search", "x", "--data", str(data), "--splunk", "--index", INDEX]
    done = place.run(*words, STORYPACK_SPLUNK_HEC_TOKEN="no-token")
    assert done.returncode == 2 and "Invalid token" in done.stderr and "no-token" not in done.stderr
    done = place.run("search", "x", "--splunk", STORYPACK_SPLUNK_CA="")
    assert done.returncode == 2 and "certificate" in done.stderr


def test_without_the_extra(place: Place, tmp_path: Path) -> None:
    """A module that hides splunk-sdk stands first on the path."""
    (tmp_path / "splunklib.py").write_text("raise ModuleNotFoundError('none', name='splunklib')", encoding="utf-8")
    done = place.run("search", "x", "--splunk", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2 and "[deploy]'" in done.stderr and "is missing: pip install '/" in done.stderr


def test_a_hunt_shows_its_report_and_leaves_nothing(place: Place, tmp_path: Path) -> None:
    pack = SmallPack(tmp_path)
    pack.detection("Disk", "`ex_audit` action=copy | stats count by user | where count>=2 | `ex_disk_filter`")
    now = int(time.time()) - 7_200
    for second in (0, 1):
        line = json.dumps({"user": "kim", "action": "copy", "second": second})
        place.splunkd.state.add_event(line, time=now + second, index="main", sourcetype="ex:audit")
    done = place.run("hunt", "--splunk", "--earliest", "-2d", "--format", "json", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    head, *others = map(json.loads, done.stdout.splitlines())
    assert (head["place"], head["findings"], head["events"]) == (place.splunkd.host, 1, 2)
    assert next(each for each in others if each["kind"] == "finding")["row"] == {"user": "kim", "count": "2"}
    assert place.splunkd.log.writes() == []
    assert [path.read_text() for path in (tmp_path / ".storypack/hunts").iterdir()] == ["*\n"]  # the .gitignore
    (tmp_path / "detections/cloud/disk.yml").unlink()
    pack.detection("Writes", "`ex_audit` | stats count by user | outputlookup x | `ex_writes_filter`")
    done = place.run("hunt", "--splunk", folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "`outputlookup` is not known to read only" in done.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["logs", "--splunk"], "leave the paths out"),
        (["--splunk", "--ta", "x"], "--ta is about files"),
        (["logs", "--earliest", "-3d"], "--earliest belongs to --splunk"),
        (["logs", "--splunk-host", "x"], "--splunk-host belongs to --splunk"),
    ],
)
def test_a_hunt_is_over_files_or_on_an_instance(words: list[str], why: str) -> None:
    result = CliRunner().invoke(main, ["hunt", *words])
    assert result.exit_code == 2
    assert why in result.output


def test_a_hunt_that_loses_its_instance_shows_what_was_found_and_goes_on_later(place: Place, tmp_path: Path) -> None:
    pack = SmallPack(tmp_path)
    count = "`ex_audit` action=copy | stats count by user | where count>=2"
    pack.detection("Disk", f"{count} | `ex_disk_filter`")
    pack.detection("Tape", f"{count} | table user | `ex_tape_filter`")
    now = int(time.time()) // 3_600 * 3_600 - 6 * 3_600
    for hour in range(4):
        for second in (60, 61):
            line = json.dumps({"user": f"user{hour}", "action": "copy", "second": second})
            when = now + 3_600 * hour + second
            place.splunkd.state.add_event(line, time=when, index="main", sourcetype="ex:audit")
    is_made = path_has("search/v2/jobs")
    lost = Fault(
        "answer", nth=9, matches=lambda seen: is_made(seen) and seen.path.endswith("/jobs"), status=401, effect=False
    )
    place.splunkd.faults.add(lost)
    hunt = ("hunt", "--splunk", "--jobs", "1", "--earliest", "-2d", "--format", "json")
    done = place.run(*hunt, folder=tmp_path)
    assert done.returncode == 2, done.stdout
    assert "the same command goes on from there" in done.stderr
    head = json.loads(done.stdout.splitlines()[0])
    assert head["interrupted"] and 0 < head["findings"] < 8
    done = place.run(*hunt, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    head = json.loads(done.stdout.splitlines()[0])
    assert (head["interrupted"], head["findings"]) == (False, 8)
    assert "went on with the hunt of" in done.stderr and "went on" in head["notes"][0]
