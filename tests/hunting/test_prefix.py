"""The events that pass a search's first commands: runs over these alone give the rows of runs over all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from storypack.engine.candidates import AT, EVENT, Candidates, collect
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.plan import ScanPlan, scans
from storypack.engine.run import search
from storypack.hunting.batch import batched, run_batch
from storypack.hunting.prefix import Prefix, run_prefix
from storypack.hunting.runs import Run, runs
from storypack.pack.models.schedule import Schedule
from storypack.spl import parse

START = 1_795_000_200
SCHEDULE = Schedule(cron_schedule="*/10 * * * *", earliest_time="-40m@m", latest_time="-5m@m")
EVENTS = 160
TSTATS = (
    "| tstats count sum(All_Traffic.bytes_out) as sent max(All_Traffic.dest_port) as port min(_time) as first "
    "from datamodel=Network_Traffic.All_Traffic by All_Traffic.src All_Traffic.dest sourcetype "
    "| rename All_Traffic.* as * "
)
SEARCHES = [
    ("search sourcetype=bro:conn:json | where orig_bytes>300 | stats count by id.orig_h", 1),
    ("search sourcetype=bro:conn:json | eval big=if(orig_bytes>300, 1, 0) | where big=1 AND 'id.resp_p'!=25 "
     "| search NOT id.orig_h=192.0.2.1 | eventstats count as all by id.resp_h | where all>1 "
     "| stats values(id.orig_h) as who sum(orig_bytes) as sent first(uid) as newest by id.resp_h", 2),
    ('search sourcetype=bro:conn:json | makemv delim="," tags | mvexpand tags | where tags!="x" '
     "| stats count by tags id.orig_h", 0),
    ("search sourcetype=bro:conn:json | regex id.orig_h=\"[02]$\" | dedup id.orig_h | table id.orig_h uid", 1),
    ("search sourcetype=bro:conn:json | addinfo | where _time>info_max_time-900 | stats count by id.orig_h", 0),
    (TSTATS + '| where cidrmatch("198.51.100.0/31", dest)', 1),
    (TSTATS + "| where sent>900 | where src!=\"192.0.2.1\" | eventstats dc(src) as hosts by dest | where hosts>1", 1),
    (TSTATS + '| eval many=if(count>1, 1, 0), src=if(many=1, "many", src) | where src="many"', 0),
    (TSTATS + '| eval side=if(dest="198.51.100.1", "left", "right"), half=sent/2 | where half>100 AND side="left"', 0),
    (TSTATS + '| eval side=if(dest="198.51.100.1", "left", "right") | eval half=sent/2 | where side="left"', 1),
    (TSTATS + '| rename sent as bytes, dest as to | where isnull(dest) AND to="198.51.100.1"', 0),
    (TSTATS + '| rename se* as by_* | where by_nt>500 | where src="192.0.2.2"', 0),
    (TSTATS + '| fields src sent | where isnull(dest) AND sent>0', 0),
    ("| tstats count from datamodel=Network_Traffic.All_Traffic by _time span=10m All_Traffic.src "
     '| rename All_Traffic.* as * | where src!="192.0.2.0" | stats max(count) as most by src', 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileSource]:
    chance = random.Random(11)
    path = tmp_path_factory.mktemp("conn") / "conn.log"
    with path.open("w", encoding="utf-8") as file:
        for number, second in enumerate(moments()):
            row = {
                "ts": second,
                "uid": f"C{number}",
                "id.orig_h": f"192.0.2.{chance.randrange(4)}",
                "id.orig_p": 50_000,
                "id.resp_h": f"198.51.100.{chance.randrange(4)}",
                "id.resp_p": chance.choice((25, 443, 8443)),
                "proto": "tcp",
                "conn_state": "SF",
                "orig_bytes": chance.randrange(600),
                "resp_bytes": 10,
                "orig_ip_bytes": 700,
                "resp_ip_bytes": 20,
                "tags": chance.choice(("x", "x,y", "y,z")),
            }
            file.write(json.dumps(row) + "\n")
    with FileSource([EventFile(path, "bro:conn:json", str(path))], clock=START) as opened:
        yield opened


def moments() -> list[int]:
    return sorted({START + number * number * 7 % 10_800 for number in range(EVENTS)})


def candidates_of(spl: str, source: FileSource) -> tuple[Candidates, tuple[ScanPlan, ...], list[Run]]:
    plans = scans(spl, source, {}, START)
    return collect(source, plans, START), plans, list(runs(SCHEDULE, [float(each) for each in moments()]))


def prefix_of(spl: str, candidates: Candidates) -> Prefix:
    prefix = run_prefix(spl, candidates, {}, frozenset())
    assert prefix is not None
    return prefix


@pytest.mark.parametrize(("spl", "left_out"), SEARCHES)
def test_the_rows_are_those_of_each_run_over_all(source: FileSource, spl: str, left_out: int) -> None:
    candidates, plans, given = candidates_of(spl, source)
    prefix = prefix_of(spl, candidates)
    rest = prefix.rest(parse(spl))
    assert len(parse(spl).commands) - len(rest.commands) == left_out
    pipeline = batched(rest)
    assert pipeline is not None
    planned = frozenset({"_raw"}).union(*(each.fields or () for each in plans))
    together, _ = run_batch(pipeline, planned, candidates, {}, given, prefix.table)
    apart = [search(spl, candidates, {}, run.now, earliest=run.earliest, latest=run.latest).rows for run in given]
    assert len(given) > 12
    assert [sorted(map(repr, rows)) for rows in together] == [sorted(map(repr, rows)) for rows in apart]
    assert any(apart)


def test_conditions_narrow_the_events_though_others_before_them_rest_on_what_is_counted(source: FileSource) -> None:
    spl = TSTATS + '| where sent>900 | where dest="198.51.100.1"'
    candidates, _, _ = candidates_of(spl, source)
    total = len(search("| tstats count from datamodel=Network_Traffic.All_Traffic by _time All_Traffic.dest "
                       '| search All_Traffic.dest="198.51.100.1"', candidates, {}, START).rows)  # fmt: skip
    assert 0 < prefix_of(spl, candidates).count == total < len(moments())


def test_each_event_is_seen_in_the_runs_whose_window_holds_it(source: FileSource) -> None:
    """Also where nothing is looked at together: the first and the last second of a window are those of the schedule."""
    spl = f"search sourcetype=bro:conn:json | eval when={AT} | fields uid when {EVENT}"
    candidates, _, given = candidates_of(spl, source)
    pipeline = batched(parse(spl))
    assert pipeline is not None
    together, _ = run_batch(pipeline, frozenset({"sourcetype", "uid", AT, EVENT}), candidates, {}, given)
    for run, rows in zip(given, together, strict=True):
        assert run.earliest is not None and run.latest is not None
        inside = [each for each in moments() if run.earliest <= each < run.latest]
        assert sorted(float(row["when"]) for row in rows) == inside
