"""What `storypack upstream` shows of a merge."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import Any

from storypack.authoring.upstreams.merge import ABSENT
from storypack.authoring.upstreams.plan import FileConflict, Plan, Step
from storypack.authoring.upstreams.record import Record
from storypack.authoring.upstreams.release import Release
from storypack.pack.models.settings import Settings

_LETTERS = {"added": "A", "updated": "U", "merged": "M", "removed": "D", "kept": "="}
_MOST = 12  # lines of a text that a conflict shows


def release_text(record: Record) -> str:
    """A release as people call it."""
    at = record.ref or record.commit[:12]
    return f"{record.version} ({at})" if at else record.version


def as_text(plan: Plan, before: Record | None, after: Record, *, written: bool) -> Iterator[str]:
    """What becomes of each file, then the conflicts with their three sides, then a summary."""
    old = f"{release_text(before)} to " if before else ""
    yield f"{after.name}: {old}{release_text(after)}"
    for step in plan.steps:
        yield f"  {_LETTERS[step.action]} {_shown(step)}"
    for conflict in plan.conflicts:
        yield ""
        yield f"conflict {conflict.name}"
        yield from _sides(conflict)
    if plan.conflicts:
        yield ""
    count = Counter(step.action for step in plan.steps)
    parts = [f"{number} {action}" for action, number in count.items()]
    parts += [f"{len(plan.conflicts)} in conflict"] if plan.conflicts else []
    end = "written" if written else "nothing was written"
    if not plan.steps and not plan.conflicts and before is not None and before.digests == after.digests:
        yield "nothing differs from the last release"
        return
    if plan.conflicts:
        end += "; decide with --ours and --theirs, as in --theirs '" + plan.conflicts[0].name + "'"
    elif not written:
        end += "; --write does"
    yield f"{', '.join(parts) or 'no file of this pack differs'}: {end}"


def _shown(step: Step) -> str:
    path = f"{step.old_path} -> {step.path}" if step.old_path else step.path
    more = f": {', '.join(step.places)}" if step.places else f" ({step.note})" if step.note else ""
    return path + more


def _sides(conflict: FileConflict) -> Iterator[str]:
    """Base, theirs and ours; of texts of several lines the lines that differ from the base."""
    each = conflict.conflict
    base = _value(each.base)
    yield from _block("base  ", base)
    for name, value in (("theirs", _value(each.theirs)), ("ours  ", _value(each.ours))):
        if len(base) > 1 and len(value) > 1:
            lines = [
                line for line in unified_diff(base, value, lineterm="", n=0) if not line.startswith(("---", "+++"))
            ]
            yield from _block(name, lines)
        else:
            yield from _block(name, value)


def _value(value: Any) -> list[str]:
    if value is ABSENT:
        return ["(not there)"]
    return value.rstrip("\n").split("\n") if isinstance(value, str) else [json.dumps(value, ensure_ascii=False)]


def _block(name: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines[:_MOST]):
        yield f"  {name if number == 0 else ' ' * len(name)}  {line}"
    if len(lines) > _MOST:
        yield f"  {' ' * len(name)}  ... and {len(lines) - _MOST} more lines"


def notes(settings: Settings, release: Release, plan: Plan) -> Iterator[str]:
    """What is not brought in, what this pack's settings lack for the content, and words that decide nothing."""
    theirs = release.settings
    for path in sorted(release.left_out):
        yield f"storypack: {path} is a link, pipe or device upstream, and is left out"
    if theirs.macro_prefix != settings.macro_prefix:
        yield (
            f"storypack: its filter macros begin with '{theirs.macro_prefix}', and those of this pack with "
            f"'{settings.macro_prefix}': set macro_prefix: '{theirs.macro_prefix}' in storypack.yml, or searches call "
            "macros that nobody defines"
        )
    apps = {each.app for each in settings.external_content}
    for app in (each.app for each in theirs.external_content if each.app not in apps):
        yield f"storypack: it counts on {app}: take its entry of external_content over into storypack.yml"
    for word in plan.unused:
        yield f"storypack: {word} fits no conflict"


def as_json(plan: Plan, before: Record | None, after: Record, *, written: bool) -> str:
    """The same as JSON; of a value that is not there nothing."""

    def value(each: Any) -> dict[str, Any]:
        return {} if each is ABSENT else {"value": each}

    data = {
        "name": after.name,
        "from": release_text(before) if before else None,
        "to": release_text(after),
        "written": written,
        "files": [
            {"action": step.action, "path": step.path, "old_path": step.old_path, "places": list(step.places),
             "note": step.note} for step in plan.steps
        ],
        "conflicts": [
            {"name": each.name, "path": each.path, "place": each.conflict.place, "base": value(each.conflict.base),
             "theirs": value(each.conflict.theirs), "ours": value(each.conflict.ours)} for each in plan.conflicts
        ],
    }  # fmt: skip
    return json.dumps(data, indent=2, ensure_ascii=False)
