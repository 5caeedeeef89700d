"""Names that the shell completes: of a pack's objects, by their file names, which takes no reading of files.

click makes the scripts: `eval "$(_STORYPACK_COMPLETE=bash_source storypack)"`, and zsh_source or fish_source.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click

Completer = Callable[[click.Context, click.Parameter, str], list[str]]
_MOST_FILES = 20_000


def names_of(*kinds: str, more: tuple[str, ...] = ()) -> Completer:
    """Completes to the file names, without suffix, of these kinds of content, and to these other words."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        known = [*more, *sorted(set(_stems(_pack(ctx), kinds)))]
        return [name for name in known if name.startswith(incomplete)]

    return complete


def complete_only(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What `--only` takes: names, `story:NAME`, `changed`."""
    kind, colon, start = incomplete.partition(":")
    if kind == "story" and colon:
        return [f"story:{name}" for name in names_of("story")(ctx, param, start)]
    return names_of("detection", "baseline", "investigation", more=("changed", "story:"))(ctx, param, incomplete)


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The ids of rules."""
    from storypack.checks.catalogue import rules

    return [id for id in rules() if id.startswith(incomplete.upper())]


def _pack(ctx: click.Context) -> Path:
    return Path(ctx.params.get("pack") or ".")


def _stems(pack: Path, kinds: tuple[str, ...]) -> Iterator[str]:
    from storypack.pack.files import SUFFIXES
    from storypack.pack.kinds import BY_NAME

    count = 0
    for kind in kinds:
        for _, folders, files in os.walk(pack / BY_NAME[kind].folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in files:
                count += 1
                if count > _MOST_FILES:
                    return
                stem, dot, suffix = name.rpartition(".")
                if dot + suffix in SUFFIXES:
                    yield stem
