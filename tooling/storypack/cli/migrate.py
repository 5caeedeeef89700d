"""`storypack migrate`: content of older formats in the current one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.options import examples, no_pack, on_terminal, pack_option, tell
from storypack.opening import real

if TYPE_CHECKING:
    from storypack.authoring.migrating.file import Decision
    from storypack.authoring.migrating.pack import Migration

_MOST = 20  # differences of an app that are shown
_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command(
    epilog=examples(
        "storypack migrate | less",
        "storypack migrate --no-diff",
        "storypack migrate --write",
        "storypack migrate --write detections/cloud",
    )
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@pack_option
@click.option("--write", is_flag=True, help="Write the files. Without it they are only shown.")
@click.option("--no-diff", is_flag=True, help="Show what was decided, and not the lines that change.")
@click.option("--force", is_flag=True, help="Write files that git could not bring back, too.")
def command(paths: tuple[Path, ...], pack: Path, write: bool, no_diff: bool, force: bool) -> int:
    """Rewrite content of contentctl 3, 4 and 5 in the current format, in its own files.

    Shows the lines that change, then all that was decided: what a human should look at, what is new, what is left out.
    Comments, the order of keys, quotes and folds of texts stay. The app is built before and after, and what differs in
    it is named. With --write the files are written; a second run has nothing to do.

    Exit code 1 if a file could not be rewritten. Without PATH: the whole pack.
    """
    from storypack.authoring.migrating.pack import migration

    plan = migration(pack, _chosen(pack, paths))
    if not plan.count:
        raise _nothing(pack, paths)
    if write and not force and (reason := _cannot_undo(pack, plan)):
        raise click.UsageError(f"{reason}; commit first, so that there is a way back, or use --force")
    if not no_diff:
        for line in _diff(plan):
            click.echo(line)
    for line in _decided(plan, pack, written=write):
        click.echo(line)
    if plan.files:
        for line in _app(plan):
            click.echo(line)
    if write:
        plan.write()
    for path, reason in plan.failed.items():
        tell(f"storypack: {(pack / path).as_posix()}: left as it is: {reason}")
    click.echo(_summary(plan, written=write))
    return exit_codes.FAILED if plan.failed else exit_codes.OK


def _chosen(pack: Path, paths: tuple[Path, ...]) -> frozenset[str] | None:
    """Paths in the pack of the files that were named, and of those in the folders that were; None = all."""
    if not paths:
        return None
    root = real(pack)
    chosen: set[str] = set()
    for path in paths:
        if not real(path).is_relative_to(root):
            raise click.UsageError(f"{path} lies outside of the pack; name its folder with --pack")
        files = path.rglob("*.y*ml") if path.is_dir() else [path]
        chosen |= {real(file).relative_to(root).as_posix() for file in files}
    return frozenset(chosen)


def _nothing(pack: Path, paths: tuple[Path, ...]) -> click.UsageError:
    """What to say when there is no file to look at."""
    if not paths:
        return no_pack(pack)
    hint = f"; did you mean --pack {paths[0]}?" if (paths[0] / "detections").is_dir() else ""
    return click.UsageError(f"{paths[0]} is no content file of the pack in {real(pack)}, and holds none{hint}")


def _cannot_undo(pack: Path, plan: Migration) -> str:
    """Why git could not bring back what would be overwritten; empty if it could."""
    from storypack.authoring.changes import GitError, changes

    try:
        changed = changes(pack, read=[file.path for file in plan.files]).files
    except GitError as error:
        return f"there is no git history here ({error})"
    at_risk = [file.path for file in plan.files if file.path in changed]
    more = f" and {len(at_risk) - 1} more" if len(at_risk) > 1 else ""
    return f"{at_risk[0]}{more} would be overwritten, which git does not have as it is" if at_risk else ""


def _diff(plan: Migration) -> Iterator[str]:
    colour = on_terminal()
    for file in plan.files:
        before, after = (text.decode().splitlines() for text in (file.before, file.after))
        for line in unified_diff(before, after, f"a/{file.path}", f"b/{file.path}", lineterm=""):
            yield click.style(line, fg=_COLOURS.get(line[:1])) if colour else line


def _decided(plan: Migration, pack: Path, *, written: bool) -> Iterator[str]:
    """What was put where the older format says nothing; what a human should look at comes first."""
    decisions = [decision for file in plan.files for decision in file.decisions]
    for decision in decisions:
        if decision.open:
            cure = f" ({decision.cure})" if decision.cure else ""
            yield f"decide: {_place(decision, pack, written)}: {decision.message}{cure}"
    rest: dict[str, list[Decision]] = {}
    for decision in decisions:
        if not decision.open:
            rest.setdefault(decision.message, []).append(decision)
    for message, alike in sorted(rest.items()):
        where = f"{_place(alike[0], pack, written)}: " if len(alike) == 1 else ""
        yield f"note: {where}{message}{_times(len(alike))}"
    for word, keys in (
        ("new", (file.added for file in plan.files)),
        ("otherwise", (file.changed for file in plan.files)),
        ("left out, since nothing reads it now", (file.left_out for file in plan.files)),
    ):
        counts = Counter(key for each in keys for key in each)
        if counts:
            yield f"{word}: {', '.join(f'`{key}`{_times(count)}' for key, count in sorted(counts.items()))}"


def _place(decision: Decision, pack: Path, written: bool) -> str:
    """File and line of a decision, from the current folder: in the file as it was, or as it was written."""
    place = decision.written if written else decision.location
    return os.path.normpath(pack / place.file) + (f":{place.line}" if place.line else "")


def _times(count: int) -> str:
    return f" ({count} files)" if count > 1 else ""


def _app(plan: Migration) -> Iterator[str]:
    """What differs in the app that is built of the pack."""
    from storypack.app_build.compare import differences
    from storypack.scratch import scratch

    with scratch() as folder:
        copy = folder / (real(plan.root).name or "pack")  # settings may be made up from the name
        plan.write_copy(copy)
        (before, broken_before), (after, broken) = _built(plan.root), _built(copy)
    yield from (f"{path}: has errors now that it had not before" for path in broken if path not in broken_before)
    if isinstance(before, str) or isinstance(after, str):
        yield f"the app was not compared: {before if isinstance(before, str) else after}"
        return
    different = list(differences(before, after))
    if not different:
        without = f"; not in it: {_files(len(broken))} with errors, see storypack validate" if broken else ""
        yield f"the app stays the same: {_files(len(after))}, byte for byte{without}"
        return
    yield f"in the app {len(different)} things differ:"
    yield from (f"  {line}" for line in different[:_MOST])
    if len(different) > _MOST:
        yield f"  and {len(different) - _MOST} more"


def _built(pack: Path) -> tuple[Mapping[str, bytes] | str, tuple[str, ...]]:
    """The files of the app of a pack, or why there is none; files of the pack that are left out because of errors."""
    from storypack.app_build.errors import BuildError
    from storypack.app_build.from_pack import app_content, tactics_of
    from storypack.app_build.tree import app_tree
    from storypack.pack.load import load_pack

    loaded = load_pack(pack)
    try:
        return app_tree(app_content(loaded.pack), tactics_of).files, loaded.pack.broken
    except BuildError as error:
        issue = error.issues[0]
        return f"{issue.location}: {issue.message}", loaded.pack.broken


def _files(number: int) -> str:
    return f"{number} file{'s' * (number != 1)}"


def _summary(plan: Migration, *, written: bool) -> str:
    open_files = sum(any(decision.open for decision in file.decisions) for file in plan.files)
    parts = [f"{_files(plan.count)}: {len(plan.files)} {'rewritten' if written else 'would change'}"]
    parts += [f"{open_files} with something to decide"] if open_files else []
    parts += [f"{len(plan.failed)} left as {'they are' if len(plan.failed) > 1 else 'it is'}"] if plan.failed else []
    hint = "; --write rewrites them" if plan.files and not written else ""
    return ", ".join(parts) + hint
