"""storypack upstream: a pack brought in, its next release merged, and everything that can be in the way."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from storypack.authoring.upstreams import record
from storypack.cli import main
from storypack.pack.load import load_pack
from tests.checks.example_pack import HUNT, ODD, SETTINGS, SHARE, TRUSTED_CSV, base, variant, write
from tests.git import commit_all, git

NEW = f"{ODD.rpartition('/')[0]}/odder_upload.yml"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["upstream", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    return write(tmp_path / "cloud", variant({}))


@pytest.fixture
def site(tmp_path: Path, upstream: Path) -> Path:
    """A pack of settings alone, into which the other was brought."""
    folder = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", upstream, "--pack", folder, "--write")
    assert result.exit_code == 0, result.output
    return folder


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text("utf-8")
    assert old in text, text
    (folder / path).write_text(text.replace(old, new, 1), "utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Every file but those that `upstream` keeps for itself."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".upstream" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def merged(site: Path, *arguments: object) -> dict[str, Any]:
    result = run("update", "--pack", site, "--write", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    shown: dict[str, Any] = json.loads(result.stdout)
    return shown


def test_a_pack_is_brought_in_whole_and_validates(site: Path, upstream: Path) -> None:
    assert files(site) == files(upstream)
    assert load_pack(site).issues == []
    again = run("update", "--pack", site)
    assert again.stdout == "cloud: 1.0.0 to 1.0.0\nnothing differs from the last release\n"


def test_nothing_is_written_unless_asked(tmp_path: Path, upstream: Path) -> None:
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", upstream, "--pack", site)
    assert result.exit_code == 0
    assert f"A {SHARE}" in result.stdout
    assert "nothing was written; --write does" in result.stdout
    assert sorted(path.name for path in site.iterdir()) == [SETTINGS]


def test_both_sides_keep_what_they_changed(site: Path, upstream: Path) -> None:
    edit(site, SHARE, "score: 60", "score: 45  # half as bad here")
    edit(upstream, SHARE, "version: 1", "version: 2")
    edit(upstream, SHARE, "known_false_positives: Backups.", "known_false_positives: Backups, and mirrors.")
    edit(upstream, TRUSTED_CSV, "111122223333,Backup\n", "111122223333,Backup\n444455556666,Mirror\n")
    (site / TRUSTED_CSV).write_text("account,owner\n111122223333,Backup of ours\n", "utf-8")
    shown = merged(site)
    assert shown["conflicts"] == []
    text = (site / SHARE).read_text("utf-8")
    assert "score: 45  # half as bad here" in text
    assert "version: 2" in text
    assert "mirrors" in text
    assert (site / TRUSTED_CSV).read_text("utf-8") == (
        "account,owner\n111122223333,Backup of ours\n444455556666,Mirror\n"
    )
    (entry,) = (each for each in shown["files"] if each["path"] == SHARE)
    assert (entry["action"], set(entry["places"])) == ("merged", {"version", "known_false_positives"})
    assert run("status", "--pack", site).stdout.splitlines()[1:] == [
        f"  changed here: {SHARE}",
        f"  changed here: {TRUSTED_CSV}",
    ]


def test_a_conflict_shows_three_sides_and_nothing_is_written(site: Path, upstream: Path) -> None:
    edit(site, SHARE, "score: 60", "score: 45")
    edit(upstream, SHARE, "score: 60", "score: 80")
    edit(upstream, ODD, "version: 1", "version: 2")
    before = files(site)
    result = run("update", "--pack", site, "--write")
    assert result.exit_code == 1
    name = f"{SHARE}:finding.entity.score"
    assert f"conflict {name}\n  base    60\n  theirs  80\n  ours    45\n" in result.stdout
    assert files(site) == before
    assert run("update", "--pack", site, "--theirs", name, "--write").exit_code == 0
    assert "score: 80" in (site / SHARE).read_text("utf-8")
    assert "version: 2" in (site / ODD).read_text("utf-8")


def test_a_decision_for_ours_stays_decided(site: Path, upstream: Path) -> None:
    edit(site, SHARE, "score: 60", "score: 45")
    edit(upstream, SHARE, "score: 60", "score: 80")
    result = run("update", "--pack", site, "--ours", f"{SHARE}:finding.*", "--ours", "other", "--write")
    assert result.exit_code == 0
    assert "--ours 'other' fits no conflict" in result.stderr
    assert "score: 45" in (site / SHARE).read_text("utf-8")
    edit(upstream, SHARE, "version: 1", "version: 2")
    merged(site)
    assert "score: 45" in (site / SHARE).read_text("utf-8")


def test_of_texts_the_lines_that_differ_are_shown(site: Path, upstream: Path) -> None:
    edit(site, SHARE, "`exf_between(size, 1)`", "`exf_between(size, 2)`")
    edit(upstream, SHARE, "`exf_between(size, 1)`", "`exf_between(size, 3)`")
    out = run("update", "--pack", site).stdout
    assert "+`exf_cloud` name=share `exf_between(size, 3)`" in out
    assert "+`exf_cloud` name=share `exf_between(size, 2)`" in out


def renamed(upstream: Path) -> None:
    (upstream / ODD).rename(upstream / NEW)
    edit(upstream, NEW, "name: Odd Upload", "name: Odder Upload")


def test_a_file_that_upstream_moved_takes_the_changes_of_this_pack_along(site: Path, upstream: Path) -> None:
    edit(site, ODD, "score: 20", "score: 10")
    renamed(upstream)
    shown = merged(site)
    assert [(each["old_path"], each["path"]) for each in shown["files"]] == [(ODD, NEW)]
    assert not (site / ODD).exists()
    text = (site / NEW).read_text("utf-8")
    assert "score: 10" in text
    assert "name: Odder Upload" in text


def test_a_file_that_moved_here_stays_there(site: Path, upstream: Path) -> None:
    here = "detections/cloud/moved.yml"
    (site / ODD).rename(site / here)
    edit(upstream, ODD, "score: 20", "score: 30")
    merged(site)
    assert "score: 30" in (site / here).read_text("utf-8")
    assert not (site / ODD).exists()


def test_another_file_in_the_place_of_a_moved_one_is_a_conflict(site: Path, upstream: Path) -> None:
    renamed(upstream)
    (site / NEW).write_bytes((site / HUNT).read_bytes())
    result = run("update", "--pack", site, "--write")
    assert result.exit_code == 1
    assert f"conflict {NEW}" in result.stdout


def test_what_upstream_removed_goes_unless_it_was_changed_here(site: Path, upstream: Path) -> None:
    edit(site, SHARE, "score: 60", "score: 45")
    (upstream / SHARE).unlink()
    (upstream / HUNT).unlink()
    result = run("update", "--pack", site)
    assert f"D {HUNT}" in result.stdout
    assert f"conflict {SHARE}" in result.stdout
    assert "  theirs  (not there)" in result.stdout
    merged(site, "--ours", SHARE)
    assert (site / SHARE).is_file()
    assert not (site / HUNT).exists()
    assert merged(site)["files"] == []


def test_what_was_removed_here_stays_out(site: Path, upstream: Path) -> None:
    (site / HUNT).unlink()
    edit(upstream, HUNT, "version: 1", "version: 2")
    shown = merged(site)
    assert [(each["action"], each["path"]) for each in shown["files"]] == [("kept", HUNT)]
    assert not (site / HUNT).exists()


def test_an_object_of_this_pack_s_own_in_the_same_file_is_a_conflict(tmp_path: Path, upstream: Path) -> None:
    own = base()[SHARE] | {"id": "00000000-0000-4000-8000-999999999999"}
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS], SHARE: own})
    result = run("add", upstream, "--pack", site, "--write")
    assert result.exit_code == 1
    assert f"conflict {SHARE}\n" in result.stdout
    assert not (site / ODD).exists()


def test_a_copy_that_was_made_by_hand_is_adopted(tmp_path: Path, upstream: Path) -> None:
    site = write(tmp_path / "site", variant({SHARE: {"finding.entity.score": 45}}))
    result = run("add", upstream, "--pack", site, "--write")
    assert f"conflict {SHARE}:finding.entity.score\n  base    (not there)\n" in result.stdout
    assert run("add", upstream, "--pack", site, "--ours", "*", "--write").exit_code == 0
    edit(upstream, SHARE, "version: 1", "version: 2")
    assert merged(site)["conflicts"] == []
    assert load_pack(site).pack.detections[0].model.version == 2


def test_content_elsewhere_is_laid_there_and_its_events_beside_it(tmp_path: Path, upstream: Path) -> None:
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS] | {"content_folder": "content"}})
    assert run("add", upstream, "--pack", site, "--write").exit_code == 0
    assert (site / "content" / SHARE).is_file()
    assert (site / "tests/data/hot.jsonl").is_file()
    assert load_pack(site).issues == []


# --- where releases come from


def test_a_release_is_a_tag_of_a_repository(tmp_path: Path, upstream: Path) -> None:
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    commit_all(upstream)
    git(upstream, "tag", "v1")
    edit(upstream, SHARE, "version: 1", "version: 2")
    git(upstream, "commit", "-qam", "Second")
    git(upstream, "tag", "v2")
    assert run("add", upstream.as_uri(), "--ref", "v1", "--pack", site, "--write").exit_code == 0
    assert "version: 1" in (site / SHARE).read_text("utf-8")
    shown = merged(site, "--ref", "v2")
    assert (shown["from"], shown["to"]) == ("1.0.0 (v1)", "1.0.0 (v2)")
    assert "version: 2" in (site / SHARE).read_text("utf-8")
    (status,) = json.loads(run("status", "--pack", site, "--format", "json").stdout)
    assert (status["source"], status["ref"], len(status["commit"])) == (upstream.as_uri(), "v2", 40)
    missing = run("update", "--pack", site, "--ref", "v3")
    assert missing.exit_code == 2
    assert "git says" in missing.stderr


def tar_of(members: Mapping[str, bytes], link: str = "", kind: bytes = tarfile.SYMTYPE) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
        if link:
            about = tarfile.TarInfo(link)
            about.type, about.linkname = kind, "elsewhere"
            archive.addfile(about)
    return out.getvalue()


def zip_of(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_a_release_is_an_archive(tmp_path: Path, upstream: Path, suffix: str) -> None:
    members = {f"cloud-1.0/{path}": data for path, data in files(upstream).items()}
    archive = tmp_path / f"cloud{suffix}"
    archive.write_bytes(zip_of(members) if suffix == ".zip" else tar_of(members, "cloud-1.0/detections/cloud/link.yml"))
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", archive, "--pack", site, "--write")
    assert result.exit_code == 0
    link = "storypack: detections/cloud/link.yml is a link, pipe or device upstream, and is left out\n"
    assert result.stderr == ("" if suffix == ".zip" else link)
    assert files(site) == files(upstream)


def linked(upstream: Path, path: str, form: str) -> Path:
    """The next release in some form, with a link in the place of a file or folder."""
    target = upstream.parent / "moved" / path
    target.parent.mkdir(parents=True)
    (upstream / path).rename(target)
    if form in ("folder", "git"):
        (upstream / path).symlink_to(target)
        if form == "git":
            commit_all(upstream)
        return upstream
    archive = upstream.parent / f"next.{form}"
    if form == "tgz":
        archive.write_bytes(tar_of({f"next/{name}": data for name, data in files(upstream).items()}, f"next/{path}"))
        return archive
    archive.write_bytes(zip_of(files(upstream)))
    member = zipfile.ZipInfo(path)
    member.create_system, member.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as out:
        out.writestr(member, "elsewhere")
    return archive


@pytest.mark.parametrize("form", ["folder", "git", "tgz", "zip"])
@pytest.mark.parametrize("path", [HUNT, TRUSTED_CSV, "lookups", "tests/data/hot.jsonl", "tests/data"])
def test_a_link_in_the_place_of_a_file_is_no_removal(site: Path, upstream: Path, form: str, path: str) -> None:
    before = files(site)
    source = linked(upstream, path, form)
    ref = ("--ref", "HEAD") if form == "git" else ()
    result = run("update", "--pack", site, "--from", source, *ref, "--write", "--theirs", "*")
    assert result.exit_code == 2, result.output
    assert f"would count as removed: {path}; replace each by the file or folder itself" in result.stderr
    assert files(site) == before
    (upstream / path).unlink(missing_ok=True)
    (upstream.parent / "moved" / path).rename(upstream / path)
    assert merged(site, "--from", upstream)["files"] == []


def test_a_pipe_in_the_place_of_a_file_is_no_removal(site: Path, upstream: Path) -> None:
    (upstream / HUNT).unlink()
    os.mkfifo(upstream / HUNT)
    result = run("update", "--pack", site, "--write")
    assert result.exit_code == 2
    assert f"would count as removed: {HUNT};" in result.stderr
    assert (site / HUNT).is_file()


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_hard_link_or_pipe_of_an_archive_is_no_removal(site: Path, upstream: Path, kind: bytes) -> None:
    (upstream / HUNT).unlink()
    archive = upstream.parent / "next.tgz"
    archive.write_bytes(tar_of(files(upstream), HUNT, kind))
    result = run("update", "--pack", site, "--from", archive, "--write")
    assert result.exit_code == 2
    assert f"would count as removed: {HUNT};" in result.stderr
    assert (site / HUNT).is_file()


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_link_to_where_an_object_moved_is_named_and_left_out(site: Path, upstream: Path, format: str) -> None:
    renamed(upstream)
    (upstream / ODD).symlink_to(upstream / NEW)
    result = run("update", "--pack", site, "--write", "--format", format)
    assert result.exit_code == 0
    assert result.stderr == f"storypack: {ODD} is a link, pipe or device upstream, and is left out\n"
    assert (site / NEW).is_file()
    assert not (site / ODD).exists()


@pytest.mark.parametrize("form", ["folder", "tgz"])
def test_detections_that_are_a_link_are_refused(tmp_path: Path, upstream: Path, form: str) -> None:
    source = linked(upstream, "detections", form)
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", source, "--pack", site, "--write")
    assert result.exit_code == 2
    assert "detections is a link, and links are not followed: replace it by the folder" in result.stderr


@pytest.mark.parametrize("form", ["folder", "git", "tgz", "zip"])
def test_settings_that_are_a_link_are_refused(tmp_path: Path, upstream: Path, form: str) -> None:
    source = linked(upstream, SETTINGS, form)
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", source, *(("--ref", "HEAD") if form == "git" else ()), "--pack", site, "--write")
    assert result.exit_code == 2
    assert f"{SETTINGS} is a link that cannot be followed" in result.stderr
    assert files(site).keys() == {SETTINGS}


def test_an_archive_that_has_a_file_twice_is_refused_by_its_name(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for data in (b"name: x\n", b"name: y\n"):
            member = tarfile.TarInfo("detections/twice.yml")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    (tmp_path / "cloud.tar").write_bytes(out.getvalue())
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", tmp_path / "cloud.tar", "--pack", site, "--write")
    assert result.exit_code == 2
    assert "cloud.tar: has a file twice: 'detections/twice.yml'" in result.stderr


def test_an_empty_source_is_not_the_current_folder(
    tmp_path: Path, upstream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(upstream)
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", "", "--name", "cloud", "--pack", site, "--write")
    assert result.exit_code == 2
    assert "is no folder, archive or URL" in result.stderr
    assert set(files(site)) == {SETTINGS}


@pytest.mark.parametrize("name", ["../out.yml", "/out.yml", "a/../../out.yml", "a\\out.yml"])
@pytest.mark.parametrize("suffix", [".tgz", ".zip"])
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, suffix: str) -> None:
    archive = tmp_path / f"cloud{suffix}"
    archive.write_bytes((zip_of if suffix == ".zip" else tar_of)({name: b"name: x\n"}))
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    result = run("add", archive, "--pack", site, "--write")
    assert result.exit_code == 2
    assert "leads elsewhere" in result.stderr
    assert not (tmp_path / "out.yml").exists()
    assert files(site).keys() == {SETTINGS}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere", "is no folder, archive or URL of a repository"),
        ("notes.txt", "is none of the archives"),
        ("empty", "it has no detections/"),
        ("cut.tgz", "cannot be unpacked"),
        ("ext::sh -c true", "is no folder"),
    ],
)
def test_what_is_no_release_is_said(tmp_path: Path, source: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x", "utf-8")
    (tmp_path / "cut.tgz").write_bytes(tar_of({"a/detections/x.yml": b"name: x\n" * 100})[:40])
    result = run("add", source, "--pack", site, "--name", "cloud")
    assert result.exit_code == 2
    assert said in result.stderr


def test_no_secret_of_a_url_is_kept(tmp_path: Path, upstream: Path) -> None:
    from storypack.authoring.upstreams.fetch import without_secret

    assert without_secret("https://me:token@git.example.com:8443/a.git?x=y") == "https://git.example.com:8443/a.git"
    assert without_secret("git@git.example.com:a.git") == "git@git.example.com:a.git"


def test_a_folder_that_is_a_link_out_of_the_pack_is_not_written_through(tmp_path: Path, upstream: Path) -> None:
    site = write(tmp_path / "site", {SETTINGS: base()[SETTINGS]})
    (tmp_path / "out").mkdir()
    (site / "detections").symlink_to(tmp_path / "out")
    result = run("add", upstream, "--pack", site, "--write")
    assert result.exit_code == 2
    assert "leads out of the pack" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []
    assert files(site).keys() == {SETTINGS}


# --- runs that are cut off


def test_a_run_that_was_cut_off_is_finished_by_the_next(
    site: Path, upstream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, SHARE, "score: 60", "score: 45")
    edit(upstream, SHARE, "version: 1", "version: 2")
    edit(upstream, HUNT, "version: 1", "version: 2")
    renamed(upstream)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(record, "write", full)
        result = run("update", "--pack", site, "--write")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert merged(site)["conflicts"] == []
    assert files(site) == files(upstream) | {SHARE: (site / SHARE).read_bytes()}
    assert "score: 45" in (site / SHARE).read_text("utf-8")
    (site / ".upstream/cloud").rename(site / ".upstream/cloud.old")  # between two renames
    assert run("update", "--pack", site).stdout.endswith("nothing differs from the last release\n")
    assert merged(site)["files"] == []
    assert [path.name for path in (site / ".upstream").iterdir()] == ["cloud"]


def test_a_base_that_was_changed_is_not_used(site: Path) -> None:
    edit(site / ".upstream/cloud/files", SHARE, "score: 60", "score: 61")
    result = run("update", "--pack", site)
    assert result.exit_code == 2
    assert f".upstream/cloud/files/{SHARE} was changed; bring it back from git" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["update", "clod"], "did you mean 'cloud'?"),
        (["add", "cloud", "--name", "../x"], "is no name for it"),
        (["add", "cloud"], "is there already"),
    ],
)
def test_names_that_are_refused(site: Path, arguments: list[str], said: str) -> None:
    result = run(*arguments, "--pack", site)
    assert result.exit_code == 2
    assert said in result.stderr
