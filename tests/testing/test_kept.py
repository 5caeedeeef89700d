"""Results that are kept between runs are those that a run from nothing gives, whatever was edited in between."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storypack.pack.load import load_pack
from storypack.testing import kept as module
from storypack.testing.kept import Kept, store_of
from storypack.testing.plan import plan_tests
from storypack.testing.pool import run_tests
from storypack.testing.results import Outcome, TestRun

from .small_pack import SmallPack, event, search_test

EDITS = int(os.environ.get("STORYPACK_EDITS", "12"))
EVENTS = [
    event(0, user="kim", action="copy", src="192.0.2.1", size=5),
    event(1, user="lee", action="send", src="192.0.2.2", size=50),
    event(2, user="kim", action="send", src="192.0.2.2", size=500),
]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def several(pack: SmallPack) -> SmallPack:
    """Detections that reach one another's macros, a lookup, another search, and the risk of others."""
    macros = {
        "ex_large": "where size>10",
        "ex_named(1)": "lookup ex_$which$ user OUTPUT owner",
        "ex_either": "`ex_large`",
        "ex_fit": "fit DensityFunction size",
    }
    for name, definition in macros.items():
        arguments = {"arguments": ["which"]} if name.endswith("(1)") else {}
        plain = name.partition("(")[0]
        pack.write(f"macros/{plain}.yml", {**pack.common(plain), "definition": definition, **arguments})
    pack.lookup("ex_owners", "user,owner\nkim,backup\n")
    pack.lookup("ex_others", "user,owner\nlee,backup\n")
    pack.schedule("default_anomaly", "-70m@m", "-10m@m")
    pack.schedule("default_correlation", "-24h@m", "now")
    risk = {
        "type": "Anomaly",
        "finding": None,
        "intermediate_findings": {"entities": [{"field": "user", "type": "user", "score": 40, "message": "$user$"}]},
    }
    searches = {
        "Large": "`ex_audit` action=send | `ex_either` | stats count by user | `ex_large_filter`",
        "Owned": '`ex_audit` | `ex_named(owners)` | where owner="backup" | stats count by user | `ex_owned_filter`',
        "Plain": "`ex_audit` user=* | stats count by user | `ex_plain_filter`",
        "Fitted": "`ex_audit` | `ex_fit` | `ex_fitted_filter`",
        "Slip": "`ex_audit` NOT ussr=lee | stats count by user | `ex_slip_filter`",
    }
    for name, search in searches.items():
        pack.detection(name, search, search_test("x", EVENTS, expected_results=2), **risk)
    both = (
        "| tstats count from datamodel=Risk.All_Risk where All_Risk.risk_object=* by All_Risk.risk_object"
        " All_Risk.search_name | `ex_both_filter`"
    )
    pack.detection("Both", both, search_test("x", EVENTS, expected_results=5), type="Correlation")
    return pack


def run(pack: SmallPack, *, keep: bool) -> TestRun:
    loaded = load_pack(pack.folder).pack
    kept = Kept(loaded, store_of(pack.folder)) if keep else None
    planned = plan_tests(loaded)
    return (kept and kept.whole_run(planned)) or run_tests(loaded, planned, kept=kept)


def test_nothing_is_run_twice(several: SmallPack) -> None:
    first = run(several, keep=True)
    assert first.unchanged == 0
    passed = first.count(Outcome.PASSED)
    assert passed >= 2
    again = run(several, keep=True)
    assert first.count(Outcome.NOT_RUN) == 1  # the engine knows no `fit`
    assert again.unchanged == passed + 1
    assert again.results == first.results


ENGINE = """
import sys
from pathlib import Path
from storypack.pack.load import load_pack
from storypack.testing.kept import Kept, store_of
from storypack.testing.plan import plan_tests
pack = load_pack(Path(sys.argv[1])).pack
run = Kept(pack, store_of(pack.root)).whole_run(plan_tests(pack))
print(run is not None, "duckdb" in sys.modules)
"""


def test_where_nothing_changed_the_engine_is_not_even_imported(several: SmallPack) -> None:
    for result in run(several, keep=False).results:
        if result.outcome is Outcome.FAILED or result.test.search == "Both":  # what fails is run each time
            (several.folder / result.test.file).unlink()

    def imported() -> str:
        command = [sys.executable, "-c", ENGINE, str(several.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert imported() == "False False"
    run(several, keep=True)
    assert imported() == "True False"
    file = several.folder / "macros/ex_large.yml"
    file.write_text(file.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert imported() == "False True"


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        file = folder / path
        if file.exists():
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace(old, new) if old in text else text.replace(new, old), encoding="utf-8")

    return edit


def moved(path: str) -> Callable[[Path], None]:
    """Takes a file away, or brings it back."""

    def edit(folder: Path) -> None:
        file, away = folder / path, folder / f"{path}.away"
        if file.exists():
            file.rename(away)
        elif away.exists():
            away.rename(file)

    return edit


CHANGES = {
    "a macro": replaced("macros/ex_large.yml", "size>10", "size>100"),
    "a macro of macros": replaced("macros/ex_either.yml", "`ex_large`", "`ex_large` | where 1=1"),
    "a name that is put together": replaced("macros/ex_named.yml", "ex_$which$", "ex_others"),
    "an argument": replaced("detections/cloud/owned.yml", "named(owners)", "named(others)"),
    "a lookup's rows": replaced("lookups/ex_owners.csv", "kim,", "lee,"),
    "another lookup's rows": replaced("lookups/ex_others.csv", "lee,", "kim,"),
    "a lookup's settings": replaced("lookups/ex_owners.yml", "type: csv", "type: csv\ncase_sensitive_match: false"),
    "a search": replaced("detections/cloud/large.yml", "action=send", "action=*"),
    "what a test expects": replaced("detections/cloud/large.yml", "expected_results: 2", "expected_results: 1"),
    "events": replaced("tests/data/large_0.jsonl", '"size": 50}', '"size": 5}'),
    "events of the correlation": replaced("tests/data/both_0.jsonl", '"user": "lee"', '"user": "kim"'),
    "a field of another test": replaced("tests/data/owned_0.jsonl", '"src"', '"ussr"'),
    "a field that a slip means": replaced("tests/data/slip_0.jsonl", '"user": "lee"', '"ussr": "lee"'),
    "what feeds a correlation": replaced("detections/cloud/owned.yml", "score: 40", "score: 0"),
    "a title": replaced("detections/cloud/owned.yml", "name: Owned", "name: Owned Disks"),
    "a schedule": replaced("schedules/default_anomaly.yml", "-70m@m", "-1d@d"),
    "the prefix": replaced("storypack.yml", "stanza_prefix: EX", "stanza_prefix: EY"),
    "a detection goes": moved("detections/cloud/slip.yml"),
    "a macro goes": moved("macros/ex_large.yml"),
    "a lookup goes": moved("lookups/ex_others.yml"),
    "a search is run after all": replaced("macros/ex_fit.yml", "fit DensityFunction", "search user=kim OR"),
    "events go": moved("tests/data/owned_0.jsonl"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_after_each_change_the_kept_results_are_the_true_ones(several: SmallPack, name: str) -> None:
    run(several, keep=True)
    CHANGES[name](several.folder)
    assert run(several, keep=True).results == run(several, keep=False).results


@pytest.mark.parametrize("seed", range(max(1, EDITS // 12)))
def test_after_random_changes_the_kept_results_are_the_true_ones(several: SmallPack, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        for name in chance.sample(list(CHANGES), chance.randint(0, 3)):
            CHANGES[name](several.folder)
        assert run(several, keep=True).results == run(several, keep=False).results


def test_one_changed_detection_runs_alone(several: SmallPack) -> None:
    first = run(several, keep=True)
    assert "detections/cloud/plain.yml" in {each.test.file for each in first.results if each.outcome is Outcome.PASSED}
    CHANGES["a search"](several.folder)
    assert 0 < run(several, keep=True).unchanged < first.count(Outcome.PASSED)


def test_another_tool_keeps_nothing_of_this_one(several: SmallPack, monkeypatch: pytest.MonkeyPatch) -> None:
    run(several, keep=True)
    monkeypatch.setattr(module, "tool_digest", lambda: "another")
    assert run(several, keep=True).unchanged == 0


def test_an_overlay_is_no_unchanged_pack(several: SmallPack) -> None:
    before = run(several, keep=True)
    several.write(
        "overlays/large.yml",
        {"kind": "detection", "target": "Large", "reason": "Kim may.", "filter": "search NOT user=kim"},
    )
    several.write(
        "overlays/named.yml",
        {"kind": "macro", "target": "ex_large", "reason": "More.", "definition": "where size>1000"},
    )
    again = run(several, keep=True)
    assert again.results == run(several, keep=False).results
    assert again.unchanged < before.count(Outcome.PASSED)
    assert [result.count for result in again.results] != [result.count for result in before.results]
