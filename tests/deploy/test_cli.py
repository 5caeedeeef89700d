"""The command line from end to end, as a person and as a CI job use it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml

from splunkd import Fault, Splunkd, writes
from storypack.cli import main

ROOT = Path(__file__).parents[2]
FOLDERS = ("stories", "macros", "lookups", "data_sources", "schedules", "app")
DETECTION = "detections/cloud/aws_disable_bucket_versioning.yml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack of this repository with one detection."""
    made = tmp_path / "pack"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, made / name)
    (made / DETECTION).parent.mkdir(parents=True)
    text = (ROOT / DETECTION).read_text()
    (made / DETECTION).write_text(
        text[: text.index("\ntests:") + 1].replace("status: production", "status: experimental")
    )
    for story in (made / "stories").iterdir():
        if yaml.safe_load(story.read_text())["name"] not in yaml.safe_load(text)["analytic_story"]:
            story.unlink()
    shutil.copy(ROOT / "storypack.yml", made)
    return made


@pytest.fixture
def run(splunkd: Splunkd, pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("plan", "--format", "json") -> (exit code, stdout, stderr)`, with credentials in the environment."""
    monkeypatch.setenv("STORYPACK_SPLUNK_HOST", splunkd.host)
    monkeypatch.setenv("STORYPACK_SPLUNK_PORT", str(splunkd.port))
    monkeypatch.setenv("STORYPACK_SPLUNK_CA", str(splunkd.ca_file))
    monkeypatch.setenv("STORYPACK_SPLUNK_USERNAME", splunkd.username)
    monkeypatch.setenv("STORYPACK_SPLUNK_PASSWORD", splunkd.password)

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["deploy", words[0], "--pack", str(pack), *words[1:]])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def app_of(splunkd: Splunkd) -> str:
    return next(name for name in splunkd.state.apps.apps if name not in ("search", "system"))


def test_plan_apply_drift_rollback(run: Run, splunkd: Splunkd) -> None:
    first = splunkd.state.dump()
    code, out, _ = run("plan")
    assert code == 3 and "to create" in out.splitlines()[-1]
    code, out, _ = run("apply", "--yes")
    assert code == 0 and out.splitlines()[-1].startswith("done: apply 0001, ")
    code, out, _ = run("plan")
    assert code == 0 and "plan: nothing to do" in out
    app = splunkd.state.app(app_of(splunkd))
    name = next(name for name, one in app.local["savedsearches"].items() if one.get("enableSched") == "1")
    app.put("savedsearches", name, {"search": "index=other", "disabled": "0"})
    code, out, _ = run("plan")
    assert code == 3 and f"! saved search  {name}" in out and "kept disabled: 0" in out
    code, out, _ = run("plan", "--format", "json")
    plan = json.loads(out)
    drifted = [one for one in plan["objects"] if one["status"] == "drifted"]
    assert code == 3 and plan["pending"] == 1
    assert [one["name"] for one in drifted] == [name] and drifted[0]["changes"][0]["old"] == "index=other"
    code, out, _ = run("apply", "--yes", "--format", "json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and lines[0]["name"] == name and lines[-1] == {"ended": "apply", "run": "0002", "steps": 1}
    code, out, _ = run("rollback", "--plan", "1")
    assert code == 3 and "back to before run 0001" in out
    code, out, _ = run("status")
    assert code == 0 and "1 enabled" in out and "run 0002: apply" in out
    assert run("rollback", "--yes", "1")[0] == 0
    assert splunkd.state.dump() == first
    code, _, err = run("rollback", "--yes")
    assert code == 2 and "nothing to roll back" in err


def test_an_interrupted_apply_is_told_and_gone_on_with(run: Run, splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("expire", nth=9, matches=writes, times=2))
    code, _, err = run("apply", "--yes")
    assert code == 2 and "run the same command again" in err and "HTTP 401" in err
    splunkd.faults.clear()
    code, _, err = run("plan")
    assert code == 3 and "apply 0001" in err and "was interrupted after" in err
    assert run("apply", "--yes")[0] == 0
    assert run("plan")[0] == 0
    run("rollback", "--yes")
    assert set(splunkd.state.apps.apps) == {"search", "system"}


def test_an_interrupted_rollback_comes_before_an_apply(run: Run, splunkd: Splunkd) -> None:
    run("apply", "--yes")
    splunkd.faults.add(Fault("expire", nth=5, matches=writes, times=2))
    assert run("rollback", "--yes")[0] == 2
    splunkd.faults.clear()
    code, _, err = run("apply", "--yes")
    assert code == 2 and "finish it with 'storypack deploy rollback'" in err
    assert run("rollback", "--yes")[0] == 0
    assert set(splunkd.state.apps.apps) == {"search", "system"}
    assert run("apply", "--yes")[0] == 0


def test_nobody_is_asked_where_nobody_is(run: Run, splunkd: Splunkd) -> None:
    code, _, err = run("apply")
    assert code == 2 and "--yes" in err and len(splunkd.log) == 0


def test_what_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("STORYPACK_SPLUNK_PASSWORD")
    code, _, err = run("plan")
    assert code == 2 and "STORYPACK_SPLUNK_TOKEN" in err
    monkeypatch.delenv("STORYPACK_SPLUNK_HOST")
    code, _, err = run("plan")
    assert code == 2 and "--host" in err


def test_insecure_warns_and_a_stranger_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORYPACK_SPLUNK_CA")
    code, _, err = run("plan")
    assert code == 2 and "--ca FILE" in err
    code, _, err = run("plan", "--insecure")
    assert code == 3 and "not verified" in err


def test_a_pack_with_errors_is_not_deployed(run: Run, pack: Path, splunkd: Splunkd) -> None:
    broken = next((pack / "detections").rglob("*.yml"))
    broken.write_text(broken.read_text().replace("version: ", "versoin: ", 1))
    code, _, err = run("apply", "--yes")
    assert code == 2 and "the pack has errors" in err and len(splunkd.log) == 0


def test_a_folder_for_a_deployer_needs_no_instance(run: Run, tmp_path: Path, splunkd: Splunkd) -> None:
    code, out, _ = run("apply", "--to-dir", str(tmp_path / "out"))
    assert code == 0 and "apply shcluster-bundle" in out and len(splunkd.log) == 0
    assert list((tmp_path / "out").glob("*/default/app.conf"))
    assert run("apply", "--to-dir", "x", "--install-from", "/y")[0] == 2


def test_a_package_on_the_server(run: Run, pack: Path, splunkd: Splunkd) -> None:
    with pytest.raises(SystemExit):
        main(["build", "--pack", str(pack)])
    (built,) = (pack / "dist").glob("*.tar.gz")
    code, out, err = run("apply", "--yes", "--install-from", str(built))
    assert code == 0 and "is installed on" in out, err
    code, out, _ = run("plan")
    assert "foreign" not in out and code in (0, 3)


def test_a_package_to_the_cloud(run: Run, monkeypatch: pytest.MonkeyPatch, splunkd: Splunkd) -> None:
    for name in ("LOGIN", "APPINSPECT", "ACS"):
        monkeypatch.setenv(f"STORYPACK_SPLUNK_{name}_URL", splunkd.acs_url)
    monkeypatch.setenv("STORYPACK_SPLUNK_ACS_TOKEN", splunkd.acs.token)
    monkeypatch.setenv("STORYPACK_SPLUNK_COM_USERNAME", splunkd.acs.username)
    monkeypatch.setenv("STORYPACK_SPLUNK_COM_PASSWORD", splunkd.acs.password)
    monkeypatch.setattr("storypack.deploy.package_target.time.sleep", lambda seconds: None)
    code, out, err = run("apply", "--yes", "--acs", splunkd.acs.stack)
    assert code == 0 and "is installed on example-stack" in out and "AppInspect" in err


@pytest.mark.parametrize("format", ["json", "text"])
def test_a_reader_who_goes_away_stops_nothing(run: Run, splunkd: Splunkd, pack: Path, format: str) -> None:
    command = [
        sys.executable,
        "-m",
        "storypack.cli",
        "deploy",
        "apply",
        "--yes",
        "--pack",
        str(pack),
        "--format",
        format,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    for line in process.stdout:
        if b'"step": 1' in line or b"[1/" in line:
            break
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=120) == 0 and not err
    assert run("plan")[0] == 0


@pytest.mark.parametrize("moved", [False, True])
def test_a_yes_is_for_what_was_shown(run: Run, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch, moved: bool) -> None:
    """Somebody else deploys, or changes something, while the plan is being read."""

    def confirm(question: str, abort: bool) -> None:
        if moved:
            splunkd.state.add_app("DA-ESS-DataExfiltration")

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", confirm)
    code, _, err = run("apply")
    assert code == (2 if moved else 0), err
    if moved:
        assert "has changed since the plan was shown" in err and not splunkd.log.writes()
    else:
        assert run("rollback")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", "--host", "https://splunk.example.com:8089"), "no name of a host"),
        (("plan", "--host", "192.0.2.1:8089"), "its port goes into --port"),
        (("plan", "--host", "splunk.example.com:8089"), "its port goes into --port"),
        (("plan", "--host", "fe80::1::2"), "no name of a host"),
        (("plan", "--port", "99999"), "--port"),
        (("plan", "--timeout", "0"), "--timeout"),
        (("plan", "--timeout", "nan"), "no number of seconds"),
        (("plan", "--ca", "/nowhere.pem"), "does not exist"),
        (("rollback", "last", "--yes"), "'last' is no run"),
        (("rollback", "7", "--yes"), "nothing to roll back"),
        (("apply", "--yes", "--install-from", "app.tgz"), "no absolute path"),
    ],
)
def test_wrong_words(run: Run, words: tuple[str, ...], told: str) -> None:
    code, out, err = run(*words)
    assert code == 2 and told in err and not out


def test_where_it_is_may_stand_in_the_file(
    run: Run, pack: Path, splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("HOST", "PORT", "CA", "USERNAME", "PASSWORD")
    for name in names:
        monkeypatch.delenv(f"STORYPACK_SPLUNK_{name}")
    values = (splunkd.host, splunkd.port, splunkd.ca_file, splunkd.username, splunkd.password)
    lines = [f"STORYPACK_SPLUNK_{name}={value}\n" for name, value in zip(names, values, strict=True)]
    (pack / ".env").write_text("".join(lines))
    assert run("plan")[0] == 3
    (pack / ".env").write_text("".join(lines).replace(str(splunkd.port), "eighty"))
    code, _, err = run("plan")
    assert code == 2 and "STORYPACK_SPLUNK_PORT is no port" in err


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_ends_in_the_middle_leaves_a_trace_and_nothing_half_done(
    run: Run, splunkd: Splunkd, pack: Path, tmp_path: Path, signal_number: int
) -> None:
    run("apply", "--yes")
    goal = splunkd.state.dump()
    run("rollback", "--yes")
    splunkd.faults.add(Fault("late", nth=25, matches=writes, seconds=60))
    since = len(splunkd.log)
    command = [sys.executable, "-m", "storypack.cli", "deploy", "apply", "--yes", "--pack", str(pack)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(2400):
        if any(logged.fault for logged in list(splunkd.log)[since:]):
            break
        time.sleep(0.05)
    process.send_signal(signal_number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == (130 if signal_number == signal.SIGINT else -signal.SIGKILL), err
    assert "Traceback" not in err
    if signal_number == signal.SIGINT:
        assert "apply 0003 of" in err and "was interrupted after" in err and "to go on, or 'storypack deploy rol" in err
    code, _, err = run("plan")
    assert code == 3 and "apply 0003" in err and "was interrupted after" in err
    assert run("apply", "--yes")[0] == 0
    assert splunkd.state.dump() == goal
    run("rollback", "--yes")
    assert set(splunkd.state.apps.apps) == {"search", "system"}
