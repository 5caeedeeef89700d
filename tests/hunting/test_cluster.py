"""A hunt whose files others read: the findings of one process, whatever the partitions, and whoever dies."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import distributed
import pytest

from storypack.engine.filters import Filters
from storypack.engine.knowledge.files import FileSource
from storypack.hunting import mapping
from storypack.hunting.cluster import ClusterError, mapped_of, mapped_on
from storypack.hunting.findings import Hunt
from storypack.hunting.hunt import Quarry, hunt
from storypack.hunting.inputs import Given, Looked, readable_source
from storypack.hunting.mapping import Item, Mapped, OtherVersion, Partition, Step, lines_in, map_partition, partitions
from storypack.hunting.merging import Elsewhere
from storypack.pack.load import load_pack
from storypack.testing.setting import Setting
from tests.engine_events.trails import as_lines, as_list, record, write
from tests.hunting.test_hunt import NOW
from tests.testing.small_pack import SmallPack, event

COUNT = "`ex_audit` action=copy | stats count values(text) as texts by user | where count>=2 | `ex_disk_filter`"
ABSENT = "`ex_audit` action=burn | stats count by user | `ex_burn_filter`"
OTHER = "sourcetype=other:kind a=1 | stats count by b | `ex_other_filter`"
FIRST = "`ex_audit` | sort 0 _time | streamstats count by user | where count=3 | table user text | `ex_first_filter`"


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    pack = SmallPack(tmp_path / "pack")
    for name, search in (("Disk", COUNT), ("Burn", ABSENT), ("Other", OTHER), ("First", FIRST)):
        pack.detection(name, search)
    return pack


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    """Twelve files of audit events, one of which is no log, one broken, one empty, one large."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(12):
        events = [
            event(600 * number + at, user=f"user{at % 3}", action="copy" if at % 2 else "read", text=f"{number}-{at}")
            for at in range(40)
        ]
        events.append({"user": "nobody", "action": "copy"})  # which has no time
        (folder / f"{number:02}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in events), "utf-8")
    (folder / "03.jsonl").write_bytes(b"")
    (folder / "04.bin").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(200))
    (folder / "05.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    text = "".join(json.dumps(event(at, user="kim", action="read", text="x" * 900)) + "\n" for at in range(300))
    (folder / "06.jsonl").write_text(text + json.dumps(event(5, user="kim", action="copy")) + "\n", "utf-8")
    return [Item(str(path), str(path), path.stat().st_size) for path in sorted(folder.iterdir())]


def quarry_of(pack: SmallPack) -> Quarry:
    loaded = load_pack(pack.folder).pack
    assert not loaded.broken
    setting = Setting(loaded)
    return Quarry(loaded, list(loaded.detections), setting.macros, setting.lookups, NOW)


GIVEN = Given(sourcetype="ex:audit")


def here(pack: SmallPack, items: Sequence[Item]) -> Hunt:
    """The hunt in one process."""
    quarry, result, looked = quarry_of(pack), Hunt(), Looked()
    for item in items:
        looked.add(Path(item.name), item.shown, GIVEN)
    result.unreadable, result.left_out = looked.unreadable, looked.left_out
    result.files, result.bytes, quarry.names = len(looked.files), looked.bytes, looked.names

    def opened(some: list[Any]) -> FileSource:
        return FileSource(some, clock=NOW, lookups=quarry.lookups)

    with readable_source(looked.files.values(), opened, looked.names, result.unreadable) as source:
        hunt(quarry, source, result)
    return result


class Elsewhere_:
    """The hunt over partitions that `mapped` reads."""

    def __init__(self, pack: SmallPack, parts: Sequence[Partition]) -> None:
        self.quarry, self.parts = quarry_of(pack), parts

    def step(self, filters: Sequence[Filters]) -> Step:
        with FileSource([], clock=NOW) as source:
            return Step(tuple(filters), GIVEN, source.knowledge, NOW)

    def mapped(self, filters: Sequence[Filters]) -> Iterator[Mapped]:
        """In this process, as after a way over a network, and in no order."""
        step = pickle.loads(pickle.dumps(self.step(filters)))
        for part in random.Random(7).sample(self.parts, len(self.parts)):
            yield pickle.loads(pickle.dumps(map_partition(pickle.loads(pickle.dumps(part)), step)))

    def run(self) -> Hunt:
        result = Hunt()
        elsewhere = Elsewhere(self.mapped, result)
        self.quarry.stage = elsewhere.stage
        with FileSource([], clock=NOW, lookups=self.quarry.lookups) as source:
            hunt(self.quarry, source, result)
        for number, texts in elsewhere.events_without_line().items():
            elsewhere.add_lines(lines_in(self.parts[number], self.step(()), texts))
        return result


def assert_same(one: Hunt, other: Hunt) -> None:
    assert one.findings
    assert {each.state for each in one.outcomes} == {"findings", "nothing", "no data"}
    assert other.findings == one.findings
    assert other.outcomes == one.outcomes
    assert other.coverage == one.coverage
    assert sorted(other.left_out) == sorted(one.left_out)
    assert other.unreadable.keys() == one.unreadable.keys()
    assert (other.files, other.bytes, other.events) == (one.files, one.bytes, one.events)


@pytest.mark.parametrize("count", [1, 2, 5, 100])
def test_any_partitions_give_the_findings_of_one_process(
    pack: SmallPack, items: list[Item], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "PARTITION_FILES", count)
    monkeypatch.setattr(mapping, "_ALONE", 100_000)
    parts = list(partitions([*items, items[0]]))
    assert sum(len(part.items) for part in parts) == len(items)
    assert_same(here(pack, items), Elsewhere_(pack, parts).run())


def test_copies_of_small_files_give_the_findings_of_the_files(
    pack: SmallPack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One process reads the files with care here, and partitions read copies of them."""
    monkeypatch.setitem(globals(), "GIVEN", Given())
    pack.detection("Disk", "sourcetype=aws:cloudtrail eventName=Copy* | stats count by eventID | `ex_disk_filter`")
    folder = tmp_path / "trail"
    folder.mkdir()
    for number in range(10):
        records = [record(number * 10 + at, "CopyObject" if at == 1 else "GetObject") for at in range(3)]
        write(folder / f"{number:02}.json.gz", as_lines(records) if number % 2 else as_list(records))
    items = [Item(str(path), str(path), path.stat().st_size) for path in sorted(folder.iterdir())]
    alone = here(pack, items)
    assert [(Path(event.file).name, event.line) for each in alone.findings for event in each.events] == [
        (f"{number:02}.json.gz", 2) for number in range(10)
    ]
    for parts in ([Partition(0, tuple(items))], [Partition(0, tuple(items[:3])), Partition(1, tuple(items[3:]))]):
        copied = Elsewhere_(pack, parts).run()
        assert (copied.findings, copied.coverage) == (alone.findings, alone.coverage)


def test_partitions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "PARTITION_BYTES", 10)
    sizes = [4, 6, 1, 30, 2, 9]
    parts = partitions(Item(f"{at}", f"{at}", size) for at, size in enumerate(sizes))
    assert [[item.size for item in part.items] for part in parts] == [[4, 6], [1], [30], [2], [9]]
    packed = partitions(Item(f"{at}.json.gz", f"{at}", 1) for at in range(2))
    assert [len(part.items) for part in packed] == [1, 1]


def test_only_what_a_search_can_match_leaves_a_worker(pack: SmallPack, items: list[Item]) -> None:
    (pack.folder / "detections/cloud/first.yml").unlink()
    counts: list[int] = []

    class Counting(Elsewhere_):
        def mapped(self, filters: Sequence[Filters]) -> Iterator[Mapped]:
            for each in super().mapped(filters):
                counts.append(sum(table.num_rows for table in each.events))
                yield each

    result = Counting(pack, list(partitions(items))).run()
    assert sum(counts) == 10 * 21 + 1 < result.events


def test_of_very_many_files_those_without_candidates_are_not_kept_apart(
    pack: SmallPack, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storypack.hunting.merging.MOST_FILES", 3)
    assert_same(here(pack, items), Elsewhere_(pack, list(partitions(items))).run())


def test_a_worker_of_another_version_is_refused(items: list[Item]) -> None:
    with FileSource([], clock=NOW) as source:
        step = replace(Step((), GIVEN, source.knowledge, NOW), version="0.0.0")
    with pytest.raises(OtherVersion, match="a worker has storypack"):
        map_partition(Partition(0, tuple(items)), step)


def test_no_cluster_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storypack.hunting.cluster.CONNECTS", 0.1)
    with pytest.raises(ClusterError, match=r"no cluster answers at tcp://127\.0\.0\.1:9"):
        list(mapped_on("tcp://127.0.0.1:9", [], Step((), GIVEN, FileSource([], clock=NOW).knowledge, NOW)))


def test_without_dask_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install '/.*\[cluster\]'"):
        list(mapped_on("tcp://127.0.0.1:9", [], None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (distributed.KilledWorker("task", None, 3), "each worker that read it has died"),
        (RuntimeError("odd"), "RuntimeError: odd"),
    ],
)
def test_a_partition_that_cannot_be_read_is_named_and_the_others_go_on(error: Exception, why: str) -> None:
    part = Partition(3, (Item("a", "s3://b/a"), Item("c", "s3://b/c")))
    result = mapped_of(Failed(error), part)
    assert result.number == 3
    assert {name: why in text for name, text in result.unreadable.items()} == {"s3://b/a": True, "s3://b/c": True}


@pytest.mark.parametrize("error", [ModuleNotFoundError("no module storypack"), OtherVersion("a worker has 0.0.0")])
def test_workers_that_cannot_run_it_end_the_hunt(error: Exception) -> None:
    with pytest.raises(ClusterError, match="a worker"):
        mapped_of(Failed(error), Partition(0, ()))


class Failed:
    """A future whose call has failed."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def exception(self) -> Exception:
        return self.error


@pytest.mark.slow
def test_two_workers_of_which_one_is_killed_give_the_findings_of_one_process(
    pack: SmallPack, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler and two workers in processes of their own; the one is killed when the first results are there."""
    monkeypatch.setattr(mapping, "PARTITION_FILES", 1)
    parts = list(partitions(items))
    killed: list[int] = []

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:

        class OnCluster(Elsewhere_):
            def mapped(self, filters: Sequence[Filters]) -> Iterator[Mapped]:
                for number, each in enumerate(mapped_on(cluster.scheduler_address, self.parts, self.step(filters))):
                    if number == 2:
                        killed.append(cluster.workers[0].pid)
                        os.kill(killed[0], signal.SIGKILL)
                    yield each

        there = OnCluster(pack, parts).run()
    assert killed
    assert_same(here(pack, items), there)
