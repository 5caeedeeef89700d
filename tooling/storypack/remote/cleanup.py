"""Taking away what was brought: events by `| delete` (Search Reference: delete), which needs the role can_delete."""

from __future__ import annotations

from dataclasses import dataclass

from storypack.remote.jobs import Question, run_job
from storypack.remote.sending import RUN_FIELD, Site
from storypack.splunkd.errors import DeployError


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of a run's events: how many were removed; `left` says what stays and how to find it, or is empty."""

    removed: int = 0
    left: str = ""


def left_alone(site: Site) -> Removal:
    """The events stay, as asked."""
    count = site.brought.count
    return Removal(left=f"{_events(count)} left in the index; over all time: {_search(site)}" if count else "")


def remove_events(site: Site) -> Removal:
    """Remove a run's events from searches (their space on disk is freed when the index ages). Never raises: what could
    not be removed is told."""
    count = site.brought.count
    if not count:
        return Removal()
    question = Question(f"{_search(site)} | delete", site.app, "0", site.brought.latest, wait=site.search_wait)
    try:
        rows = run_job(site.connection, question)
    except DeployError as error:
        why = error.message.rstrip(".")
        cure = f"With the role can_delete, over all time: {_search(site)} | delete"
        return Removal(left=f"{_events(count)} not removed: {why}. {cure}")
    # One row for each indexer and index, and `__ALL__` for their sum.
    sums = [int(row.get("deleted", 0)) for row in rows if row.get("index") == "__ALL__"]
    return Removal(sum(sums) if sums else sum(int(row.get("deleted", 0)) for row in rows))


def _events(count: int) -> str:
    return "1 event was" if count == 1 else f"{count:,} events were"


def _search(site: Site) -> str:
    return f"search index={site.index} {RUN_FIELD}::{site.run}"
