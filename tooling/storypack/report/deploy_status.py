"""The state of a deployed app, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from storypack.report.results import plural
from storypack.report.text import printable

if TYPE_CHECKING:
    from storypack.deploy.status import Status

_SHOWN = 10


def render_status(status: Status) -> str:
    """The status as text: what is fine in one line each, what is not with names."""
    lines = [f"{status.app} on {status.instance}"]
    if not status.installed:
        lines.append("  not installed")
    else:
        newer = "" if status.installed == status.packed else f" (the pack is {status.packed})"
        lines.append(f"  version {status.installed}{newer}; {plural(status.pending, 'change')} pending")
        lines += _named("drifted since the last apply", status.drifted)
        lines.append(f"  searches: {status.enabled} enabled, {len(status.disabled)} disabled")
        for one in (status.troubles or ())[:_SHOWN]:
            why = f": {printable(one.reason)}" if one.reason else ""
            lines.append(f"  ! {printable(one.search)}: {one.runs} x {printable(one.status)} in 24 hours{why}")
    lines += _named("data models that are not there", status.missing_models)
    lines += _named("data models that are not accelerated", status.slow_models)
    lines += _named("add-ons that are not installed here", status.missing_add_ons)
    lines += _named("sourcetypes without an event in 7 days", status.silent)
    lines += [f"  note: {printable(note)}" for note in status.notes]
    for run in status.runs:
        what = f"{run.what} to before {run.to}" if run.to else run.what
        state = "" if run.state == "done" else f", {run.state}"
        lines.append(f"  run {run.id}: {what}, version {run.version}, {run.begun}{state}")
    return "\n".join(lines) + "\n"


def render_status_json(status: Status) -> str:
    return json.dumps(asdict(status), indent=2) + "\n"


def _named(what: str, names: Sequence[str] | None) -> Iterator[str]:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield f"  ! {what}: {', '.join(printable(name) for name in names[:_SHOWN])}{more}"
