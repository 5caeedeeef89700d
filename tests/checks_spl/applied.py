"""The rules about searches by themselves, without those about metadata."""

from __future__ import annotations

from storypack.checks.context import Context
from storypack.checks.searches import apply
from storypack.issue import Issue
from storypack.processes import run_all


def search_issues(context: Context, *, use_cache: bool = False) -> list[Issue]:
    """What is wrong with the searches of the pack."""
    planned = apply.plan(context, use_cache=use_cache)
    return planned.issues(run_all(planned.tasks), use_cache=use_cache)
