"""The packages pass Splunk AppInspect: no error, no failure, no warning without a word in docs/appinspect.md."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from storypack.app_build import inspect as appinspect
from storypack.app_build.inspect import TAG_SETS, InspectError, inspect, known_tags, parse_report
from storypack.app_build.package import package, write_folder, write_package
from storypack.app_build.pipeline import build_pack
from storypack.authoring.starter import named, starter
from storypack.pack.load import load_pack

REPOSITORY = Path(__file__).parents[2]
EXPLAINED = (REPOSITORY / "docs" / "appinspect.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("tags", TAG_SETS, ids=lambda tags: "-".join(tags) or "every-check")
@pytest.mark.parametrize("pack", [REPOSITORY, Path(__file__).parent / "pack"], ids=["this-pack", "example-pack"])
def test_the_package_passes(pack: Path, tags: tuple[str, ...], tmp_path: Path) -> None:
    built = build_pack(load_pack(pack).pack, tmp_path)
    result = inspect(built.path, tags)
    assert result.passed, result.findings
    assert result.summary["success"] > 90
    assert {finding.result for finding in result.findings} <= {"warning"}
    for finding in result.findings:
        assert f"`{finding.check}`" in EXPLAINED, finding


@pytest.mark.slow
def test_the_package_of_a_new_pack_passes(tmp_path: Path) -> None:
    write_folder({path: text.encode() for path, text in starter(named("x", "A", "2026-11-22")).items()}, tmp_path / "x")
    result = inspect(build_pack(load_pack(tmp_path / "x").pack, tmp_path).path, ("cloud",))
    assert result.passed, result.findings


@pytest.mark.slow
def test_a_package_that_is_wrong_fails(tmp_path: Path) -> None:
    target = tmp_path / "app.tar.gz"
    tree = {"default/app.conf": b"[install]\nis_configured = 1\n", "local/app.conf": b"[x]\n", "README.md": b"x"}
    write_package(package(tree, "app", dt.date(2026, 1, 1)), target)
    result = inspect(target, ("cloud",))
    assert not result.passed
    assert "check_that_local_does_not_exist" in {finding.check for finding in result.findings}


@pytest.mark.slow
def test_what_is_no_package_fails(tmp_path: Path) -> None:
    target = tmp_path / "app.tar.gz"
    target.write_bytes(b"no archive")
    assert not inspect(target, ("cloud",)).passed


@pytest.mark.slow
def test_a_tag_that_no_check_has_is_no_pass(tmp_path: Path) -> None:
    built = build_pack(load_pack(Path(__file__).parent / "pack").pack, tmp_path)
    with pytest.raises(InspectError, match="no checks with the tag clowd"):
        inspect(built.path, ("clowd",))


@pytest.mark.slow
def test_without_a_report_the_reason_is_said(tmp_path: Path) -> None:
    with pytest.raises(InspectError, match="no report"):
        inspect(tmp_path / "missing.tar.gz")


def test_tags_are_read_from_appinspects_own_list() -> None:
    assert {"cloud", "private_victoria", "private_classic"} <= known_tags()


def test_without_the_extra_the_cure_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(appinspect, "find_spec", lambda name: None)
    with pytest.raises(InspectError, match=r"pip install .*\[inspect\]"):
        inspect(tmp_path / "x.tar.gz")


def test_a_report_becomes_findings_in_order() -> None:
    def check(name: str, result: str, *messages: str) -> dict[str, object]:
        listed = [{"result": result, "message": text, "message_filename": None} for text in messages]
        return {"name": name, "result": result, "description": f"about {name}", "messages": listed}

    checks = [check("b", "warning", "two", "one"), check("a", "success"), check("c", "failure"), check("d", "skipped")]
    report = {"summary": {"failure": 1, "warning": 1}, "reports": [{"groups": [{"checks": checks}]}]}
    result = parse_report(json.loads(json.dumps(report)), ("cloud",))
    assert [(f.result, f.check, f.message) for f in result.findings] == [
        ("failure", "c", "about c"),
        ("warning", "b", "one"),
        ("warning", "b", "two"),
    ]
    assert not result.passed


@pytest.mark.parametrize("result", ["error", "failure", "future_failure"])
def test_one_bad_result_is_enough(result: str) -> None:
    assert not parse_report({"summary": {result: 1}, "reports": [{"groups": []}]}, ()).passed
    assert parse_report({"summary": {"warning": 5}, "reports": [{"groups": []}]}, ()).passed
