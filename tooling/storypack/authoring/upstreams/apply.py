"""Writing what a plan says. A run that is cut off is finished by running it again: what is merged already merges to the
same, and the base is replaced last."""

from __future__ import annotations

from pathlib import Path

from storypack.atomic import write_whole
from storypack.authoring.upstreams import record
from storypack.authoring.upstreams.plan import Plan
from storypack.authoring.upstreams.record import Record
from storypack.authoring.upstreams.release import Release, ReleaseError
from storypack.opening import LeadsOut, inside


def apply(root: Path, plan: Plan, made: Record, release: Release) -> None:
    """Write the files of a plan without conflicts, then the new base. Raises OSError, and ReleaseError for a file that
    would lie outside of the pack, before anything is written."""
    targets = [root / step.path for step in plan.steps if step.action != "kept"]
    for target in targets:
        _stays_inside(root, target)
    for step in plan.steps:
        target = root / step.path
        if step.action == "removed":
            target.unlink(missing_ok=True)
        elif step.data is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            if step.old_path:
                (root / step.old_path).rename(target)
            write_whole(target, step.data)
    record.write(root, made, release.files)


def _stays_inside(root: Path, target: Path) -> None:
    """Raise ReleaseError if the folder of a file is, or is below, a link that leads out of the pack."""
    there = target.parent
    while not there.exists() and there != root:
        there = there.parent
    try:
        inside(root, there)
    except LeadsOut as error:
        raise ReleaseError(f"{target.relative_to(root).as_posix()} {error.strerror}") from error
