"""The walk: every fault at every request of an apply and of a rollback.

Whatever strikes, and wherever: after running the command again the instance is as after an undisturbed run, and rolled
back it is as it was at first. The counts at the end say that the walk really hit every step.
"""

from __future__ import annotations

import copy
import csv
import io
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.site import APP, Site, edited
from secret_watch import look
from splunkd import Fault, Splunkd, State, searching
from splunkd.searching import Ask, Question
from storypack.engine import Result
from storypack.splunkd.errors import DeployError


def _answer(nth: int, **fault: Any) -> Fault:
    return Fault("answer", nth, **fault)


FAULTS: dict[str, Callable[[int], Fault]] = {
    "401": lambda nth: Fault("expire", nth),
    "429": lambda nth: Fault("throttle", nth, retry_after=0),
    "503": lambda nth: Fault("busy", nth),
    "503 for long": lambda nth: Fault("busy", nth, times=20),
    "cut before the effect": lambda nth: Fault("cut", nth, effect=False),
    "cut after the effect": lambda nth: Fault("cut", nth, after_bytes=0, effect=True),
    "cut in the answer": lambda nth: Fault("cut", nth, after_bytes=40, effect=True),
    "cut again and again": lambda nth: Fault("cut", nth, times=20, effect=True),
    "late": lambda nth: Fault("late", nth, seconds=1.0),
    "restart": lambda nth: Fault("restart", nth, effect=True),
}
STATUSES = (400, 403, 404, 409, 500, 502, 503, 504)
ANSWERS: dict[str, Callable[[int], Fault]] = {
    f"{status} {'after' if effect else 'before'} the effect": partial(_answer, status=status, effect=effect)
    for status in STATUSES
    for effect in (False, True)
}
ANSWERS["500 with the effect on disk alone"] = partial(_answer, status=500, effect=True, stale=True)
ANSWERS["a login page before the effect"] = partial(_answer, status=200, effect=False, body=b"<html>Log in</html>")
ANSWERS["a login page after the effect"] = partial(_answer, status=200, effect=True, body=b"<html>Log in</html>")
FAULTS |= ANSWERS
FAULTS["504 for long after the effect"] = partial(_answer, status=504, effect=True, times=20)
LASTING = ("503 for long", "cut again and again", "504 for long after the effect")
NEW = edited(  # a changed search, a key that goes, a key that comes
    "savedsearches",
    "method=POST",
    "method=PUT",
    ("alert.suppress.period = 3600s\n", ""),
    ("schedule_window = auto", "schedule_window = auto\nalert.severity = 5"),
) | {
    "default/macros.conf": b"[exf_new]\ndefinition = x\n[exf_proxy]\ndefinition = index=proxy2\n",
    "lookups/exf_trusted_1.csv": b"domain,comment\nexample.net,new\n",
}
READ = re.compile(r'\| inputlookup "([^"]+)"')
WRITE = re.compile(r'\| makeresults format=csv data="([^"]+)" \| table .* \| outputlookup create_context=app "([^"]+)"')
Run = Callable[[Site], object]


@pytest.fixture(autouse=True)
def lists_without_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two searches of an apply by hand: opening an engine for each would take most of the walk's time."""
    real = searching.search

    def search(state: State, question: Question, ask: Ask) -> Result:
        if read := READ.fullmatch(question.spl):
            text = state.app(question.app).found("lookups", read[1]).settings["eai:data"]
            rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text)))
            return Result(rows, tuple(rows[0]))
        if written := WRITE.fullmatch(question.spl):
            state.app(question.app).put("lookups", written[2], {"eai:data": written[1]})
            return Result([], ())
        return real(state, question, ask)

    monkeypatch.setattr(searching, "search", search)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk is about requests; half of its time would go into a thousand fsyncs."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def until_done(run: Run, site: Site) -> int:
    """Run, and run again after each failure; how often it failed."""
    for failures in range(6):
        try:
            run(site)
            return failures
        except DeployError as error:
            look("an error", str(error))
            site.splunkd.faults.clear()
    raise AssertionError("it never came to an end")


def walk(tmp_path: Path, fault: str, before: Run | None, run: Run, back: Run | None) -> tuple[int, int]:
    """Strike at the first request, the second, ... until a run is through unharmed. (steps walked, runs that failed)"""
    failed = 0
    with Splunkd() as splunkd:
        target = {"retries": 8, "timeout": 0.3} if fault == "late" else {"retries": 4}
        site = Site(splunkd, tmp_path / "start", {"backoff": 0.001, **target})
        site.folder.mkdir()
        if before:
            before(site)
        shutil.copytree(site.folder, tmp_path / "first")
        start, first = splunkd.state.content(), splunkd.state.dump()
        since = len(splunkd.log)
        run(site)
        requests = len(splunkd.log) - since
        goal, permissions = splunkd.state.dump(), effective(splunkd)
        assert goal != first
        for nth in range(1, 200):
            undo(site, start, tmp_path / str(nth), before)
            assert splunkd.state.dump() == first
            since = len(splunkd.log)
            splunkd.faults.add(FAULTS[fault](nth))
            failed += until_done(run, site) > 0
            splunkd.faults.clear()
            if any("each object gets its own" in step.note for step in site.steps):
                assert effective(splunkd) == permissions, f"{fault} at request {nth}"
            else:
                assert splunkd.state.dump() == goal, f"{fault} at request {nth}"
            site.steps.clear()
            if back:
                back(site)
                assert splunkd.state.dump() == first, f"rolled back after {fault} at request {nth}"
            if not any(logged.fault for logged in list(splunkd.log)[since:]):
                assert nth == requests + 1 or fault == "late"  # a slow machine is late by itself
                return requests, failed
    raise AssertionError("the walk has no end")


def effective(splunkd: Splunkd) -> dict[str, Any]:
    """The end state with what each object's permissions come to, wherever they are written."""
    app = splunkd.state.app(APP)
    acls = {
        (kind, name): app.acl(kind, name) for kind, stanzas in app.local.items() if kind != "app" for name in stanzas
    }
    whole = splunkd.state.dump()
    del whole["apps"][APP]["meta"]
    return {**whole, "permissions": acls}


def undo(site: Site, start: dict[str, Any], folder: Path, before: Run | None) -> None:
    """The instance and our records as they were at the start of the walk."""
    with site.splunkd.state.lock:
        site.splunkd.state.restore(copy.deepcopy(start))
    site.folder = folder
    shutil.copytree(folder.parent / "first", folder) if before else folder.mkdir()


def apply_first(site: Site) -> object:
    return site.apply()


def apply_new(site: Site) -> object:
    return site.apply(NEW)


def roll_back(site: Site) -> object:
    return site.roll_back("2")


def to_second(site: Site) -> None:
    site.apply()
    site.apply(NEW)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_first_apply_survives(fault: str, tmp_path: Path) -> None:
    steps, failed = walk(tmp_path, fault, None, apply_first, lambda site: site.roll_back())
    assert steps >= 15
    if fault in LASTING:
        assert failed >= 14
    elif fault not in ANSWERS:
        assert failed == (fault == "401")  # at the login itself


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_an_update_survives(fault: str, tmp_path: Path) -> None:
    steps, _ = walk(tmp_path, fault, apply_first, apply_new, roll_back)
    assert steps >= 18


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", ["401", "503 for long", "cut before the effect", "cut after the effect", "restart", *ANSWERS]
)
def test_a_rollback_survives(fault: str, tmp_path: Path) -> None:
    steps, _ = walk(tmp_path, fault, to_second, roll_back, None)
    assert steps >= 12


@pytest.mark.slow
@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("update", [False, True], ids=["first", "update"])
def test_an_apply_that_broke_off_can_be_taken_back_at_once(fault: str, update: bool, tmp_path: Path) -> None:
    """Whatever was done by then: without finishing it first, the instance is as it was."""
    run = apply_new if update else apply_first
    with Splunkd() as splunkd:
        site = Site(splunkd, tmp_path / "start", {"retries": 1, "backoff": 0.001})
        site.folder.mkdir()
        if update:
            apply_first(site)
        shutil.copytree(site.folder, tmp_path / "first")
        start, first = splunkd.state.content(), splunkd.state.dump()
        broken = 0
        for nth in range(1, 200):
            undo(site, start, tmp_path / str(nth), apply_first if update else None)
            before = 1 if update else 0
            splunkd.faults.add(FAULTS[fault](nth))
            try:
                run(site)
                break
            except DeployError as error:
                look("an error", str(error))
                broken += 1
            splunkd.faults.clear()
            if len(site_records(site)) > before:
                site.roll_back()
            assert splunkd.state.dump() == first, f"{fault} at request {nth}"
        splunkd.faults.clear()
        assert broken >= 15


def site_records(site: Site) -> list[str]:
    connection = site.connection()
    try:
        return [record.id for record in site.store(connection).records()]
    finally:
        connection.close()
