"""What a search is made of: its stages with the fields after each, and what it needs from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from storypack.checks.searches.datamodels import dataset_names, tstats_fields
from storypack.checks.searches.reading import Reading
from storypack.pack.overlays.record import Record
from storypack.spl.fields import Fieldset, StageFields
from storypack.spl.fields.names import matches
from storypack.spl.fields.state import OF_EVENTS
from storypack.spl.macros import MacroDefinition
from storypack.spl.pattern import literal
from storypack.spl.printer import print_command
from storypack.spl.tree import Command, Compare, Eval, In, Inputlookup, Lookup, Plain, Tstats, Word

_PLACES = ("index", "sourcetype", "source")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage in canonical form, without its pipe. `fields` are known behind it; `any_other` = so may others be;
    `reads` those that it reads, `adds` and `drops` what it changes."""

    text: str
    macros: tuple[str, ...]
    reads: tuple[str, ...]
    adds: tuple[str, ...]
    drops: tuple[str, ...]
    fields: tuple[str, ...]
    any_other: bool


@dataclass(frozen=True, slots=True)
class LookupUse:
    """A lookup and the columns of it that the search names."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A search taken apart. `expanded` is its text without macro calls, one stage a line."""

    name: str
    file: str
    expanded: str
    stages: tuple[Stage, ...]
    macros: tuple[MacroDefinition, ...]
    lookups: tuple[LookupUse, ...]
    datasets: dict[str, tuple[str, ...]]  # dataset: the fields of it that are read
    places: dict[str, tuple[str, ...]]  # index, sourcetype, source: the values that the search asks for
    overlays: tuple[Record, ...] = ()  # what the site changed in the search, and in macros and schedule that it uses


def explain(reading: Reading, name: str, file: str) -> Explanation:
    """Take a reading apart. It must have a tree."""
    assert reading.tree is not None
    assert reading.expanded is not None
    stages = tuple(_stage(reading, each) for each in reading.stages)
    leading = "| " if reading.tree.leading_pipe else ""
    used = [reading.world.macros[key] for key in reading.expanded.used]
    return Explanation(
        name,
        file,
        leading + "\n| ".join(stage.text for stage in stages),
        stages,
        tuple(used),
        tuple(_lookups(reading)),
        _datasets(reading),
        _places(reading),
    )


def _stage(reading: Reading, stage: StageFields) -> Stage:
    before, after = stage.before, stage.after
    text = _printed(stage.command)
    if text.startswith("search ") and stage is reading.stages[0] and getattr(stage.command, "implied", False):
        text = text.removeprefix("search ")
    assert reading.expanded is not None
    start, end = stage.command.span
    pieces = [reading.expanded.piece_at(offset) for offset in range(start, end, max((end - start) // 200, 1))]
    macros = dict.fromkeys(name for piece in pieces for name in piece.macros[:1])
    return Stage(
        text,
        tuple(macros),
        tuple(dict.fromkeys(use.name for use in stage.uses)) if stage is not reading.stages[0] else (),
        tuple(sorted(_shown(after) - _shown(before))),
        tuple(sorted(name for name in _shown(before) - _shown(after) if not after.has(name))),
        tuple(sorted(_shown(after))),
        after.is_open,
    )


def _printed(command: Command) -> str:
    """The stage as text, each assignment of an eval on a line of its own."""
    if isinstance(command, Eval) and len(command.assignments) > 1:
        each = [print_command(Eval((assignment,))).removeprefix("eval ") for assignment in command.assignments]
        return "eval " + ",\n       ".join(each)
    return print_command(command)


def _shown(fields: Fieldset) -> set[str]:
    named = fields.known - OF_EVENTS if fields.is_open else fields.known
    return set(named) | {pattern for pattern in fields.open if pattern != "*"}


def _lookups(reading: Reading) -> Iterator[LookupUse]:
    found: dict[str, set[str]] = {}
    for lookup in reading.of(Lookup):
        if isinstance(lookup.table, Word):
            columns = {mapping.source.name for mapping in (*lookup.inputs, *lookup.outputs)}
            found.setdefault(lookup.table.text, set()).update(columns)
    for source in reading.of(Inputlookup):
        if isinstance(source.table, Word):
            found.setdefault(source.table.text, set()).update(reading.world.lookups.get(source.table.text, ()))
    for plain in reading.of(Plain):
        if plain.name == "outputlookup" and plain.words and isinstance(plain.words[0], Word):
            found.setdefault(plain.words[0].text, set())
    for name in sorted(found):
        yield LookupUse(name, tuple(sorted(found[name])))


def _datasets(reading: Reading) -> dict[str, tuple[str, ...]]:
    fields: dict[str, set[str]] = {path: set() for path, _ in dataset_names(reading)}
    for command in reading.of(Tstats):
        if command.datamodel:
            names = {field.name for field, _ in tstats_fields(command) if "." in field.name}
            stars = {name for name in names if "*" in name}
            known = reading.world.tables.dataset(command.datamodel)
            names = names - stars | {path for path in known if any(matches(star, path) for star in stars)}
            fields[command.datamodel] |= names
    return {path: tuple(sorted(names)) for path, names in sorted(fields.items())}


def _places(reading: Reading) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {name: {} for name in _PLACES}
    for compare in reading.of(Compare):
        if compare.field.name in found and compare.op == "=" and isinstance(compare.value, Word):
            found[compare.field.name][literal(compare.value.text) or compare.value.text] = None
    for listed in reading.of(In):
        if listed.field.name in found:
            for value in listed.values:
                if isinstance(value, Word):
                    found[listed.field.name][literal(value.text) or value.text] = None
    return {name: tuple(values) for name, values in found.items() if values}
