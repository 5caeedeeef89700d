"""`storypack validate`: everything that is wrong with a pack, in one run."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storypack.cli import exit_codes
from storypack.cli.collector import no_collection
from storypack.cli.options import (
    cache_options,
    emit,
    examples,
    format_option,
    no_paths,
    on_terminal,
    only_option,
    output_option,
    pack_option,
    tell,
)
from storypack.opening import real

if TYPE_CHECKING:
    from storypack.checks.baseline import Mistake
    from storypack.checks.catalogue import Rule
    from storypack.checks.snapshot import Snapshot
    from storypack.issue import Issue
    from storypack.report.results import Results
    from storypack.store import Store


@click.command(
    epilog=examples(
        "storypack validate",
        "storypack validate --pack ../other-pack --strict",
        "storypack validate --only changed --only 'story:Data Exfiltration'",
        "storypack validate --format sarif --output validate.sarif",
        "storypack validate --baseline accepted.jsonl --update-baseline",
        "storypack validate --since origin/main",
    )
)
@no_paths
@pack_option
@only_option
@format_option("text", command="validate")
@output_option
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@click.option("--details/--overview", default=None, help="Each issue, or where to begin. Default: by their number.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Accept the issues that FILE lists; what is mended leaves it by itself.",
)
@click.option("--update-baseline", is_flag=True, help="Accept what is there now: write it into the baseline.")
@click.option(
    "--since",
    metavar="REF",
    default="",
    help="Compare versions with this branch or commit: what does something else needs a new one (SP128).",
)
@cache_options
def command(
    pack: Path,
    only: tuple[str, ...],
    format: str,
    output: Path | None,
    strict: bool,
    details: bool | None,
    baseline: Path | None,
    update_baseline: bool,
    since: str,
    cache: Path | None,
    no_cache: bool,
) -> int:
    """Check the whole pack and show every problem, with place and cure.

    Exit code 1 if there is an error (with --strict: or a warning), else 0. 'storypack rules' explains the rules.

    With --baseline only issues count that are not in FILE: an old pack is green today, and cannot get worse. Lines may
    move; an issue that comes once more is new.
    """
    from storypack.checks.cache import store_of
    from storypack.issue import Severity

    if update_baseline and not baseline:
        raise click.UsageError("--update-baseline needs --baseline FILE: where to write it")
    with no_collection():
        store = None if no_cache else store_of(pack, cache)
        results = _results(pack, only, store, since, baseline, update=update_baseline)
    emit(_render(results, format, output, details), output)
    if results.count(Severity.ERROR) or (strict and results.count(Severity.WARNING)):
        return exit_codes.FAILED
    return exit_codes.OK


def _results(
    pack: Path, only: tuple[str, ...], store: Store | None, since: str, baseline: Path | None, *, update: bool
) -> Results:
    """What there is to say about the pack, or about the files that `only` names, beyond what the baseline accepts."""
    import datetime as dt

    from storypack.checks import snapshot
    from storypack.cli.checking import checked
    from storypack.report.results import Results, relocated

    today, base = dt.date.today(), pack.as_posix()
    state = snapshot.state_of(pack, today, store.folder) if store and not only and not since else None
    found = snapshot.load(store, state)
    texts: Mapping[str, str] = {}
    if found is None:
        found, texts = checked(pack, only, today, store, since, snapshot.edit_of(store, state))
        snapshot.save(store, state, found)
    issues, accepted = _beyond(baseline, found, partial=bool(only), update=update)
    texts = {**_texts(pack, {issue.location.file for issue in found.issues} - texts.keys()), **texts}
    return Results(
        issues=relocated(issues, base),
        checked=found.files,
        silenced=found.silenced,
        accepted=accepted,
        sources={_from(base, path): text for path, text in texts.items()},
        rules=_Rules(),
    )


def _beyond(path: Path | None, found: Snapshot, *, partial: bool, update: bool) -> tuple[Sequence[Issue], int]:
    """The issues that a baseline does not accept, and how many it does. Writes it, if there is less to accept than
    before or more is wanted."""
    if path is None:
        return found.issues, 0
    from storypack.atomic import write_whole
    from storypack.checks import baseline as rules
    from storypack.issue import Severity

    known = _baseline(path, missing=update)
    compared = rules.compare(found.issues, known, found.files if partial else None)
    wanted = compared.left + rules.of(compared.new) if update else compared.left
    if wanted != known or (update and not path.exists()):
        write_whole(path, rules.text(wanted).encode("utf-8"))
        issues = f"{wanted.total():,} issue{'s' * (wanted.total() != 1)}"
        tell(f"{path.as_posix()}: {issues} accepted, {known.total():,} before")
    if update:
        return [issue for issue in compared.new if issue.severity is Severity.NOTE], wanted.total()
    return compared.new, compared.accepted


def _baseline(path: Path, *, missing: bool) -> Counter[Mistake]:
    """What a baseline accepts. `missing` = it need not be there yet."""
    from storypack.checks.baseline import BaselineError, read

    try:
        return read(path)
    except FileNotFoundError as error:
        if missing:
            return Counter()
        cure = "--update-baseline writes it"
        raise click.UsageError(f"there is no baseline {path.as_posix()}; {cure}") from error
    except BaselineError as error:
        raise click.UsageError(f"{path.as_posix()}: {error}") from error


class _Rules(Mapping[str, "Rule"]):
    """The catalogue, loaded when it is first asked: a pack without issues has no need of it."""

    def __getitem__(self, id: str) -> Rule:
        from storypack.checks.catalogue import rules

        return rules()[id]

    def __iter__(self) -> Iterator[str]:
        from storypack.checks.catalogue import rules

        return iter(rules())

    def __len__(self) -> int:
        from storypack.checks.catalogue import rules

        return len(rules())


def _from(base: str, path: str) -> str:
    return path if base == "." else f"{base}/{path}"


def _render(results: Results, format: str, output: Path | None, details: bool | None) -> str:
    if format != "text":
        from storypack.report.formats import renderer

        return renderer("validate", format)(results)
    from storypack.report.text import render_text

    person = output is None and on_terminal()
    width = min(shutil.get_terminal_size().columns, 120) if person else 100
    return render_text(results, width=width, colour=person, details=details)


def _texts(pack: Path, files: Iterable[str]) -> Mapping[str, str]:
    """The text of these files, as far as they are files of text inside the pack."""
    root = real(pack)
    texts = {}
    for path in files:
        full = pack / path
        if full.is_file() and real(full).is_relative_to(root):
            with suppress(OSError):  # the issue says so
                texts[path] = full.read_bytes().decode("utf-8", errors="replace")
    return texts
