"""`storypack investigate`, as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import main

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/sysmon/insider_archive_sent_out.xml"
NAME = "insider_archive_and_transfer"


def run(*arguments: str) -> Result:
    given = ["--sourcetype", "XmlWinEventLog", "--source", "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"]
    return CliRunner().invoke(main, ["investigate", NAME, "--pack", str(ROOT), "--data", str(DATA), *given, *arguments])


def test_the_steps_are_answered_in_order() -> None:
    result = run("--set", "user=m.kraft", "--set", "time=2026-11-18T16:42Z", "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [step["row_count"] for step in document["steps"]] == [1, 1, 1, 2, 1, 2, 0, 0]  # no own zone is listed
    assert [technique["id"] for technique in document["techniques"]] == [
        "T1048",
        "T1059.001",
        "T1074.001",
        "T1105",
        "T1560.001",
    ]


def test_a_page_holds_no_markup_of_the_logs(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("--set", "user=<b>x</b>", "--format", "html", "-o", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "http://" not in text and "https://" not in text


def test_text_ends_with_a_summary() -> None:
    result = run("--set", "user=m.kraft", "--set", "time=newest")
    assert result.exit_code == 0
    summary = result.stdout.partition("Summary\n")[2]
    assert "1. Archives written: 1 row\n" in summary
    assert "8. Summary: for the analyst\n" in summary
    assert "T1074.001 Local Data Staging (step 5)" in summary


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "this investigation needs --set user=..."),
        (("--set", "usr=a"), "no input 'usr'; did you mean 'user'?"),
        (("--set", "user"), "--set wants NAME=VALUE"),
        (("--set", "user=a", "--set", "time=soon"), "'soon' is no time"),
    ],
)
def test_a_wrong_option_is_named(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_name_that_is_not_there_and_no_name_at_all() -> None:
    wrong = CliRunner().invoke(main, ["investigate", "insider_archive_and_transfe", "--pack", str(ROOT)])
    assert wrong.exit_code == 2 and "the pack has no investigation" in wrong.stderr
    listed = CliRunner().invoke(main, ["investigate", "--pack", str(ROOT)])
    assert listed.exit_code == 0 and "Insider Archive and Transfer  (8 steps)" in listed.stdout
