"""`storypack release`: notes of what differs from the last release, and the version that goes with them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.options import SETTINGS_FILE, emit, examples, no_pack, output_option, pack_option, tell

if TYPE_CHECKING:
    from storypack.authoring.releasing.compare import Release
    from storypack.pack.pack import Pack


@click.command(
    epilog=examples(
        "storypack release",
        "storypack release --since v1.2.0 --write",
        "storypack release --to 2.0.0 --write --changelog docs/CHANGES.md",
        "storypack release --format json | jq .changed",
    )
)
@pack_option
@click.option("--since", metavar="REF", default="", help="The release before: a tag or commit. Default: the last tag.")
@click.option(
    "--to", "target", metavar="VERSION", help="The version of this release. Default: what the changes ask for."
)
@click.option("--write", is_flag=True, help="Write the version into storypack.yml, and the notes into the change log.")
@click.option(
    "--changelog",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The change log, in the pack.  [default: CHANGELOG.md]",
)
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="Notes in Markdown, or JSON.")
@output_option
def command(
    pack: Path,
    since: str,
    target: str | None,
    write: bool,
    changelog: Path | None,
    format: str,
    output: Path | None,
) -> int:
    """Show what is new, changed, deprecated and removed since a release, and the version that this asks for.

    Objects are the same as before if their ids are. An object that is gone or has another name asks for a new major
    version, what is new or does something else for a minor one, other texts for a patch. A version in storypack.yml
    that is above the release's already stays.

    With --write the version goes into storypack.yml and the notes into CHANGELOG.md, in the place of those for the
    same version. Without it nothing is written.
    """
    from storypack.authoring.changes import GitError, last_tag
    from storypack.authoring.releasing.compare import compare
    from storypack.authoring.releasing.notes import notes
    from storypack.authoring.selection import SelectionError
    from storypack.cli.checking import pack_at
    from storypack.pack.load import load_pack

    loaded = load_pack(pack)
    if not loaded.files:
        raise no_pack(pack)
    if loaded.pack.broken:
        raise click.UsageError(f"{loaded.pack.broken[0]} cannot be read, so nobody can say what changed; see validate")
    try:
        start = since or last_tag(pack)
        before = pack_at(loaded.pack, start, "--since")
    except (GitError, SelectionError) as error:
        raise click.UsageError(str(error)) from error
    release = compare(before, loaded.pack)
    version = _version(before, loaded.pack, release, target)
    section = notes(release, version, dt.date.today())
    emit(section if format == "text" else _json(release, version, start), output)
    _unraised(release, start)
    if write and release.is_empty and not target:
        tell(f"nothing differs from {start}: nothing is written")
    elif write:
        _write(loaded.pack, version, section, changelog or pack / "CHANGELOG.md")
    return exit_codes.OK


def _version(before: Pack, after: Pack, release: Release, target: str | None) -> str:
    from storypack.authoring.releasing.compare import bumped

    old, now = before.settings.version, after.settings.version
    wanted = bumped(old, release.part)
    if target is not None:
        if not _is_version(target):
            raise click.UsageError(f"--to: '{target}' is no version; write three numbers, as in {wanted}")
        if _numbers(target) <= _numbers(old):
            raise click.UsageError(f"--to: {target} is not above {old}, the release before")
        return target
    if release.is_empty:
        return now
    if _numbers(now) <= _numbers(old):
        return wanted
    if _numbers(now) < _numbers(wanted):
        tell(f"{SETTINGS_FILE} says {now}; the changes ask for {wanted} (--to {wanted})")
    return now


def _is_version(text: str) -> bool:
    from pydantic import TypeAdapter, ValidationError

    from storypack.pack.models.settings import Version

    try:
        TypeAdapter(Version).validate_python(text)
    except ValidationError:
        return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _unraised(release: Release, start: str) -> None:
    """Say how many objects go out changed under the version that they had."""
    same = [
        change.name
        for change in release.changed
        if change.what and not change.by_overlay and change.versions and len(set(change.versions)) == 1
    ]
    if same:
        more = f" and {len(same) - 1} more" if len(same) > 1 else ""
        tell(f"{same[0]}{more} changed without a new version; storypack validate --since {start} shows each")


def _json(release: Release, version: str, start: str) -> str:
    return json.dumps({"version": version, "since": start, "part": release.part, **asdict(release)}, indent=2) + "\n"


def _write(pack: Pack, version: str, section: str, log: Path) -> None:
    """The change log first: should the second file fail, running again writes both."""
    from storypack.atomic import write_whole
    from storypack.authoring.releasing.notes import inserted
    from storypack.authoring.releasing.settings import SettingsError, with_version

    settings = pack.root / SETTINGS_FILE
    if pack.settings_source.path != SETTINGS_FILE:
        name = pack.settings_source.path
        raise click.UsageError(f"the version stands in {name}, which is another tool's; raise it there to {version}")
    text = settings.read_bytes().decode("utf-8")
    try:
        new = with_version(text, version)
    except SettingsError as error:
        raise click.UsageError(f"{settings.as_posix()} {error}") from error
    old_log = log.read_bytes().decode("utf-8") if log.is_file() else ""
    write_whole(log, inserted(old_log, section).encode("utf-8"))
    if new != text:
        write_whole(settings, new.encode("utf-8"))
    tell(f"wrote {log.as_posix()}" + (f" and version {version} into {settings.as_posix()}" if new != text else ""))
