"""The whole package: from the server's disk, through Splunk Cloud, and as a folder for a deployer."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.site import APP, connect, edited, tree
from splunkd import Fault, Splunkd
from storypack.app_build.package import package
from storypack.deploy.folder_target import commands, write_app
from storypack.deploy.package_target import Cloud, CloudClient, install_from_path
from storypack.splunkd.errors import DeployError, Refused
from storypack.splunkd.secret import Secret


def packed(files: dict[str, bytes] | None = None) -> bytes:
    return package(files or tree(), APP, dt.date(2026, 11, 22))


def test_from_a_path_on_the_server_and_upgraded(splunkd: Splunkd, tmp_path: Path) -> None:
    file = tmp_path / "app.tar.gz"
    file.write_bytes(packed())
    connection = connect(splunkd)
    assert install_from_path(connection, APP, "1.0.0", str(file)) == ""
    assert splunkd.state.merged(APP, "app", "launcher")["version"] == "1.0.0"
    file.write_bytes(packed(edited("app", "version = 1.0.0", "version = 1.1.0")))
    splunkd.faults.add(Fault("cut", matches=lambda seen: seen.method == "POST", effect=True))
    install_from_path(connection, APP, "1.1.0", str(file))
    assert splunkd.state.merged(APP, "app", "launcher")["version"] == "1.1.0"
    with pytest.raises(DeployError, match=r"not 2\.0\.0"):
        install_from_path(connection, APP, "2.0.0", str(file))
    with pytest.raises(Refused, match="No such file"):
        install_from_path(connection, APP, "1.0.0", "/nowhere.tar.gz")
    with pytest.raises(DeployError, match="no absolute path"):
        install_from_path(connection, APP, "1.0.0", "app.tar.gz")
    connection.close()


def client(splunkd: Splunkd, said: list[str], **options: object) -> CloudClient:
    acs, url = splunkd.acs, splunkd.acs_url
    cloud = Cloud(
        acs.stack, Secret(acs.token), acs.username, Secret(acs.password), login_url=url, inspect_url=url, acs_url=url,
        ca=str(splunkd.ca_file), **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return CloudClient(cloud, said.append, lambda seconds: None)


@pytest.mark.parametrize("experience", ["victoria", "classic"])
def test_through_the_cloud(splunkd: Splunkd, experience: str) -> None:
    splunkd.acs.experience = experience
    said: list[str] = []
    version = client(splunkd, said, classic=experience == "classic").deploy(APP, packed(), "app.tar.gz")
    assert version == "1.0.0"
    assert splunkd.state.merged(APP, "app", "launcher")["version"] == "1.0.0"
    assert said[0] == "logging in to splunk.com" and any("AppInspect" in line for line in said)
    assert not any(secret in line for secret in splunkd.acs.secrets for line in said)


def test_what_appinspect_refuses_is_not_uploaded(splunkd: Splunkd) -> None:
    splunkd.acs.vetting_failures = 1
    with pytest.raises(DeployError, match=r"1 failure\n  check_example: An example failure"):
        client(splunkd, []).deploy(APP, packed(), "app.tar.gz")
    assert not splunkd.acs.installs


def test_a_failed_install_is_said(splunkd: Splunkd) -> None:
    splunkd.acs.install_fails = True
    with pytest.raises(DeployError, match="could not install"):
        client(splunkd, []).deploy(APP, packed(), "app.tar.gz")


def test_the_cloud_takes_its_time(splunkd: Splunkd) -> None:
    splunkd.acs.vetting_polls = 1_000_000
    with pytest.raises(DeployError, match="not ready after 60 seconds"):
        client(splunkd, [], longest=60.0).deploy(APP, packed(), "app.tar.gz")


def test_a_wrong_splunk_com_password_is_said(splunkd: Splunkd) -> None:
    wrong = client(splunkd, [])
    splunkd.acs.password += "x"
    with pytest.raises(Refused, match="Failed to authenticate"):
        wrong.deploy(APP, packed(), "app.tar.gz")


def test_a_folder_holds_exactly_the_app(tmp_path: Path) -> None:
    files = tree()
    target, kept = write_app(APP, files, tmp_path)
    (target / "default" / "old.conf").write_text("[gone]\n")
    assert write_app(APP, files, tmp_path) == (target, kept)
    found = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert found == files
    assert kept == []
    assert [path.name for path in tmp_path.iterdir()] == [APP]
    assert "apply shcluster-bundle" in commands(APP, target)[-1]


def test_what_a_site_put_into_the_folder_stays(tmp_path: Path) -> None:
    files = tree() | {"lookups/known.csv": b"user,comment\n"}
    target, _ = write_app(APP, files, tmp_path)
    site = {
        "local/macros.conf": b"[exf_cloudtrail]\n",
        "local/data/ui/views/mine.xml": b"<dashboard/>",
        "metadata/local.meta": b"[]\n",
        "lookups/own.csv": b"a\n",
        "lookups/known.csv": b"user,comment\nkim,ours\n",
    }
    for path, data in site.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)
    _, kept = write_app(APP, files, tmp_path)
    assert {path: (target / path).read_bytes() for path in site} == site
    assert set(kept) == set(site) - {"lookups/known.csv"}


def test_an_end_between_the_two_names_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, _ = write_app(APP, tree(), tmp_path)
    (target / "local").mkdir()
    (target / "local/macros.conf").write_bytes(b"ours")
    real, count = Path.rename, 0

    def rename(self: Path, other: Path) -> Path:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        return real(self, other)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        write_app(APP, tree(), tmp_path)
    assert (target / "local/macros.conf").read_bytes() == b"ours"
    assert [path.name for path in tmp_path.iterdir()] == [APP]


def test_a_folder_that_is_a_link_is_replaced_and_not_emptied(tmp_path: Path) -> None:
    elsewhere, apps = tmp_path / "elsewhere", tmp_path / "apps"
    write_app(APP, tree(), elsewhere)
    (elsewhere / APP / "lookups").mkdir(exist_ok=True)
    (elsewhere / APP / "lookups/own.csv").write_bytes(b"a\n")
    apps.mkdir()
    (apps / APP).symlink_to(elsewhere / APP)
    _, kept = write_app(APP, tree(), apps)
    assert kept == ["lookups/own.csv"] and not (apps / APP).is_symlink()
    assert (elsewhere / APP / "lookups/own.csv").read_bytes() == (apps / APP / "lookups/own.csv").read_bytes() == b"a\n"
    assert [path.name for path in apps.iterdir()] == [APP]


@pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")
def test_the_printed_commands_leave_a_site_s_files(tmp_path: Path) -> None:
    target, _ = write_app(APP, tree() | {"lookups/known.csv": b"user\n"}, tmp_path)
    place = tmp_path / "splunk/etc/shcluster/apps" / APP
    for path, data in {"local/macros.conf": b"x", "lookups/known.csv": b"kim", "default/old.conf": b"y"}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    for line in commands(APP, target)[:2]:
        subprocess.run(line, shell=True, check=True, env={**os.environ, "SPLUNK_HOME": str(tmp_path / "splunk")})
    assert (place / "local/macros.conf").read_bytes() == b"x"
    assert (place / "lookups/known.csv").read_bytes() == b"kim"
    assert (place / "default/app.conf").is_file() and not (place / "default/old.conf").exists()


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / APP).mkdir()
    (tmp_path / APP / "thesis.txt").write_text("ten years")
    with pytest.raises(DeployError, match="is not the app"):
        write_app(APP, tree(), tmp_path)
    assert (tmp_path / APP / "thesis.txt").read_text() == "ten years"
