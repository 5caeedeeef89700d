"""Runs in one statement give what each gives by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storypack.engine.candidates import collect
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.plan import plan
from storypack.engine.run import search
from storypack.hunting.batch import batched, run_batch
from storypack.hunting.runs import runs
from storypack.pack.models.schedule import Schedule
from storypack.spl import parse

START = 1_795_000_000
SCHEDULE = Schedule(cron_schedule="*/10 * * * *", earliest_time="-30m@m", latest_time="-5m@m")


@pytest.fixture
def source(tmp_path: Path) -> Any:
    """Events of three users over three hours, at uneven distances, with runs that share them."""
    lines = [
        f'{{"time": {START + n * n * 7 % 10_800}, "user": "{"abc"[n % 3]}", "n": {n}, "tags": ["x{n % 2}", "y"]}}\n'
        for n in range(60)
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    with FileSource([EventFile(path, "ex:audit", str(path))], clock=START) as found:
        yield found


@pytest.mark.parametrize(
    "spl",
    [
        "search sourcetype=ex:audit | stats count sum(n) as total by user",
        "search sourcetype=ex:audit n>5 | stats dc(user) as users values(user) as who by sourcetype | where users>2",
        "search sourcetype=ex:audit | eventstats avg(n) as mean | where n>mean | table user n",
        "search sourcetype=ex:audit | sort 0 _time | streamstats current=f last(_time) as before by user "
        "| eval gap=_time-before | stats max(gap) as gap by user",
        "search sourcetype=ex:audit | streamstats count as place | where place<3 | table user n place",
        "search sourcetype=ex:audit | dedup user | table user n",
        "search sourcetype=ex:audit | bin _time span=10m | stats count by _time user "
        "| stats max(count) as most by user",
        'search sourcetype=ex:audit | rename "tags{}" as tag | mvexpand tag | stats count by tag',
        "search sourcetype=ex:audit | stats max(_time) as last by user | addinfo | where last>=info_max_time-600 "
        "| fields user last info_min_time",
        "search sourcetype=ex:audit | stats count by user | addinfo | eval span=info_max_time-info_min_time "
        "| fields - info_sid info_search_time",
        "| tstats count where sourcetype=ex:audit by sourcetype | rename sourcetype as kind",
        "search sourcetype=ex:audit | sort 0 _time | streamstats time_window=7m count sum(n) as total by user "
        "| stats max(count) as most max(total) as total by user",
        "search sourcetype=ex:audit | bin span=5m _time | stats count by user _time | sort 0 - _time "
        "| streamstats time_window=20m sum(count) as near by user | fields user _time near",
        "search sourcetype=ex:audit | eval other=coalesce(nothing, user) | fillnull value=0 m | fields other m n",
    ],
)
def test_each_run_has_its_own_rows(source: FileSource, spl: str) -> None:
    marked = batched(parse(spl))
    assert marked is not None
    (scan,) = plan(spl, source).scans
    other = replace(scan, fields=frozenset({"place", "mean", "before"}))  # what another search reads
    candidates = collect(source, [scan, other], START)
    planned = (scan.fields or frozenset()) | {"sourcetype", "_raw"}
    times = sorted({float(START + n * n * 7 % 10_800) for n in range(60)})
    given = list(runs(SCHEDULE, times))
    assert len(given) > 15
    together, _ = run_batch(marked, planned, candidates, {}, given)
    apart = [search(spl, candidates, {}, run.now, earliest=run.earliest, latest=run.latest).rows for run in given]
    assert [sorted(map(repr, rows)) for rows in together] == [sorted(map(repr, rows)) for rows in apart]
    assert any(apart)


@pytest.mark.parametrize(
    "spl",
    [
        "search a=1 | stats count",
        "search a=1 | head 3",
        "search a=1 | sort n | table n",
        "search a=1 | join user [ search b=1 ]",
        "search a=1 [ search b=1 | fields user ] | stats count by user",
        "search a=1 | where _time>now()-60 | stats count by user",
        "search a=1 earliest=-1h | stats count by user",
        "search a=1 | streamstats window=3 sum(n) by user",
        "search a=1 | streamstats time_window=5m sum(n) by user",
        "search a=1 | rename * as x_* | stats count by x_user",
        "search a=1 | timechart count",
        "search a=1 | stats values(*) by user",
        "| makeresults | stats count by user",
        "| inputlookup t | stats count by user",
    ],
)
def test_what_cannot_be_kept_apart_is_not_run_together(spl: str) -> None:
    assert batched(parse(spl)) is None
