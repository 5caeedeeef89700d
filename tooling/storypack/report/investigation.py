"""What an investigation answered: for people as text or as one HTML page, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any

from storypack import __version__
from storypack.hunting.steps import Answer
from storypack.pack.models import Investigation
from storypack.reference.attack import technique
from storypack.report.results import plural
from storypack.report.rows import table_lines
from storypack.report.text import printable

FORMAT_VERSION = 1
MOST_ROWS = 50
"""Rows of a step that text and HTML show; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Report:
    """An investigation, the values of its inputs, the moment in question (epoch seconds; None = all time), and its
    answers in order."""

    investigation: Investigation
    inputs: Mapping[str, str]
    moment: float | None
    answers: tuple[Answer, ...]

    @property
    def techniques(self) -> dict[str, list[int]]:
        """Techniques that answers speak for, and the numbers of those steps."""
        steps: dict[str, list[int]] = {}
        for answer in self.answers:
            if answer.has_answer:
                for name in answer.step.mitre_attack_id:
                    steps.setdefault(name, []).append(answer.number)
        return dict(sorted(steps.items()))


def render_text(report: Report, width: int) -> str:
    """The steps with their answers, then the summary and the techniques."""
    return "\n".join(_lines(report, max(width, 40))) + "\n"


def render_json(report: Report) -> str:
    """One document; `format_version` changes only when a key goes away or changes its meaning. Times are epoch
    seconds."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "storypack", "version": __version__},
        "investigation": report.investigation.name,
        "inputs": dict(report.inputs),
        "time": report.moment,
        "steps": [_step(answer) for answer in report.answers],
        "techniques": [{"id": name, "name": _title(name), "steps": steps} for name, steps in report.techniques.items()],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def render_html(report: Report) -> str:
    """One page that needs no network."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("storypack.report", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("investigation.html.j2").render(
        report=report,
        most=MOST_ROWS,
        clock=clock,
        outcome=_outcome,
        shown=_shown,
        techniques=[(name, _title(name), steps) for name, steps in report.techniques.items()],
        version=__version__,
    )


def clock(seconds: float | None) -> str:
    """A moment in UTC, to the second; empty for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _lines(report: Report, width: int) -> Iterator[str]:
    yield printable(report.investigation.name)
    asked = [f"{name}={value}" for name, value in report.inputs.items()]
    asked.append(f"around {clock(report.moment)}" if report.moment is not None else "all time")
    yield printable("  " + ", ".join(asked))
    for answer in report.answers:
        yield ""
        yield from _step_lines(answer, width)
    yield ""
    yield "Summary"
    for answer in report.answers:
        yield printable(f"  {answer.number:2}. {answer.step.name}: {_outcome(answer)}")
    if report.techniques:
        yield ""
        yield "ATT&CK techniques that the answers speak for"
        for name, steps in report.techniques.items():
            numbers = ", ".join(map(str, steps))
            yield f"  {name} {_title(name)} (step {numbers})"


def _step_lines(answer: Answer, width: int) -> Iterator[str]:
    step = answer.step
    yield printable(f"{answer.number}. {step.name}")
    yield from _wrapped(step.description, width)
    if answer.earliest is not None or answer.latest is not None:
        yield f"   {clock(answer.earliest) or '...'} to {clock(answer.latest) or '...'}"
    if answer.error:
        yield from _wrapped(f"could not be run: {answer.error}", width)
    elif answer.search and not answer.rows:
        yield "   nothing"
    elif answer.rows:
        yield from (f"   {line}" for line in table_lines(answer.rows[:MOST_ROWS], answer.fields, max(width - 3, 20)))
        if len(answer.rows) > MOST_ROWS:
            yield f"   ... and {len(answer.rows) - MOST_ROWS:,} more rows (--format json has them)"
    for warning in answer.warnings:
        yield from _wrapped(f"note: {warning}", width)
    if step.interpretation:
        yield from _wrapped(f"Look for: {step.interpretation}", width)
    if step.next_steps and answer.has_answer:
        yield from _wrapped(f"Next: {step.next_steps}", width)


def _wrapped(text: str, width: int) -> Iterator[str]:
    for line in wrap(printable(" ".join(text.split())), width - 3):
        yield f"   {line}"


def _outcome(answer: Answer) -> str:
    if answer.error:
        return "could not be run"
    if not answer.search:
        return "for the analyst"
    return plural(len(answer.rows), "row") if answer.rows else "nothing"


def _title(name: str) -> str:
    known = technique(name)
    return known.name if known else ""


def _shown(name: str, value: Any) -> str:
    """A cell: several values one below the other, times readable."""
    if value is None:
        return ""
    if name in ("_time", "firstTime", "lastTime") and isinstance(value, int | float):
        return clock(value)
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _step(answer: Answer) -> dict[str, Any]:
    step = answer.step
    return {
        "number": answer.number,
        "name": step.name,
        "question": step.description,
        "search": answer.search or None,
        "earliest": answer.earliest,
        "latest": answer.latest,
        "row_count": len(answer.rows),
        "rows": [dict(row) for row in answer.rows],
        "error": answer.error or None,
        "warnings": list(answer.warnings),
        "look_for": step.interpretation,
        "next_steps": step.next_steps,
        "mitre_attack_id": list(step.mitre_attack_id),
        "seconds": round(answer.seconds, 3),
    }
