"""Steps of a hunt that are done elsewhere give what one step over all files gives."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from storypack.engine.events.origin import EventFile
from storypack.engine.filters import filters_of
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.plan import plan
from storypack.engine.run import search
from storypack.hunting.scan_step import StepPlan, joined, scan_step
from tests.testing.small_pack import event

pytest.importorskip("pyarrow")

NOW = 1_795_176_000.0
SEARCH = "search sourcetype=ex:audit action=copy | stats first(n) as last values(source) as source count by user"


@pytest.mark.parametrize("cuts", [(12,), (1, 12), (5, 6, 7, 12)])
def test_the_rows_are_those_of_one_step(tmp_path: Path, cuts: tuple[int, ...]) -> None:
    files = []
    for number in range(12):
        path = tmp_path / f"{number:02}.jsonl"
        events = [event(at, user=f"u{at % 3}", action=("copy", "read")[at % 2], n=number * 10 + at) for at in range(9)]
        path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
        files.append(EventFile(path, "ex:audit", str(path)))
    with FileSource(files, clock=NOW) as whole:
        passes = plan(SEARCH, whole, now=NOW).scans
        expected = search(SEARCH, whole, now=NOW).rows
    filters = filters_of(each.request for each in passes)
    (wanted,) = (each.fields or frozenset() for each in passes)
    steps = StepPlan({filters: wanted | {"action", "sourcetype", "_raw"}}, NOW, {})
    knowledge = load_knowledge()
    begins = (0, *cuts[:-1])
    results = [
        pickle.loads(pickle.dumps(scan_step(files[begin:end], pickle.loads(pickle.dumps(steps)), knowledge)))
        for begin, end in zip(begins, cuts, strict=True)
    ]
    with FileSource([], knowledge, clock=NOW) as source:
        candidates, coverage = joined(results, steps, source)
        assert search(SEARCH, candidates.of(filters), now=NOW).rows == expected
    assert [(each.files, each.events, each.without_time) for each in coverage] == [(12, 108, 0)]
