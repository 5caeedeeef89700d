"""A deployment plan for people and for machines."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from storypack.report.results import plural
from storypack.report.text import printable

if TYPE_CHECKING:
    from storypack.deploy.plan import Action, Change, Plan

_SIGNS = {"create": "+", "update": "~", "drifted": "!", "orphaned": "-", "foreign": "x", "unchanged": " "}
_COLOURS = {"create": "32", "update": "33", "drifted": "35", "orphaned": "31", "foreign": "36", "unchanged": "2"}
_WORDS = {
    "create": "to create",
    "update": "to update",
    "drifted": "drifted, to put back",
    "orphaned": "orphaned",
    "foreign": "foreign, left alone",
    "unchanged": "unchanged",
}
_INLINE = 88  # longer values are shown as the lines that differ
_MOST_LINES = 12


def render_plan(plan: Plan, title: str, *, colour: bool = False) -> str:
    """The plan as text: what changes with its fields, what is kept, and a summary. What is unchanged is counted."""
    lines = [title]
    shown = [action for action in plan.actions if action.status != "unchanged" or action.kept]
    for action in shown:
        lines += _action(action, colour)
    lines.append(summary(plan))
    return "\n".join(lines) + "\n"


def summary(plan: Plan) -> str:
    """`plan: 10 to create, 1 drifted, to put back; 4 kept as the site has them; 51 unchanged`."""
    counts: Counter[str] = Counter(action.status for action in plan.actions)
    parts = [f"{counts[status]:,} {_WORDS[status]}" for status in _SIGNS if status != "unchanged" and counts[status]]
    kept = sum(len(action.kept) for action in plan.actions)
    tail = [f"{plural(kept, 'setting')} kept as the site has {'it' if kept == 1 else 'them'}"] if kept else []
    tail += [f"{counts['unchanged']:,} unchanged"] if counts["unchanged"] else []
    head = ", ".join(parts) or "nothing to do"
    return "; ".join([f"plan: {head}", *tail])


def render_plan_json(plan: Plan, **about: object) -> str:
    """The plan as JSON: every object with status and effect, changed fields with old and new value, kept ones too."""
    counts: Counter[str] = Counter(action.status for action in plan.actions)
    whole = {
        **about,
        "app": plan.app,
        "version": plan.version,
        "pending": len(plan.pending),
        "counts": {status: counts[status] for status in _SIGNS},
        "objects": [_as_json(action) for action in plan.actions],
    }
    return json.dumps(whole, indent=2) + "\n"


def step_json(number: int, total: int, action: Action, note: str = "") -> str:
    """One object that is done, as a line of JSON."""
    line: dict[str, object] = {
        "step": number,
        "of": total,
        "kind": action.kind,
        "name": action.name,
        "effect": action.effect,
    }
    return json.dumps({**line, "outcome": "done", **({"note": note} if note else {})})


def step_text(number: int, total: int, action: Action, note: str = "") -> str:
    """One object that is done, as a line of text."""
    done = {"create": "created", "update": "updated", "delete": "deleted"}[action.effect]
    return f"[{number}/{total}] {done} {action.kind.replace('_', ' ')} {printable(action.name)}" + (
        f" ({printable(note)})" if note else ""
    )


def _as_json(action: Action) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": action.kind,
        "name": action.name,
        "status": action.status,
        "effect": action.effect,
    }
    if action.reason:
        made["reason"] = action.reason
    for name, changes in (("changes", action.changes), ("kept", action.kept)):
        if changes:
            made[name] = [
                {"field": one.field, "old": one.old, "new": one.new, "drifted": one.drifted} for one in changes
            ]
    return made


def _action(action: Action, colour: bool) -> Iterator[str]:
    head = f"  {_SIGNS[action.status]} {action.kind.replace('_', ' '):<13} {printable(action.name)}"
    notes = [printable(action.reason)] if action.reason else []
    yield _paint(head, _COLOURS[action.status], colour) + "".join(f" ({note})" for note in notes)
    if action.effect == "update":
        for change in action.changes:
            yield from _change(change)
    for change in action.kept:
        yield f"        kept {change.field}: {_short(change.old)} (the pack has {_short(change.new)})"


def _change(change: Change) -> Iterator[str]:
    head = f"        {change.field}: "
    if "\n" not in change.old + change.new and len(change.old) + len(change.new) <= _INLINE:
        new = "taken out" if change.unset and not change.new else _short(change.new)
        yield f"{head}{_short(change.old)} -> {new}"
        return
    yield head.rstrip()
    lines = list(_differences(change.old.splitlines(), change.new.splitlines()))
    yield from (f"          {printable(shorten_line(line))}" for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"          ... {len(lines) - _MOST_LINES} more lines"


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterable[str]:
    for line in difflib.ndiff([x.rstrip() for x in old], [x.rstrip() for x in new]):
        if line[:2] in ("- ", "+ "):
            yield line


def shorten_line(line: str, width: int = 110) -> str:
    return line if len(line) <= width else line[: width - 3] + "..."


def _short(value: str) -> str:
    return printable(shorten(value, _INLINE, placeholder="...")) if value else '""'


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
