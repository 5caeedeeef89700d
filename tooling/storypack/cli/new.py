"""`storypack new`: start an object with all that it needs, so that writing begins with the search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storypack.atomic import write_whole
from storypack.cli import exit_codes
from storypack.cli.options import KindChoice, examples, no_pack, pack_option
from storypack.opening import real
from storypack.pack.kinds import BY_NAME, KINDS, OVERLAY

if TYPE_CHECKING:
    from storypack.pack.pack import Entry, Pack

NEW = (*(kind.name for kind in KINDS), OVERLAY.name, "pack", "workflow")
TYPES = ("TTP", "Anomaly", "Hunting", "Correlation")
CATEGORIES = ("application", "cloud", "endpoint", "network", "web")


@click.command(
    epilog=KindChoice(NEW).epilog(
        examples(
            'storypack new detection "Mailbox Rule Forwards Outside" --type TTP --category cloud',
            'storypack new detection "Rare Upload Host" --type Anomaly --data-source "Splunk Stream HTTP"',
            "storypack new lookup exf_trusted_partners",
            "storypack new overlay aws_ec2_snapshot_shared_externally",
            "storypack new pack ../cloud-exits",
            "storypack new workflow .github/workflows/pack.yml",
        )
    )
)
@click.argument("kind", type=KindChoice(NEW))
@click.argument("name")
@pack_option
@click.option("--type", "type", type=click.Choice(TYPES), default="TTP", show_default=True, help="Of a detection.")
@click.option("--category", type=click.Choice(CATEGORIES), default="cloud", show_default=True, help="Of a detection.")
@click.option("--story", help="The story that it belongs to. May be left out if the pack has one.")
@click.option("--data-source", help="A data source of the pack: gives the search its macro and the tests a sourcetype.")
@click.option("--author", help="Of a pack, and then of all that is made in it.")
def command(
    kind: str,
    name: str,
    pack: Path,
    type: str,
    category: str,
    story: str | None,
    data_source: str | None,
    author: str | None,
) -> int:
    """Write the file of a new KIND called NAME, a detection with events for two tests.

    What it writes passes 'storypack validate'; every TODO in it is yours. Nothing is ever overwritten. For a pack, NAME
    is the folder: it gets settings and one detection, with all that this needs to be validated, tested and built; for a
    workflow of GitHub, NAME is the file; for an overlay, NAME is what your site changes: a detection, baseline, macro
    or schedule of the pack.
    """
    if kind == "pack":
        return _start(Path(name), author)
    if kind == "workflow":
        from storypack.authoring.starter import WORKFLOW

        _write(Path(), {name: WORKFLOW})
        return exit_codes.OK
    if kind == OVERLAY.name:
        _write(pack, _overlay(pack, name))
        click.echo("next: say what differs at your site, and why, then storypack validate")
        return exit_codes.OK
    _write(pack, _files(pack, kind, name, type, category, story, data_source, author))
    stem = _stem(kind, name)
    run = f" && storypack test --only {stem}" if kind == "detection" else ""
    click.echo(f"next: replace each TODO, then storypack validate --only {stem}{run}")
    return exit_codes.OK


def _start(folder: Path, author: str | None) -> int:
    """A new pack in a folder, which may be there already if nothing in it is in the way."""
    import datetime as dt
    import shlex

    from storypack.authoring.starter import named, starter

    if not real(folder).is_dir() and folder.exists():
        raise click.UsageError(f"{folder} is a file; name the folder of the new pack")
    if author is not None and not (author.strip() and author.isprintable()):
        raise click.UsageError("--author is one line of text")
    name = real(folder).name
    pack = named(name, author or f"{name or 'pack'} contributors", dt.date.today().isoformat())
    _write(folder, starter(pack))
    there = shlex.quote(folder.as_posix())
    click.echo(f"next: cd {there} && storypack validate && storypack test && storypack build")
    return exit_codes.OK


def _overlay(pack: Path, name: str) -> dict[str, str]:
    """The overlay of the object of this name, or file name."""
    from storypack.authoring.skeletons import overlay
    from storypack.pack.load import load_pack
    from storypack.pack.models.overlay import KINDS_CHANGED
    from storypack.spelling import did_you_mean

    loaded = load_pack(pack)
    if not loaded.pack.settings_source.text:
        raise no_pack(pack)
    entries = [entry for kind in KINDS_CHANGED for entry in loaded.pack.of(BY_NAME[kind])]
    wanted = name.casefold()
    for entry in entries:
        if wanted in (entry.name.casefold(), entry.stem.casefold(), entry.path.casefold()):
            return overlay(entry, loaded.pack)
    hint = did_you_mean(name, (entry.name for entry in entries))
    kinds = ", ".join(KINDS_CHANGED)
    raise click.UsageError(
        f"the pack has no object '{name}' of a kind that overlays change ({kinds})" + f"; {hint}" * bool(hint)
    )


def _stem(kind: str, name: str) -> str:
    from storypack.pack.names import file_stem

    return name if BY_NAME[kind].is_spl_name else file_stem(name)


def _files(
    pack: Path,
    kind: str,
    name: str,
    type: str,
    category: str,
    story: str | None,
    data_source: str | None,
    author: str | None,
) -> dict[str, str]:
    """The files of a new object of the pack."""
    import datetime as dt
    import uuid

    from storypack.authoring.skeletons import Seed, skeleton
    from storypack.pack.load import load_pack
    from storypack.pack.names import filter_macro_name

    loaded = load_pack(pack)
    if not loaded.pack.settings_source.text:
        raise no_pack(pack)
    _check_name(kind, name, loaded.pack)
    stem = _stem(kind, name)
    if kind == "detection" and type == "Correlation" and data_source:
        raise click.UsageError("a Correlation reads the risk that other detections added: leave --data-source out")
    source = _named("data source", data_source, loaded.pack.data_source_named) if data_source else None
    seed = Seed(
        name=name,
        stem=stem,
        id=str(uuid.uuid4()),
        today=dt.date.today().isoformat(),
        author=author or loaded.pack.settings.author,
        story=_story(kind, story, loaded.pack),
        type=type,
        category=category,
        data_source=source.name if source else "",
        sourcetype=source.model.sourcetype if source else "example:json",
        source=source.model.source if source else "",
        separator=(source.model.separator or "") if source and source.model.separator_value else "",
        separator_value=(source.model.separator_value or "") if source else "",
        macro=(source.model.macro or "") if source else "",
        filter_macro=filter_macro_name(stem, loaded.pack.settings.macro_prefix),
        lookup=stem if stem.startswith(loaded.pack.settings.macro_prefix) else loaded.pack.settings.macro_prefix + stem,
        has_schedule=getattr(loaded.pack.settings.schedules, type.lower()) in loaded.pack.schedule_named,
    )
    return skeleton(BY_NAME[kind], seed)


def _check_name(kind: str, name: str, pack: Pack) -> None:
    import re

    from storypack.pack import names

    is_spl_name = BY_NAME[kind].is_spl_name
    pattern, meaning = (
        (names.MACRO_PATTERN, names.MACRO_MEANING) if is_spl_name else (names.NAME_PATTERN, names.NAME_MEANING)
    )
    if not re.fullmatch(pattern, name) or not names.file_stem(name):
        raise click.UsageError(f"the name of a {kind} may hold only {meaning}")
    if len(name) > names.NAME_MAX:
        raise click.UsageError(f"the name has {len(name)} characters; at most {names.NAME_MAX} are allowed")
    prefix = pack.settings.macro_prefix
    if is_spl_name and not name.startswith(prefix):
        raise click.UsageError(f"macros and lookups of this pack begin with '{prefix}': call it {prefix}{name}")


def _story(kind: str, story: str | None, pack: Pack) -> str:
    """The story to belong to: the one named, or the only one."""
    if kind not in ("detection", "investigation"):
        return ""
    if story:
        return _named("story", story, pack.story_named).name
    if len(pack.story_named) != 1:
        known = ", ".join(sorted(pack.story_named)) or "none yet; start with storypack new story"
        raise click.UsageError(f"choose a --story (the pack has: {known})")
    return next(iter(pack.story_named))


def _named(kind: str, name: str, known: dict[str, Entry[Any]]) -> Entry[Any]:
    if name not in known:
        from storypack.spelling import one_of

        raise click.UsageError(f"the pack has no {kind} '{name}'; {one_of(name, known)}".rstrip("; "))
    return known[name]


def _write(pack: Path, files: dict[str, str]) -> None:
    taken = [path for path in files if (pack / path).exists()]
    if taken:
        raise click.UsageError(f"{taken[0]} is there already; nothing was written")
    for path, text in files.items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(pack / path, text.encode())
        click.echo(f"wrote {(pack / path).as_posix()}")
