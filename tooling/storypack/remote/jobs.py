"""A search as a job on the instance (REST API Reference Manual: "search/v2/jobs"): made, watched, read page by page,
and taken away."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from storypack.splunkd.answers import Malformed, number, objects, whole
from storypack.splunkd.connection import Connection, ns
from storypack.splunkd.errors import DeployError, Refused
from storypack.truth import ANSWER

PAGE = 5_000
MOST_ROWS = 10_000_000  # of a search: the bound for a result that does not end
POLL, LONGEST_POLL = 0.2, 2.0  # seconds
NEGLECTED = "120"  # seconds after which the instance ends a job that nobody asks about: ours, if we are killed
_EPOCH = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
Row = dict[str, Any]
Progress = Callable[[float, int], object]  # (share done, events found)


class SearchFailed(DeployError):
    """The instance ran the search and it failed there, or it did not end in time."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search to be run in an app's namespace. Times are Splunk's (epoch seconds or modifiers), "" = the instance's
    default; `now` is what relative ones start from. `wait` in seconds. `level` as in the reference
    (`adhoc_search_level`): `verbose` finds all fields of events, `smart` those that a search of statistics names."""

    search: str
    app: str
    earliest: str = ""
    latest: str = ""
    now: str = ""
    wait: float = 600.0
    level: str = "verbose"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is done. `messages` are the instance's warnings; `count` rows can be read."""

    sid: str
    count: int
    events: int
    messages: tuple[str, ...]
    _connection: Connection = field(repr=False)
    _path: str = field(repr=False)
    _fields: list[str] = field(default_factory=list, repr=False)

    @property
    def fields(self) -> list[str]:
        """The columns, in display order; known once the first row has been asked for."""
        return self._fields

    def rows(self, limit: int = 0) -> Iterator[Row]:
        """The rows, fetched in pages: text or lists of text, `_time` as epoch seconds. `limit` 0 = all.

        Raises Malformed for a page that holds more rows than asked for, for a short page that comes again, and for more
        pages than `MOST_ROWS` rows need.
        """
        offset = pages = 0
        before: list[Row] = []
        while not limit or offset < limit:
            count = min(PAGE, limit - offset) if limit else PAGE
            answer = self._connection.get(self._path, count=str(count), offset=str(offset))
            page = answer.get("results", [])
            if len(page) > count:
                raise Malformed(self._path, "results", f"at most the {count:,} rows that were asked for")
            if page and page == before and len(page) < count:
                raise Malformed(self._path, f"the page from {offset}", "another one than the page before it")
            if pages > MOST_ROWS // PAGE:
                raise Malformed(self._path, "results", f"at most {MOST_ROWS:,} rows in pages of {PAGE:,}")
            if not offset:
                self._fields[:] = [column["name"] for column in answer.get("fields", [])]
            for row in page:
                yield {name: cell(self._path, name, value) for name, value in row.items()}
            offset += len(page)
            pages += 1
            before = page
            if not page or offset >= self.count:
                return


@contextmanager
def open_job(
    connection: Connection, question: Question, progress: Progress = lambda share, events: None
) -> Iterator[Job]:
    """Run a search, give the finished job, and remove it afterwards, whatever happened.

    `Refused` for a search that the instance does not take, `SearchFailed` for one that fails or takes too long.
    """
    path = create(connection, question)
    try:
        yield job_at(connection, path, _finished(connection, path, question, progress))
    finally:
        remove(connection, path)


def run_job(connection: Connection, question: Question) -> list[Row]:
    """All rows of a search; raises as `open_job`."""
    with open_job(connection, question) as job:
        return list(job.rows())


def as_search(spl: str) -> str:
    """The text as the REST API wants it: beginning with `search` or with a pipe."""
    text = spl.strip()
    first = text.split(None, 1)[0].lower() if text else ""
    return text if text.startswith("|") or first == "search" else f"search {text}"


def create(connection: Connection, question: Question) -> str:
    """The path of a new job. Servers before 9.0.2 have the first version of the endpoint only. Raises Refused,
    SearchFailed, Unreachable."""
    arguments = {
        "search": as_search(question.search),
        "exec_mode": "normal",
        "adhoc_search_level": question.level,
        "rf": "*",
        "auto_cancel": NEGLECTED,
        "earliest_time": question.earliest,
        "latest_time": question.latest,
        "now": question.now,
    }
    given = {name: value for name, value in arguments.items() if value}
    root = ns(question.app, "search/v2/jobs")
    try:
        answer = connection.query(root, given)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        root = ns(question.app, "search/jobs")
        answer = connection.query(root, given)
    sid = answer.get("sid", "")
    if not sid:
        raise SearchFailed("the instance made no job", "is this splunkd's management port?")
    return f"{root}/{quote(sid, safe='')}"


def look(connection: Connection, path: str) -> Mapping[str, Any]:
    """What the instance tells of a job. Raises Refused with status 404 for one that it no longer knows."""
    entries = connection.get(path).get("entry") or [{}]
    content: Mapping[str, Any] = entries[0].get("content") or {}
    return content


def state_of(content: Mapping[str, Any]) -> str:
    """`DONE`, `FAILED`, or what the instance calls it: QUEUED, PARSING, RUNNING, FINALIZING, PAUSED."""
    if is_set(content.get("isFailed")):
        return "FAILED"
    return "DONE" if is_set(content.get("isDone")) else str(content.get("dispatchState") or "RUNNING").upper()


def job_at(connection: Connection, path: str, content: Mapping[str, Any]) -> Job:
    """A job that is done, from what the instance tells of it."""
    results = whole(path, "resultCount", content.get("resultCount", 0))
    events = whole(path, "eventCount", content.get("eventCount", 0))
    return Job(str(content.get("sid", "")), results, events, tuple(messages(content)), connection, f"{path}/results")


def remove(connection: Connection, path: str) -> None:
    """Take a job away; one that stays ends by itself."""
    with suppress(DeployError):
        connection.query(f"{path}/control", {"action": "cancel"})


def _finished(connection: Connection, path: str, question: Question, progress: Progress) -> Mapping[str, Any]:
    """What the instance tells of the job once it is done."""
    deadline = time.monotonic() + question.wait
    pause = POLL
    while True:
        content = look(connection, path)
        share = number(path, "doneProgress", content.get("doneProgress"))
        progress(share, whole(path, "eventCount", content.get("eventCount") or 0))
        state = state_of(content)
        if state == "FAILED":
            raise SearchFailed("the search failed on the instance: " + ("; ".join(messages(content)) or "no reason"))
        if state == "DONE":
            return content
        if time.monotonic() >= deadline:
            raise SearchFailed(f"the search was not done after {question.wait:g} s", "narrow its time range")
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_POLL)


def messages(content: Mapping[str, Any]) -> list[str]:
    """The job's messages: a mapping of kind to texts, or a list, by the server's version."""
    given = content.get("messages") or {}
    if isinstance(given, Mapping):
        return [str(text) for kind, texts in given.items() if kind != "debug" for text in _listed(texts)]
    return [
        str(message.get("text", ""))
        for message in objects("the search's job", "messages", given)
        if str(message.get("type", "")).upper() not in ("DEBUG", "INFO")
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_set(value: Any) -> bool:
    """Whether a setting of an answer is true, in any of the spellings."""
    return ANSWER.is_true(str(value))


def cell(path: str, name: str, value: Any) -> Any:
    """A value of a row as the instance sends it at `path`; `_time` as epoch seconds. Malformed for what is no value."""
    if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(item, str) for item in value)):
        raise Malformed(path, f"{name} in results", "text or a list of text")
    if name != "_time" or not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return float(value) if _EPOCH.fullmatch(value) else value
