"""Versions against the pack as it was: there is something to say only where such a state is given (`--since`)."""

from __future__ import annotations

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.meaning import changed_meaning
from storypack.pack.models.base import Content


@rule(
    "SP128",
    "Changed without a new version",
    on="content",
    policy=True,
    why="Who runs the pack sees by the version what to review and to tune again. A search, time window or finding that "
    "changes under an old version goes out unseen.",
    example="version: 3 before and after, and another search",
    cure="Raise `version` by one, and set `modification_date` to today.",
)
def changed_without_version(content: Content, context: Context) -> Faults:
    after = context.entry(content)
    before = context.before(after)
    if before is None:
        return
    old: Content = before.model
    if content.version < old.version:
        cure = f"write {old.version}, or {old.version + 1} if it does something else now"
        yield Fault(f"version is {content.version}; it was {old.version} before", "version", cure)
        return
    # What the site's overlays change is no other state of the object itself.
    if not (changed := changed_meaning(before.shipped(), after.shipped())):
        return
    what = " and ".join(changed)
    if content.version == old.version:
        cure = f"write `version: {old.version + 1}` and `modification_date: {context.today}`"
        yield Fault(f"{what} changed, and version is still {old.version}", "version", cure)
    elif content.modification_date < old.modification_date:
        dates = f"{content.modification_date}; it was {old.modification_date} before"
        yield Fault(f"{what} changed, and modification_date went back to {dates}", "modification_date")
    elif content.modification_date == old.modification_date and content.modification_date != context.today:
        yield Fault(
            f"{what} changed, and modification_date is still {old.modification_date}",
            "modification_date",
            f"write `modification_date: {context.today}`, if it was not changed twice on that day",
            severity=Severity.WARNING,
        )
