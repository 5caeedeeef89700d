"""`storypack upstream`: packs of others brought into this one, and their new releases merged with what differs here."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.cli import exit_codes
from storypack.cli.options import examples, no_pack, pack_option

if TYPE_CHECKING:
    from storypack.pack.models.settings import Settings


write_option = click.option("--write", is_flag=True, help="Write the files. Without it they are only shown.")
ref_option = click.option("--ref", metavar="REF", default="", help="The branch, tag or commit of a repository.")
ours_option = click.option(
    "--ours", metavar="PLACE", multiple=True, help="Of this conflict keep what is here. FILE:FIELD, FILE or a glob."
)
theirs_option = click.option(
    "--theirs", metavar="PLACE", multiple=True, help="Of this conflict take what upstream has."
)
format_option = click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How it is shown.")


@click.group(
    epilog=examples(
        "storypack upstream add https://git.example.com/packs/cloud.git --ref v1.2.0 --write",
        "storypack upstream update cloud --ref v1.3.0",
        "storypack upstream update cloud --ref v1.3.0 --ours 'detections/*:schedule' --write",
        "storypack upstream status",
    )
)
def command() -> None:
    """Bring in packs of others, and merge their new releases with what was changed here.

    SOURCE is a folder, an archive (.tar.gz, .tgz, .tar, .spl, .zip) or the URL of a repository of git. Its content and
    the events of its tests are laid into this pack; .upstream/NAME/ keeps them as they were, for the next merge, and
    belongs into your repository. Settings and app/ are yours and stay.

    Every file is merged value by value. What only one side changed is taken from it; what both changed is a conflict,
    and with one of these nothing is written.
    """


@command.command("add")
@click.argument("source")
@pack_option
@ref_option
@click.option("--name", help="What it is called here. Default: the name in SOURCE.")
@ours_option
@theirs_option
@write_option
@format_option
def add(
    source: str,
    pack: Path,
    ref: str,
    name: str | None,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    write: bool,
    format: str,
) -> int:
    """Bring in the pack at SOURCE."""
    from storypack.authoring.upstreams.record import FOLDER, NAME, names

    name = name or _name(source)
    if not NAME.fullmatch(name) or name.endswith((".new", ".old")):
        raise click.UsageError(f"'{name}' is no name for it; give one with --name (letters, digits, . _ -)")
    if name in names(pack):
        raise click.UsageError(f"{FOLDER}/{name} is there already: storypack upstream update {name}")
    return _merge(pack, name, source, ref, {"ours": ours, "theirs": theirs}, write, format)


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The packs that were brought in."""
    from storypack.authoring.upstreams.record import names

    return [name for name in names(Path(ctx.params.get("pack") or ".")) if name.startswith(incomplete)]


@command.command("update")
@click.argument("name", required=False, shell_complete=_complete)
@pack_option
@ref_option
@click.option("--from", "source", metavar="SOURCE", help="Where the new release is. Default: where the last came from.")
@ours_option
@theirs_option
@write_option
@format_option
def update(
    name: str | None,
    pack: Path,
    ref: str,
    source: str | None,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    write: bool,
    format: str,
) -> int:
    """Merge a new release of the pack NAME.

    NAME may be left out if only one pack was brought in.
    Exit code 1 if there is a conflict. A run that was cut off is finished by running it again.
    """
    return _merge(pack, _known(pack, name), source, ref, {"ours": ours, "theirs": theirs}, write, format)


@command.command("status")
@pack_option
@format_option
def status(pack: Path, format: str) -> int:
    """Show what was brought in, and what of it was changed here.

    Each pack with its release, and the files of it that differ from that.
    """
    from storypack.authoring.upstreams.local import Local, triples
    from storypack.authoring.upstreams.record import names, read
    from storypack.authoring.upstreams.release import Release, ReleaseError
    from storypack.cli.upstream_shown import release_text

    settings = _settings(pack)
    local = Local(pack, _start(settings))
    shown = []
    try:
        for name in names(pack):
            base = read(pack, name)
            states = triples(local, base, Release({}, settings))
            changed = [local.here(each.path) for each in states if each.ours and not each.is_base(each.ours)]
            gone = [local.here(each.path) for each in states if each.ours is None]
            shown.append((base.record, sorted(changed), sorted(gone)))
    except ReleaseError as error:
        raise click.UsageError(str(error)) from error
    if format == "json":
        rows = [
            {"name": each.name, "source": each.source, "ref": each.ref, "commit": each.commit, "version": each.version,
             "changed": changed, "removed": gone} for each, changed, gone in shown
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2))
        return exit_codes.OK
    for record, changed, gone in shown:
        click.echo(f"{record.name} {release_text(record)} from {record.source}")
        for path in changed:
            click.echo(f"  changed here: {path}")
        for path in gone:
            click.echo(f"  removed here: {path}")
    if not shown:
        click.echo("no pack was brought in; storypack upstream add brings in the first")
    return exit_codes.OK


def _merge(
    pack: Path, name: str, source: str | None, ref: str, decisions: dict[Any, Sequence[str]], write: bool, format: str
) -> int:
    from storypack.authoring.changes import GitError
    from storypack.authoring.upstreams import record
    from storypack.authoring.upstreams.apply import apply
    from storypack.authoring.upstreams.fetch import fetch, without_secret
    from storypack.authoring.upstreams.local import Local
    from storypack.authoring.upstreams.plan import plan
    from storypack.authoring.upstreams.release import ReleaseError, digest_of, release_at
    from storypack.cli.upstream_shown import as_json, as_text, notes
    from storypack.scratch import scratch

    settings = _settings(pack)
    try:
        base = record.read(pack, name) if name in record.names(pack) else None
        place, kept = _source(pack, source, base.record.source if base else "")
        with scratch() as folder:
            fetched = fetch(place, ref, _empty(folder))
            release = release_at(fetched.folder)
        made = plan(Local(pack, _start(settings)), base, release, decisions)
        after = record.Record(
            name=name,
            source=kept,
            ref=fetched.ref,
            commit=fetched.commit,
            digest=fetched.digest,
            version=release.settings.version,
            digests={path: digest_of(data) for path, data in sorted(release.files.items())},
        )
        writes = write and not made.conflicts
        if writes:
            apply(pack, made, after, release)
    except (ReleaseError, GitError) as error:
        raise click.UsageError(f"{without_secret(source or name)}: {error}") from error
    except OSError as error:
        where = error.filename or pack
        raise click.UsageError(f"{where} {error.strerror or error}; run it again when that is mended") from error
    before = base.record if base else None
    if format == "json":
        click.echo(as_json(made, before, after, written=writes))
    else:
        for line in as_text(made, before, after, written=writes):
            click.echo(line)
    for line in notes(settings, release, made):
        click.echo(line, err=True)
    return exit_codes.FAILED if made.conflicts else exit_codes.OK


def _settings(pack: Path) -> Settings:
    from storypack.pack.load import load_settings

    settings, source, _ = load_settings(pack)
    if not source.text:
        raise no_pack(pack)
    return settings


def _start(settings: Settings) -> str:
    return f"{settings.content_folder}/" if settings.content_folder else ""


def _empty(folder: Path) -> Path:
    empty = folder / "release"
    empty.mkdir()
    return empty


def _source(pack: Path, given: str | None, last: str) -> tuple[str, str]:
    """Where to look for a release, and how the record says it: a path from the pack's folder, a URL without secrets."""
    from storypack.authoring.upstreams.fetch import is_url, without_secret
    from storypack.opening import real

    source = given or last
    if is_url(source):
        return source, without_secret(source)
    if given is None:
        return str(pack / last), last
    return given, Path(os.path.relpath(real(Path(given)), real(pack))).as_posix()


def _name(source: str) -> str:
    name = os.path.basename(source.rstrip("/")).removesuffix(".git")  # noqa: PTH119 - of a URL, too
    for suffix in (".tar.gz", ".tgz", ".tar", ".spl", ".zip"):
        name = name.removesuffix(suffix)
    return name


def _known(pack: Path, name: str | None) -> str:
    from storypack.authoring.upstreams.record import names
    from storypack.spelling import one_of

    known = names(pack)
    if name is None and len(known) == 1:
        return known[0]
    if not known:
        raise click.UsageError("no pack was brought in; storypack upstream add brings in the first")
    if name is None:
        raise click.UsageError(f"say which: {', '.join(known)}")
    if name not in known:
        raise click.UsageError(f"no pack '{name}' was brought in; {one_of(name, known)}".rstrip("; "))
    return name
