"""What other installed packages offer, by entry point: `storypack.rules` (a module with rules), `storypack.renderers`
(a format of results). Event formats (`storypack.formats`) have their registry in the engine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

RULES = "storypack.rules"
RENDERERS = "storypack.renderers"


class PluginError(Exception):
    """A package offers what cannot be loaded, or is not what it should be."""

    def __init__(self, point: EntryPoint, reason: object) -> None:
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "an installed package"
        super().__init__(f"{package} offers {point.name!r} ({point.value}) as {point.group}: {reason}")


@cache
def offered(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, by name."""
    from importlib.metadata import entry_points  # 25 ms, which `--help` should not pay

    return tuple(sorted(entry_points(group=group), key=lambda point: (point.name, point.value)))


def load(point: EntryPoint) -> object:
    """What an entry point leads to. Raises PluginError, whatever the package's module raises when it is imported."""
    try:
        thing: object = point.load()
    except Exception as error:
        raise PluginError(point, f"it cannot be loaded: {error}") from error
    return thing


def identity(group: str) -> list[str]:
    """What tells one set of offers from another: names, targets, versions."""
    return [f"{point.name} {point.value} {point.dist.version if point.dist else ''}" for point in offered(group)]
