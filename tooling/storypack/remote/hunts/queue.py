"""Many searches on an instance, a bounded number at once, their answers in the order in which they were asked.

| the instance says                   | what follows                                                              |
|-------------------------------------|---------------------------------------------------------------------------|
| a job: QUEUED, PAUSED               | no other is started until it runs; the time does not count                |
| a job: PARSING, RUNNING, FINALIZING | it is looked at again, for `wait` seconds                                 |
| a job: DONE                         | its rows are read and written down, it is removed                         |
| a job: FAILED for want of a quota   | it is removed, and made again later                                       |
| a job: FAILED otherwise, 400        | the search's answer is the instance's words                               |
| 404 for a job that was made         | it is lost (a restart, a quota of disk): made again, `MOST_LOST` times     |
| 503 when a job is made              | later again, as long as `patience` seconds after the last that was made   |
| 401, no answer                      | the hunt ends; its journal has what was learnt                            |
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from storypack.remote.hunts.journal import Journal
from storypack.remote.jobs import (
    LONGEST_POLL,
    POLL,
    Question,
    Row,
    SearchFailed,
    create,
    job_at,
    look,
    messages,
    remove,
    state_of,
)
from storypack.splunkd.connection import Connection
from storypack.splunkd.errors import Refused, Unreachable
from storypack.store import digest

T = TypeVar("T")
AHEAD = 4
"""Answers that may wait for an earlier one, for each job at once."""
MOST_LOST = 3
_NO_SLOT = re.compile(r"quota|concurren|maximum number of .{0,40}searches", re.IGNORECASE)
_BUSY = 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gave: its first rows of `count`, the instance's warnings; or why there is none (`error`)."""

    rows: list[Row]
    count: int
    messages: tuple[str, ...] = ()
    error: str = ""


@dataclass
class _Slot(Generic[T]):
    """A search that was asked for. `path` = of its job; `since` = when that began to run."""

    item: T
    question: Question
    key: str
    path: str = ""
    state: str = ""
    since: float = 0.0
    lost: int = 0
    answer: Answer | None = None


@dataclass
class JobQueue:
    """Searches on an instance. `at_once` = jobs at the same time; `most_rows` of each are read; `patience` is how many
    seconds a place for a job is waited for."""

    connection: Connection
    journal: Journal
    at_once: int = 3
    most_rows: int = 100_000
    patience: float = 3_600.0
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _not_before: float = 0.0
    _pause: float = field(default=POLL)
    _last_made: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._last_made = self.clock()

    def one(self, question: Question) -> Answer:
        """The answer to one search."""
        return next(answer for _, answer in self.answers([(None, question)]))

    def answers(self, asked: Iterable[tuple[T, Question]]) -> Iterator[tuple[T, Answer]]:
        """Each search with its answer. The next is taken from `asked` when it can be made, so that what came of earlier
        ones can still decide on it. Jobs that are there when the iteration ends are removed. Raises DeployError."""
        given = iter(asked)
        slots: deque[_Slot[T]] = deque()
        try:
            while True:
                open_ones = sum(each.answer is None for each in slots)
                while open_ones < self.at_once and len(slots) < AHEAD * self.at_once:
                    pair = next(given, None)
                    if pair is None:
                        break
                    slots.append(slot := self._slot(*pair))
                    open_ones += slot.answer is None
                if not slots:
                    return
                if not self._step(slots):
                    self.sleep(self._pause)
                    self._pause = min(1.5 * self._pause, LONGEST_POLL)
                else:
                    self._pause = POLL
                while slots and (answer := slots[0].answer) is not None:
                    yield slots.popleft().item, answer
        finally:
            for slot in slots:
                if slot.path:
                    remove(self.connection, slot.path)

    def _slot(self, item: T, question: Question) -> _Slot[T]:
        key = digest(*map(str, asdict(question).values()), str(self.most_rows))
        slot = _Slot(item, question, key)
        if (kept := self.journal.get(key)) is not None:
            slot.answer = Answer(kept["rows"], kept["count"], tuple(kept["messages"]), kept["error"])
        return slot

    def _step(self, slots: Iterable[_Slot[T]]) -> bool:
        """Start what may start, look at what runs; whether anything came of it."""
        moved = False
        for slot in slots:
            if slot.answer is not None:
                continue
            if not slot.path:
                queued = any(each.state in ("QUEUED", "PAUSED") for each in slots)
                moved |= not queued and self.clock() >= self._not_before and self._start(slot)
            else:
                moved |= self._look(slot)
        return moved

    def _start(self, slot: _Slot[T]) -> bool:
        now = self.clock()
        try:
            slot.path = create(self.connection, slot.question)
        except Unreachable as error:
            if error.status != _BUSY or now - self._last_made > self.patience:
                raise
            self._not_before = now + LONGEST_POLL
            return False
        except Refused as refusal:
            if refusal.status == 401:
                raise
            self._answer(slot, Answer([], 0, error=str(refusal)))
            return True
        except SearchFailed as failure:
            self._answer(slot, Answer([], 0, error=str(failure)))
            return True
        slot.state, slot.since, self._last_made = "", now, now
        self._look(slot)  # one that waits in line keeps others from being made
        return True

    def _look(self, slot: _Slot[T]) -> bool:
        try:
            content = look(self.connection, slot.path)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return self._lost(slot)
        before, slot.state = slot.state, state_of(content)
        now = self.clock()
        if slot.state in ("QUEUED", "PAUSED"):
            slot.since = now
        elif slot.state == "DONE":
            self._read(slot, content)
        elif slot.state == "FAILED":
            words = "; ".join(messages(content)) or "no reason"
            if _NO_SLOT.search(words) and now - self._last_made <= self.patience:
                self._again(slot)
                self._not_before = now + LONGEST_POLL
                return False
            self._end(slot, Answer([], 0, error=f"the search failed on the instance: {words}"))
        elif now - slot.since >= slot.question.wait:
            self._end(slot, Answer([], 0, error=f"the search was not done after {slot.question.wait:g} s"))
        return slot.state != before or slot.answer is not None

    def _read(self, slot: _Slot[T], content: Mapping[str, Any]) -> None:
        job = job_at(self.connection, slot.path, content)
        try:
            rows = list(job.rows(self.most_rows))
        except Refused as refusal:
            if refusal.status != 404:
                raise
            self._lost(slot)
            return
        self._end(slot, Answer(rows, job.count, job.messages))

    def _lost(self, slot: _Slot[T]) -> bool:
        slot.lost += 1
        if slot.lost > MOST_LOST:
            raise SearchFailed(f"the instance has lost the same job {slot.lost} times", "look at its disk and its log")
        slot.path = slot.state = ""
        return True

    def _again(self, slot: _Slot[T]) -> None:
        remove(self.connection, slot.path)
        slot.path = slot.state = ""

    def _end(self, slot: _Slot[T], answer: Answer) -> None:
        remove(self.connection, slot.path)
        slot.path = ""
        self._answer(slot, answer)

    def _answer(self, slot: _Slot[T], answer: Answer) -> None:
        slot.answer = answer
        if not answer.error:  # what failed is tried again by the next hunt
            self.journal.put(slot.key, asdict(answer))
