"""Applying the rules: every rule to each of its subjects, faults to issues with their places, silences taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from storypack.checks.catalogue import Context, Fault, Rule, first_of, rules
from storypack.checks.levels import apply_levels
from storypack.checks.searches.apply import plan
from storypack.checks.silence import apply_silences
from storypack.issue import Issue, Location
from storypack.pack.kinds import BY_NAME
from storypack.pack.pack import Pack
from storypack.pack.source import KeyPath, path_text
from storypack.processes import run_all
from storypack.store import Store


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a pack, sorted, and the issues that it silences."""

    issues: list[Issue]
    silenced: list[Issue]


def run_checks(
    pack: Pack,
    today: dt.date,
    loading: Sequence[Issue] = (),
    store: Store | None = None,
    only: Collection[str] | None = None,
    earlier: Pack | None = None,
) -> Checked:
    """Apply all rules. `loading` are the loader's issues: part of the result, and silenced like all others.

    `store` = where what was learnt of searches is kept, so that they are not checked again unchanged. `only` = files
    of objects whose issues are wanted; what is said of other files is then not complete. `earlier` = the pack as it
    was, against which versions are checked.
    """
    context = Context(pack, today, earlier)
    searches = plan(context, store, only)
    tasks: list[Callable[[], Any]] = [partial(_metadata, context, only), *searches.tasks]
    metadata, *checked = run_all(tasks, workers=None if len(searches.chunks) > 1 else 1)
    found = [*loading, *metadata, *searches.issues(checked)]
    left, silenced = apply_silences(context, found)
    levelled, off = apply_levels(context, left)
    return Checked(sorted(levelled, key=lambda issue: issue.sort_key), [*silenced, *off])


def _metadata(context: Context, only: Collection[str] | None = None) -> list[Issue]:
    """What all rules find but those about searches."""
    chosen = None if only is None else {id(entry.model) for entry in context.pack.entries() if entry.path in only}
    return [issue for rule in rules().values() for issue in _apply(rule, context, chosen)]


def _apply(rule: Rule, context: Context, chosen: Collection[int] | None) -> Iterator[Issue]:
    """What a rule finds in its subjects, or in those of them whose id() is in `chosen`; in the pack in any case."""
    if rule.check is None or rule.on == "spl":
        return
    for subject in _subjects(rule, context):
        if chosen is not None and rule.on != "pack" and id(subject) not in chosen:
            continue
        found = rule.check(subject, context)
        if (first := next(found, None)) is not None:
            faults = chain([first], found)
            for fault in faults if rule.on == "pack" else first_of(faults):
                yield _issue(rule, fault, subject, context)


def _subjects(rule: Rule, context: Context) -> Iterable[object]:
    match rule.on:
        case "pack":
            return (context.pack,)
        case "content":
            return context.objects
        case "search":
            return (entry.model for entry in context.pack.searches)
        case kind:
            return (entry.model for entry in context.pack.of(BY_NAME[kind]))


def _issue(rule: Rule, fault: Fault, subject: object, context: Context) -> Issue:
    path = _path(fault.key)
    return Issue(
        rule.id,
        fault.severity or rule.severity,
        fault.message,
        fault.location or _place(fault, path, subject, context),
        path_text(path),
        fault.cure,
    )


def _place(fault: Fault, path: KeyPath, subject: object, context: Context) -> Location:
    if fault.about is None and subject is context.pack:
        return context.pack.settings_source.location(path, fault.offset)
    return context.entry(fault.about or subject).at(*path, offset=fault.offset)


def _path(key: str) -> KeyPath:
    return tuple(int(part) if part.isdigit() else part for part in key.split(".")) if key else ()
