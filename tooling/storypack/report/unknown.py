"""docs/unknown.md: the points of SPL that nobody has established, for people."""

from __future__ import annotations

import json

from storypack.reference.unknown import Point, Reading, points

_HEAD = """# What nobody has established

Splunk's documentation leaves some points open, and published experience is missing or disagrees. They are listed here
instead of being guessed: `validate` warns at its place of what can depend on one, by the rule named below, with a
spelling that means the same under each reading. `storypack test` runs a detection that depends on one marked "both"
under each reading and fails if its rows differ. The engine takes the reading that is named first.

Each point has a probe: a search that needs no events, whose rows tell the readings apart on a real instance. The list
for programs is `tooling/storypack/reference/data/unknown.yml`, from which this page is made.
"""


def page() -> str:
    """The page docs/unknown.md."""
    rows = [
        f"| [{point.id}](#{point.id}) | {point.title} | {point.marked} | {'both' if point.switch else ''} |"
        for point in points()
    ]
    table = "\n".join(["| point | | validate | test |", "|---|---|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *map(_section, points())])


def _section(point: Point) -> str:
    readings = "\n".join(_reading(reading, point) for reading in point.readings)
    probe = f"```spl\n{point.probe.spl}\n```\n"
    return f"## {point.id}\n\n{point.title}.\n\n{readings}\n\nInstead: {point.avoid}.\n\n{probe}"


def _reading(reading: Reading, point: Point) -> str:
    rows = json.dumps(point.probe.rows[reading.id])
    evidence = "\n".join(f"  * {each.source}: {each.says}" for each in reading.evidence)
    return f"* **{reading.id}**: {reading.says} The probe gives `{rows}`.\n{evidence}"
