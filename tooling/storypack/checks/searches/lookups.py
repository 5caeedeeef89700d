"""Lookups that searches name, and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spelling import did_you_mean, one_of
from storypack.spl.fields.walk import walk
from storypack.spl.source import Span
from storypack.spl.tree import Call, Compare, In, Inputlookup, Lookup, Plain, String, Word
from storypack.spl.tree import From as FromDataset


def _named(reading: Reading) -> Iterator[tuple[str, Span, bool]]:
    """Each lookup that is named, where, and whether naming it makes it."""
    tables = [command.table for command in reading.of(Lookup)] + [command.table for command in reading.of(Inputlookup)]
    for table in tables:
        if isinstance(table, Word):
            yield table.text, table.span, False
    for plain in reading.of(Plain):
        if plain.name == "outputlookup" and plain.words and isinstance(plain.words[0], Word):
            yield plain.words[0].text, plain.words[0].span, plain.words[0].text.endswith(".csv")
    for source in reading.of(FromDataset):
        if source.kind in ("lookup", "inputlookup"):
            yield source.dataset, source.span, False
    for call in reading.of(Call):
        if call.name == "lookup" and call.args and isinstance(call.args[0], String):
            yield call.args[0].value, call.args[0].span, False


@rule(
    "SP210",
    "Unknown lookup",
    on="spl",
    why="Splunk refuses a search that names a lookup which does not exist. A CSV of the pack has another name in the "
    "app, with the date of its content (build.date_lookup_files): only the lookup's own name finds it.",
    example="search: index=web | lookup exf_trusted_acounts account OUTPUT owner",
    cure="Mend the name, add the lookup to lookups/, or name the app that brings it under external_content in "
    "storypack.yml.",
)
def unknown_lookup(reading: Reading, world: World) -> Faults:
    for name, span, made in _named(reading):
        if name in world.lookups or "$" in name or "<<" in name:
            continue
        if name in world.files:
            message = f"`{name}` is a file of the pack; in the app its name carries a date"
            yield reading.fault(message, span, f"call the lookup by its name: {world.files[name]}")
        elif not made:
            cure = did_you_mean(name, sorted(world.own_lookups)) or did_you_mean(name, world.lookups)
            yield reading.fault(f"there is no lookup `{name}`", span, cure)


@rule(
    "SP211",
    "Field that the lookup does not have",
    on="spl",
    why="Splunk refuses to look up a column that is not there, and an output column that is not there stays empty.",
    example="search: index=web | lookup exf_trusted_accounts account OUTPUT ownr\n# and the lookup has account, owner",
    cure="Use a column of the lookup.",
)
def unknown_column(reading: Reading, world: World) -> Faults:
    for lookup in reading.of(Lookup):
        columns = _columns(lookup.table, world)
        for mapping in (*lookup.inputs, *lookup.outputs):
            name = mapping.source.name
            if columns and not _has(columns, name):
                message = f"lookup `{_text(lookup.table)}` has no column `{name}`"
                yield reading.fault(message, mapping.source.span, one_of(name, columns))
    yield from _in_function(reading, world)
    for source in reading.of(Inputlookup):
        columns = _columns(source.table, world)
        if not columns or source.where is None:
            continue
        for node in walk(source.where):
            if isinstance(node, Compare | In) and not _has(columns, node.field.name):
                message = f"lookup `{_text(source.table)}` has no column `{node.field.name}`"
                yield reading.fault(message, node.field.span, one_of(node.field.name, columns))


def _in_function(reading: Reading, world: World) -> Faults:
    """Columns that eval's lookup() names: `lookup("x", json_object("in", a), json_array("out"))`."""
    for call in reading.of(Call):
        if call.name != "lookup" or len(call.args) != 3 or not isinstance(call.args[0], String):
            continue
        name, columns = call.args[0].value, world.lookups.get(call.args[0].value, ())
        inputs, outputs = call.args[1:]
        named = list(inputs.args[::2]) if isinstance(inputs, Call) and inputs.name == "json_object" else []
        named += list(outputs.args) if isinstance(outputs, Call) and outputs.name == "json_array" else []
        for each in named:
            if columns and isinstance(each, String) and each.value not in columns:
                message = f"lookup `{name}` has no column `{each.value}`"
                yield reading.fault(message, each.span, one_of(each.value, columns))


def _columns(table: object, world: World) -> tuple[str, ...]:
    return world.lookups.get(table.text, ()) if isinstance(table, Word) else ()


def _text(table: object) -> str:
    return table.text if isinstance(table, Word) else ""


def _has(columns: tuple[str, ...], name: str) -> bool:
    return name in columns or ("*" in name and any(fnmatchcase(column, name) for column in columns)) or "$" in name
