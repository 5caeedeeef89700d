"""A baseline accepts what is there, and nothing that comes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from storypack.checks import baseline
from storypack.checks.baseline import BaselineError
from storypack.cli import main
from storypack.issue import Issue, Location, Severity
from tests.checks.example_pack import ODD, variant, write

issues = st.lists(
    st.builds(
        Issue,
        st.sampled_from(["SP101", "SP102"]),
        st.sampled_from([Severity.ERROR, Severity.WARNING]),
        st.sampled_from(["wrong", "w\u00f6rse"]),
        st.builds(Location, st.sampled_from(["a.yml", "b.yml"]), st.integers(1, 9)),
        st.sampled_from(["", "search"]),
    ),
    max_size=12,
)


@given(issues, issues)
def test_what_is_accepted_and_what_is_new_is_all(then: list[Issue], now: list[Issue]) -> None:
    compared = baseline.compare(now, baseline.of(then))
    assert compared.accepted + len(compared.new) == len(now)
    assert compared.left == baseline.of(then) & baseline.of(now)
    assert baseline.of(compared.new) == baseline.of(now) - baseline.of(then)
    assert not baseline.compare(now, baseline.of(now)).new


@given(issues)
def test_the_file_reads_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, then: list[Issue]) -> None:
    file = tmp_path_factory.mktemp("kept") / "accepted.jsonl"
    file.write_text(baseline.text(baseline.of(then)), encoding="utf-8")
    assert baseline.read(file) == baseline.of(then)


def test_moved_lines_do_not_matter_and_once_more_is_new() -> None:
    issue = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 3))
    moved = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 30))
    assert baseline.compare([moved], baseline.of([issue])).new == []
    assert baseline.compare([issue, moved], baseline.of([issue])).new == [moved]


def test_of_files_that_were_not_looked_at_nothing_is_said() -> None:
    there, elsewhere = (Issue("SP101", Severity.ERROR, "wrong", Location(file, 3)) for file in ("a.yml", "b.yml"))
    compared = baseline.compare([], baseline.of([there, elsewhere]), ["a.yml"])
    assert compared.left == baseline.of([elsewhere])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff", "no UTF-8"),
        (b"{", "line 1 is no JSON"),
        (b"\n<<<<<<< ours\n", "line 2 is no JSON; two versions of it were not merged"),
        (b"[]", "line 1 is no issue"),
        (b'{"rule": "SP1", "file": "a", "key": "", "message": "x", "count": 0}', "line 1 is no issue"),
        (b"[" * 100_000, "line 1 is no JSON"),
    ],
)
def test_what_is_no_baseline(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "accepted.jsonl"
    file.write_bytes(content)
    with pytest.raises(BaselineError, match=reason):
        baseline.read(file)


def run(root: Path, *arguments: str) -> Result:
    file = str(root / "accepted.jsonl")
    return CliRunner().invoke(main, ["validate", "--pack", str(root), "--no-cache", "--baseline", file, *arguments])


def test_a_ratchet(tmp_path: Path) -> None:
    wrong = {ODD: {"search": "index=a | (b"}}
    root = write(tmp_path, variant(wrong))
    file = root / "accepted.jsonl"
    assert run(root).exit_code == 2
    assert not file.exists()
    assert run(root, "--update-baseline").exit_code == 0
    accepted = baseline.read(file)
    assert accepted.total() > 0
    passed = run(root)
    assert passed.exit_code == 0
    assert f"{accepted.total()} accepted" in passed.stdout
    worse = root / "detections/endpoint/much_risk.yml"
    sound = worse.read_text(encoding="utf-8")
    worse.write_text(sound.replace("version: 1\n", "version: x\n"), encoding="utf-8")
    failed = run(root)
    assert failed.exit_code == 1
    assert "much_risk.yml" in failed.stdout
    assert "odd_upload.yml" not in failed.stdout
    worse.write_text(sound, encoding="utf-8")
    write(tmp_path, variant({}))
    assert run(root).exit_code == 0
    assert baseline.read(file) < accepted
    write(tmp_path, variant(wrong))
    assert run(root).exit_code == 1


def test_an_update_without_a_place_is_refused() -> None:
    result = CliRunner().invoke(main, ["validate", "--update-baseline"])
    assert result.exit_code == 2
    assert "--baseline FILE" in result.output
    assert baseline.of([]) == Counter()
