"""Applying the rules about searches to every text of the pack."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.checks.catalogue import Context, Fault, Rule, rules
from storypack.checks.searches.reading import readings
from storypack.checks.searches.world import World, world_of
from storypack.issue import Issue
from storypack.pack.models.base import Content, Model
from storypack.pack.pack import Entry
from storypack.pack.source import KeyPath, path_text


def search_issues(context: Context) -> list[Issue]:
    """What is wrong with the searches of the pack."""
    world = world_of(context)
    active = [rule for rule in rules().values() if rule.on == "spl"]
    return [issue for entry in context.pack.entries() for issue in issues_of_entry(entry, world, active)]


def issues_of_entry(entry: Entry[Model], world: World, active: list[Rule]) -> Iterator[Issue]:
    """What is wrong with the searches of one object. The same thing said twice of one place is said once."""
    if not isinstance(entry.model, Content):
        return
    for reading in readings(entry.model, world):
        seen: set[tuple[str, str, int | None]] = set()
        for rule in active:
            assert rule.check is not None
            for fault in rule.check(reading, world):
                if (said := (rule.id, fault.message, fault.offset)) not in seen:
                    seen.add(said)
                    yield _issue(rule, fault, entry)


def _issue(rule: Rule, fault: Fault, entry: Entry[Model]) -> Issue:
    path: KeyPath = tuple(int(part) if part.isdigit() else part for part in fault.key.split("."))
    place = entry.source.location(path, fault.offset)
    return Issue(rule.id, rule.severity, fault.message, place, path_text(path), fault.cure)
