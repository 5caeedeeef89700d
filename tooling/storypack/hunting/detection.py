"""One detection over the candidates: run as its schedule would have, throttled, each row a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from storypack.engine.candidates import NotPlanned
from storypack.hunting.behind import Asked, events_behind
from storypack.hunting.findings import Finding, Outcome, finding_of
from storypack.hunting.hunted import Hunted
from storypack.hunting.moving import makes_rows, moved, untimed
from storypack.hunting.prefix import Prefix, run_prefix
from storypack.hunting.runs import Run
from storypack.spl import tree
from storypack.spl.fields.walk import walk

MOST_FINDINGS = 5_000
"""Findings of one detection; more are counted."""


def hunt_detection(hunted: Hunted, outcome: Outcome, findings: list[Finding]) -> Outcome:
    """Add the findings of a detection to `findings`, and what became of it to `outcome`. Raises EngineError.

    The events behind the findings come last, so that after an interrupt the findings are there without them.
    """
    hunted.is_alone = any(each.fields is None for each in hunted.scans) or any(
        isinstance(node, tree.Deferred) for node in walk(hunted.pipeline)
    )
    try:
        return _hunted(hunted, outcome, findings)
    except NotPlanned:
        hunted.is_alone = True
        findings.clear()
        return _hunted(hunted, outcome, findings)


def _hunted(hunted: Hunted, outcome: Outcome, findings: list[Finding]) -> Outcome:
    if not hunted.is_alone and not any(map(makes_rows, hunted.pipeline.commands)) and not hunted.candidates.count:
        return outcome
    if hunted.is_alone:
        hunted.warnings["it needs all that the events hold, so each of its runs reads the files anew"] = None
    made = _Made(hunted, findings)
    prefix = _prefix(hunted)
    count = suppressed = 0
    for run, rows, kept in moved(hunted, prefix):
        count += 1
        suppressed += len(rows) - len(kept)
        made.add(run, kept)
    made.show_events(prefix)
    for rows in untimed(hunted):
        count += 1
        made.add(None, rows)
        made.show_events(_prefix(hunted))
    if made.dropped:
        hunted.warnings[f"only the first {MOST_FINDINGS:,} findings are kept"] = None
    return replace(
        outcome,
        state="findings" if findings else "nothing",
        runs=count,
        suppressed=suppressed,
        warnings=tuple(hunted.warnings),
    )


def _prefix(hunted: Hunted) -> Prefix | None:
    return run_prefix(hunted.detection.search, hunted.candidates, hunted.macros, frozenset(hunted.baselines.lookups))


@dataclass
class _Made:
    """The findings of a detection so far. `numbers` are their places by row; `dropped` = how many were too many."""

    hunted: Hunted
    findings: list[Finding]
    dropped: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _bare: list[int] = field(default_factory=list)

    def add(self, run: Run | None, rows: Sequence[Mapping[str, Any]]) -> None:
        """A finding for each row that has not been there before."""
        for row in rows:
            key = repr(sorted(row.items()))
            if key in self._places:
                place = self._places[key]
                self.findings[place] = replace(self.findings[place], runs=self.findings[place].runs + 1)
            elif len(self.findings) < MOST_FINDINGS:
                self._places[key] = len(self.findings)
                self._bare.append(len(self.findings))
                self.findings.append(self._finding(run, row))
            else:
                self.dropped += 1

    def _finding(self, run: Run | None, row: Mapping[str, Any]) -> Finding:
        hunted = self.hunted
        earliest, latest = (run.earliest, run.latest or run.now) if run else (None, None)
        return replace(
            finding_of(hunted.entry, hunted.pack, row),
            first=earliest,
            last=latest,
            run=run.now if run else None,
            window=(earliest, latest),
            allow_lists=() if hunted.has_site else hunted.allow_lists,
            notes=tuple(_notes(hunted, run)),
        )

    def show_events(self, prefix: Prefix | None) -> None:
        """Put the events behind the findings made since the last time, as far as they can be determined."""
        bare, self._bare = self._bare, []
        if prefix is None or not bare:
            return
        some = [self.findings[place] for place in bare]
        behind = events_behind(prefix, [Asked(each.row, *each.window) for each in some])
        events = self.hunted.candidates.events({number for each in behind for number in each.numbers})
        for place, each in zip(bare, behind, strict=True):
            finding = self.findings[place]
            span = each.span if finding.run is not None and each.span else (finding.first, finding.last)
            self.findings[place] = replace(
                finding,
                first=span[0],
                last=span[1],
                events=tuple(events[number] for number in each.numbers if number in events),
                event_count=each.count,
            )


def _notes(hunted: Hunted, run: Run | None) -> Iterator[str]:
    if run is None:
        yield "the events show no time; those without one were searched together"
    yield from hunted.baselines.notes(hunted.entry.name, None if run is None else run.now)
