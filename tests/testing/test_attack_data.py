"""Events that tests name by address, read from a clone of their repository."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import exit_codes, main
from storypack.store import Store
from storypack.testing.attack_data import AttackData, AttackDataError, attack_data_of
from storypack.testing.file_digests import FileDigests
from storypack.testing.results import Cause

from .small_pack import SmallPack, event

MEDIA = "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n"
COPIES = [event(second, user="kim", action="copy") for second in (0, 3)]
SEARCH = "`ex_audit` action=copy | stats count by user source | `ex_disk_filter`"


def run(pack: SmallPack, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["test", "--pack", str(pack.folder), *map(str, arguments)])


def data_test(name: str, address: str, **keys: object) -> dict[str, object]:
    return {"name": name, "attack_data": [{"data": address, "sourcetype": "ex:audit", "source": "disk"}], **keys}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a file, the same packed, and a pointer."""
    folder = tmp_path / "attack data" / "datasets" / "T1052"
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(one) + "\n" for one in COPIES)
    (folder / "disk.log").write_text(lines, "utf-8")
    (folder / "disk.log.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "tape.log").write_text(POINTER, "utf-8")
    return tmp_path / "attack data"


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/a%20b.log",
        "https://media.githubusercontent.com/media/splunk/attack_data/refs/heads/master/datasets/a%20b.log",
        "https://github.com/splunk/attack_data/raw/master/datasets/a%20b.log?raw=true",
        "https://github.com/example/Attack_Data/blob/main/datasets/a%20b.log",
        "https://raw.githubusercontent.com/splunk/attack_data/master/datasets/a%20b.log",
    ],
)
def test_addresses_of_a_repository_lead_into_its_clone(address: str, tmp_path: Path) -> None:
    assert AttackData(clone=tmp_path).path(address) == tmp_path / "datasets" / "a b.log"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/splunk/another/raw/master/datasets/a.log",
        "https://example.com/splunk/attack_data/master/datasets/a.log",
        MEDIA + "../../a.log",
        MEDIA + "%2e%2e/%2e%2e/a.log",
        MEDIA + "T1052//a.log",
        MEDIA + "a%00.log",
    ],
)
def test_other_addresses_lead_nowhere(address: str, tmp_path: Path) -> None:
    data = AttackData(clone=tmp_path)
    assert data.path(address) is None
    absence = data.absence(address)
    assert absence is not None and absence.cause is Cause.NOT_MAPPED and address in absence.message


def test_the_longest_beginning_of_an_address_wins(tmp_path: Path) -> None:
    for name in ("all", "some"):
        (tmp_path / name).mkdir()
    (tmp_path / "map.yml").write_text(
        "https://example.com/data: all\nhttps://example.com/data/own/: some\n", encoding="utf-8"
    )
    data = attack_data_of(tmp_path / "map.yml")
    assert data.path("https://example.com/data/x/a.log") == tmp_path / "all/x/a.log"
    assert data.path("https://example.com/data/own/a.log") == tmp_path / "some/a.log"
    assert data.path("https://example.com/database/a.log") is None


def test_the_settings_of_contentctl_are_a_map(tmp_path: Path) -> None:
    (tmp_path / "external_repos").mkdir()
    (tmp_path / "contentctl.yml").write_text(
        "path: .\ntest_data_caches:\n- base_url: https://example.com/data/\n  base_directory_name: external_repos\n",
        encoding="utf-8",
    )
    path = attack_data_of(tmp_path / "contentctl.yml").path("https://example.com/data/a.log")
    assert path == tmp_path / "external_repos/a.log"


def test_settings_without_caches_are_no_map(tmp_path: Path) -> None:
    (tmp_path / "contentctl.yml").write_text("path: .\napp: {uid: 9999}\n", encoding="utf-8")
    with pytest.raises(AttackDataError, match=r"contentctl\.yml: has no `test_data_caches`; name the folder"):
        attack_data_of(tmp_path / "contentctl.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("https://example.com/data/: nowhere\n", "there is no folder 'nowhere'"),
        ("datasets/: .\n", "'datasets/' is not the beginning of an address"),
        ("- one\n", "map.yml: "),
        ("test_data_caches: [{base_url: https://example.com/}]\n", "has a `base_url` and a `base_directory_name`"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused(text: str, message: str, tmp_path: Path, pack: SmallPack) -> None:
    (tmp_path / "map.yml").write_text(text, "utf-8")
    with pytest.raises(AttackDataError) as caught:
        attack_data_of(tmp_path / "map.yml")
    assert message in str(caught.value)
    result = run(pack, "--attack-data", tmp_path / "map.yml")
    assert result.exit_code == exit_codes.USAGE and message in result.stderr


def test_a_link_out_of_the_clone_is_not_followed(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.log").write_text("{}\n", "utf-8")
    (clone / "datasets" / "link.log").symlink_to(tmp_path / "outside.log")
    absence = AttackData(clone=clone).absence(MEDIA + "link.log")
    assert absence is not None and absence.cause is Cause.UNREADABLE and "leads out of" in absence.message


# --- tests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["disk.log", "disk.log.gz"])
def test_events_of_an_address_are_read_from_the_clone(name: str, pack: SmallPack, clone: Path) -> None:
    test = data_test("Fires", f"{MEDIA}T1052/{name}", expected_rows=[{"user": "kim", "source": "disk", "count": 2}])
    pack.detection("Disk", SEARCH, test)
    result = run(pack, "--attack-data", clone, "--no-cache")
    assert result.exit_code == exit_codes.OK, result.output
    assert "1 test: 1 passed" in result.stdout


def test_what_is_not_there_has_the_command_that_fetches_it(pack: SmallPack, clone: Path) -> None:
    pack.detection(
        "Disk",
        SEARCH,
        data_test("Fires", f"{MEDIA}T1052/disk.log"),
        data_test("Pointer", f"{MEDIA}T1052/tape.log"),
        data_test("Absent", f"{MEDIA}T1052/none.log"),
        data_test("Elsewhere", "https://example.com/none.log"),
    )
    result = run(pack, "--attack-data", clone, "--no-cache", "--format", "json")
    assert result.exit_code == exit_codes.FAILED
    document = json.loads(result.stdout)
    passed, pointer, absent, elsewhere = document["results"]
    assert passed["outcome"] == "passed" and passed["compiles"] is None
    fetch = f"git -C '{clone}' lfs pull --include datasets/T1052/tape.log"
    assert pointer["failure"]["cause"] == "Git LFS pointer" and fetch in pointer["failure"]["message"]
    fetch = f"--output '{clone}/datasets/T1052/none.log' {MEDIA}T1052/none.log"
    assert absent["failure"]["cause"] == "no file" and fetch in absent["failure"]["message"]
    assert elsewhere["failure"]["cause"] == "address without a folder"
    assert [each["compiles"] for each in (pointer, absent, elsewhere)] == [True, True, True]
    assert {each["cause"]: each["tests"] for each in document["summary"]["causes"]} == {
        "Git LFS pointer": 1,
        "no file": 1,
        "address without a folder": 1,
    }


def test_a_search_without_its_events_is_compiled_all_the_same(pack: SmallPack, clone: Path) -> None:
    address = f"{MEDIA}T1052/none.log"
    pack.detection("Disk", SEARCH, data_test("Fires", address))
    pack.detection("Tape", "`ex_audit` | fit KMeans x | `ex_tape_filter`", data_test("Fires", address))
    pack.detection("Cloud", "`ex_audit` | stast count | `ex_cloud_filter`", data_test("Fires", address))
    result = run(pack, "--attack-data", clone, "--no-cache")
    assert "there is no command `stast`" in result.stdout
    assert "1 not run: search that the engine does not run" in result.stdout
    assert "1 not run: no file (1 of their searches compile)" in result.stdout
    assert "3 tests: 1 failed, 2 not run" in result.stdout


def test_a_lookup_without_rows_is_named(pack: SmallPack, clone: Path) -> None:
    pack.lookup("ex_owners", "user,owner\n")
    search = "`ex_audit` | lookup ex_owners user OUTPUT owner | where isnotnull(owner) | `ex_disk_filter`"
    pack.detection("Disk", search, data_test("Fires", f"{MEDIA}T1052/disk.log"))
    result = run(pack, "--attack-data", clone, "--no-cache", "--format", "json")
    failure = json.loads(result.stdout)["results"][0]["failure"]
    assert failure["cause"] == "lookup without rows"
    assert any("the lookup ex_owners has no rows" in reason for reason in failure["reasons"])


def test_what_splunk_has_and_the_engine_lacks_is_not_a_mistake_of_the_search(pack: SmallPack, clone: Path) -> None:
    address = f"{MEDIA}T1052/disk.log"
    reports = "multireport [| stats count by user] [| stats count by action]"
    pack.detection("Disk", f"`ex_audit` | {reports} | `ex_disk_filter`", data_test("Fires", address))
    audit = "| tstats count from datamodel=Splunk_Audit.Search_Activity by Search_Activity.user"
    pack.detection("Tape", f"{audit} | `ex_tape_filter`", data_test("Fires", address))
    result = run(pack, "--attack-data", clone, "--no-cache")
    assert "2 not run: search that the engine does not run" in result.stdout
    assert "data model `Splunk_Audit` is not supported: its definition is not bundled" in result.stdout


@pytest.mark.parametrize("format", ["junit", "sarif"])
def test_every_format_has_the_reason(format: str, pack: SmallPack, clone: Path) -> None:
    pack.detection("Disk", SEARCH, data_test("Fires", f"{MEDIA}T1052/tape.log"))
    result = run(pack, "--attack-data", clone, "--no-cache", "--format", format)
    assert "lfs pull --include datasets/T1052/tape.log" in result.stdout


def test_an_instance_is_not_sent_events_of_addresses(pack: SmallPack, clone: Path) -> None:
    result = run(pack, "--attack-data", clone, "--splunk", "--index", "main")
    assert result.exit_code == exit_codes.USAGE and "leave out --splunk" in result.stderr


# --- time -----------------------------------------------------------------------------------------------------------


def test_a_compatible_pack_is_tested_over_all_time(pack: SmallPack, clone: Path) -> None:
    far = [event(0, user="kim", action="copy"), event(5 * 3600, user="lee", action="view")]
    (clone / "datasets" / "far.log").write_text("".join(json.dumps(one) + "\n" for one in far), "utf-8")
    late = [event(0, user="kim", action="copy"), event(300, user="lee", action="view")]
    (clone / "datasets" / "late.log").write_text("".join(json.dumps(one) + "\n" for one in late), "utf-8")
    pack.schedule("default_ttp", "-2m@m", "-1m@m")
    pack.detection(
        "Disk", SEARCH, *(data_test(name, f"{MEDIA}{name}.log", expected_results=1) for name in ("far", "late"))
    )
    settings = pack.folder / "storypack.yml"
    settings.write_text(settings.read_text("utf-8") + "profile: compatible\n", "utf-8")
    result = run(pack, "--attack-data", clone, "--no-cache", "--verbose")
    assert "tests run over all time, as contentctl runs them" in result.stderr
    assert "2 tests: 2 passed" in result.stdout and "note:" not in result.stdout, result.stdout


# --- results that are kept ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_kept_results_rest_on_the_bytes_of_the_clone(pack: SmallPack, clone: Path) -> None:
    pack.detection("Disk", SEARCH, data_test("Fires", f"{MEDIA}T1052/disk.log"))
    assert "1 test: 1 passed (" in run(pack, "--attack-data", clone).stdout
    assert "in an earlier run, and unchanged" in run(pack, "--attack-data", clone).stdout
    (clone / "datasets/T1052/disk.log").write_text(json.dumps(event(0, user="kim", action="view")) + "\n", "utf-8")
    assert "1 test: 1 failed" in run(pack, "--attack-data", clone).stdout
    assert "1 test: 1 not run" in run(pack).stdout


@pytest.mark.usefixtures("home")
def test_a_digest_is_worked_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, store = tmp_path / "events.log", Store(tmp_path / "store", "tool", inside=False)
    file.write_text("one", "utf-8")
    monkeypatch.setattr("storypack.testing.file_digests._RECENT", -1)
    digests = FileDigests(store)
    first = digests.of(file)
    digests.keep()
    monkeypatch.setattr("hashlib.blake2b", lambda **_: pytest.fail("it was read again"))
    assert FileDigests(store).of(file) == first
    monkeypatch.undo()
    state = file.stat()
    file.write_text("two", "utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert FileDigests(store).of(file) != first
    assert FileDigests(store).of(tmp_path / "none.log").startswith("is not")


@pytest.mark.usefixtures("home")
def test_digests_of_files_that_are_gone_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.testing.file_digests._RECENT", -1)
    store = Store(tmp_path / "kept", "tool", inside=False)
    for name in ("gone.log", "there.log"):
        file = tmp_path / name
        file.write_text(name, encoding="utf-8")
        digests = FileDigests(store)
        digests.of(file)
        digests.keep()
        if name == "gone.log":
            file.unlink()
    assert list(store.load("file-digests.json")) == [str(tmp_path / "there.log")]
