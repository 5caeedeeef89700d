"""The build from end to end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.package import package, write_package
from storypack.app_build.tree import app_tree
from storypack.pack.overlays.record import Record
from storypack.pack.pack import Pack


@dataclass(frozen=True, slots=True)
class Built:
    """A package on disk. `size` in bytes; `counts` has how many detections, stories, macros and so on are in it,
    `overlays` what the site changed in them."""

    path: Path
    size: int
    sha256: str
    counts: Mapping[str, int]
    overlays: Sequence[Record] = ()


def build_pack(pack: Pack, output: Path) -> Built:
    """Write `<app id>-<version>.tar.gz` into the folder `output`. `BuildError` when the pack cannot become an app."""
    content = app_content(pack)
    app = app_tree(content, tactics_of)
    data = package(app.files, pack.settings.app_id, content.newest)
    target = output / f"{pack.settings.app_id}-{pack.settings.version}.tar.gz"
    write_package(data, target)
    return Built(target, len(data), hashlib.sha256(data).hexdigest(), app.counts, content.overlays)
