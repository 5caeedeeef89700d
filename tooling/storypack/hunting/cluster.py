"""The map step on the workers of a Dask cluster: a bounded number of partitions at once, each taken away as soon as it
is there. A worker that dies costs time: the scheduler gives its partitions to others."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from importlib import import_module
from itertools import islice
from typing import Any

from storypack import extras
from storypack.engine.errors import EngineError
from storypack.hunting.mapping import Mapped, Partition, Step, lines_in, map_partition

AHEAD = 2
"""Partitions under way for each thread of the workers."""
PATIENCE = 300.0
"""Seconds without any worker after which a hunt gives up."""
CONNECTS = 10.0
"""Seconds in which a scheduler must answer."""
_POLL = 1.0


class ClusterError(EngineError):
    """A cluster that cannot be used, and why."""


def mapped_on(
    address: str,
    partitions: Iterable[Partition],
    step: Step,
    progress: Callable[[int], object] = lambda done: None,
    patience: float = PATIENCE,
) -> Iterator[Mapped]:
    """What each partition gives, as soon as it is there. `progress` is told how many are. A partition on which its
    workers die again and again is unreadable. Raises ClusterError."""
    asked = ((map_partition, (partition, step)) for partition in partitions)
    with closing(_results(address, asked, patience)) as results:
        for done, ((partition, _), future) in enumerate(results, 1):
            yield mapped_of(future, partition)
            progress(done)


def lines_on(
    address: str, asked: Iterable[tuple[Partition, Step, Mapping[str, frozenset[str]]]], patience: float = PATIENCE
) -> Iterator[dict[tuple[str, str], int]]:
    """The lines that `mapping.lines_in` finds; nothing where that fails. Raises ClusterError."""
    with closing(_results(address, ((lines_in, each) for each in asked), patience)) as results:
        for _, future in results:
            if future.exception() is None:
                yield future.result()


def _results(
    address: str, asked: Iterable[tuple[Callable[..., Any], tuple[Any, ...]]], patience: float
) -> Generator[tuple[tuple[Any, ...], Any], None, None]:
    """The arguments of each call with its future, as soon as that is done."""
    dask = _library()
    try:
        client = dask.Client(address, timeout=CONNECTS, set_as_default=False, name="storypack")
    except (OSError, ValueError) as error:
        raise ClusterError(f"no cluster answers at {address}: {error}") from error
    try:
        yield from _finished(client, iter(asked), patience)
    finally:
        client.close(timeout=5)


def _finished(
    client: Any, asked: Iterator[tuple[Callable[..., Any], tuple[Any, ...]]], patience: float
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    under_way: dict[Any, tuple[Any, ...]] = {}
    last_seen = time.monotonic()
    while True:
        threads = sum(client.nthreads().values())
        if threads:
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen > patience:
            raise ClusterError(f"the cluster has had no worker for {patience:g} seconds")
        for function, arguments in islice(asked, max(0, AHEAD * max(threads, 1) - len(under_way))):
            under_way[client.submit(function, *arguments, pure=False)] = arguments
        if not under_way:
            return
        try:
            with client.as_current():
                finished = _library().wait(list(under_way), timeout=_POLL, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            continue
        for future in finished:
            yield under_way.pop(future), future
            future.release()


def _library() -> Any:
    """Dask's distributed, which is imported only by a hunt that needs it. Raises ClusterError."""
    try:
        return import_module("distributed")
    except ImportError:
        raise ClusterError(f"--cluster needs Dask; {extras.install('cluster')}") from None


def mapped_of(future: Any, partition: Partition) -> Mapped:
    """What came of a partition. Raises ClusterError where it says that no other would fare better."""
    error = future.exception()
    if error is None:
        mapped: Mapped = future.result()
        return mapped
    if isinstance(error, _library().KilledWorker):
        why = "each worker that read it has died; has it enough memory?"
    elif isinstance(error, EngineError):
        raise ClusterError(str(error)) from error
    elif isinstance(error, ImportError):
        raise ClusterError(f"a worker lacks what it needs ({error}); install 'storypack[cluster]' there") from error
    else:
        why = f"{type(error).__name__}: {error}"
    return Mapped(partition.number, unreadable={item.shown: why for item in partition.items})
