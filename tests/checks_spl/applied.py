"""The rules about searches by themselves, without those about metadata."""

from __future__ import annotations

from storypack.checks.context import Context
from storypack.checks.searches import apply
from storypack.issue import Issue
from storypack.processes import run_all
from storypack.store import Store


def search_issues(context: Context, store: Store | None = None) -> list[Issue]:
    """What is wrong with the searches of the pack."""
    planned = apply.plan(context, store)
    return planned.issues(run_all(planned.tasks))
