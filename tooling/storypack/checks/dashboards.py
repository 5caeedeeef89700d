"""Dashboards. What is wrong with a definition itself, `app_build/` says (SP902)."""

from __future__ import annotations

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Location, Severity
from storypack.pack.files import readable
from storypack.pack.models.dashboard import BODIES
from storypack.pack.pack import Pack


@rule(
    "SP188",
    "Definition of a dashboard that no YAML describes",
    on="pack",
    severity=Severity.WARNING,
    why="It is not put into the app: only a YAML makes a definition a dashboard of the pack.",
    example="dashboards/uploads.json without uploads.yml",
    cure="Add the YAML, or remove the definition.",
)
def orphan(pack: Pack, context: Context) -> Faults:
    used = {pack.dashboard_path(entry) for entry in pack.dashboards}
    broken = {(context.root / path).with_suffix("") for path in pack.broken}
    folder = context.root / pack.settings.content_folder / "dashboards"
    for file in sorted(path for suffix in BODIES for path in folder.rglob(f"*{suffix}")):
        if file not in used and file.with_suffix("") not in broken:
            place = Location(readable(file.relative_to(context.root).as_posix()))
            cure = f"describe it in {readable(file.stem)}.yml"
            yield Fault("no YAML describes this dashboard, so it is left out", location=place, cure=cure)
