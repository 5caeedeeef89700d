"""What a search gives under each reading of a point that nobody has established."""

from __future__ import annotations

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.reference import unknown
from storypack.spl.unknown import dependences
from storypack.spl.unknown_uses import MAY_DEPEND


@rule(
    "SP340",
    "Search that depends on what nobody has established",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="What Splunk does here is not documented, and published experience is missing or disagrees (docs/unknown.md): "
    "the search may give other rows on an instance than in its tests.",
    example='search: index=web | stats count by src | lookup owners src OUTPUT owner | where NOT owner="backup"',
    cure='Write what means the same under each reading, such as isnull(owner) OR owner!="backup".',
)
def unestablished(reading: Reading, world: World) -> Faults:
    suspects = [node for kind, may_depend in MAY_DEPEND.items() for node in reading.of(kind) if may_depend(node)]
    if reading.tree is None or not suspects:
        return
    for dependence in dependences(reading.tree, suspects=suspects):
        if dependence.in_tests:
            continue
        title = unknown.point(dependence.point).title
        message = f"nobody has established what this means: {title}"
        yield reading.fault(message, dependence.span, dependence.cure)
