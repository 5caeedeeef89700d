"""Commands of options and words. Those that the catalogue describes in full need no entry here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storypack.spl import catalogue
from storypack.spl.catalogue.model import Flow
from storypack.spl.fields.adding import is_true
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.tree import Command, Plain, Word

Effect = Callable[[Plain, Fieldset, Tables], Fieldset]


def words(command: Plain) -> list[str]:
    """The words as written, `*` for a macro."""
    return [each.text if isinstance(each, Word) else "*" for each in command.words]


def _table(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.kept(words(command), command)


def _fillnull(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*words(command))


def _spath(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = words(command)
    path = command.option("path") or (given[0] if given else "")
    return state.plus(command.option("output") or path) if path else state.opened()


def _iplocation(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    names = ["City", "Country", "Region", "lat", "lon"]
    if is_true(command.option("allfields")):
        names += ["Continent", "MetroCode", "Timezone"]
    return state.plus(*(command.option("prefix") + name for name in names))


def _named(default: Callable[[str, Plain], str]) -> Effect:
    """`field [AS name]`: adds `name`, or what the command calls it."""

    def effect(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        given = words(command)
        if len(given) >= 3 and given[-2].lower() == "as":
            return state.plus(given[-1])
        return state.plus(default(given[0], command)) if given else state

    return effect


def _autoregressed(field: str, command: Plain) -> str:
    return f"{field}_p{command.option('p') or '1'}" if "-" not in command.option("p") else f"{field}_p*"


def _trendline(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = words(command)
    names = []
    for number, word in enumerate(given):
        if word.lower() == "as" or (number and given[number - 1].lower() == "as"):
            continue
        renamed = number + 2 < len(given) and given[number + 1].lower() == "as"
        names.append(given[number + 2] if renamed else word)
    return state.plus(*names)


def _last_word(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*words(command)[-1:])


def _option(option: str, default: str) -> Effect:
    """Adds the field that an option names."""

    def effect(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        return state.plus(command.option(option) or default)

    return effect


def _addcoltotals(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(command.option("labelfield"))


def _addtotals(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    total = command.option("fieldname") or "Total"
    rows = command.option("row").lower() not in ("f", "false", "0")
    return state.plus(command.option("labelfield"), total if rows else "")


def _cluster(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    count = command.option("countfield") or "cluster_count"
    counted = is_true(command.option("showcount"))
    return state.plus(command.option("labelfield") or "cluster_label", count if counted else "")


def _setfields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*(option.name for option in command.options))


def _table_of(first: int) -> Effect:
    """A table whose other columns come from values: xyseries, contingency, transpose."""

    def effect(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        return state.only(words(command)[:first], command, ["*"])

    return effect


def _untable(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.only(words(command), command)


def _makeresults(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    if command.option("data") or command.option("format"):
        return Fieldset(frozenset(["_time"]), ("*",))
    annotated = {"_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group"}
    return Fieldset(frozenset({"_time"} | (annotated if is_true(command.option("annotate")) else set())))


def _datamodel(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = words(command)
    modes = [word.lower() for word in given[2:3]]
    if len(given) < 3:
        return Fieldset(frozenset(), ("*",))
    paths = tables.dataset(f"{given[0]}.{given[1]}")
    names = {path.rpartition(".")[2] for path in paths} if modes == ["flat"] else set(paths)
    return Fieldset(OF_EVENTS.union(names), ("*",))


def _by_facts(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    """What the catalogue says of a command."""
    facts = catalogue.command(command.name)
    if facts is None:
        return state.opened()
    if facts.generating:
        made = Fieldset(frozenset(facts.yields), () if facts.flow is Flow.ONLY else ("*",))
        return state.union(made) if is_true(command.option("append")) else made
    match facts.flow:
        case Flow.SAME | Flow.REMOVES:
            return state
        case Flow.ADDS:
            return state.plus(*facts.yields)
        case Flow.ONLY if facts.yields:
            return state.only(facts.yields, command)
        case Flow.NOTHING:
            return state.only((), command)
        case _:
            return state.opened()


_BY_NAME: dict[str, Effect] = {
    "table": _table,
    "fillnull": _fillnull,
    "filldown": _by_facts,
    "spath": _spath,
    "iplocation": _iplocation,
    "accum": _named(lambda field, command: field),
    "autoregress": _named(_autoregressed),
    "delta": _named(lambda field, command: f"delta({field})"),
    "x11": _named(lambda field, command: f"x11({field})"),
    "trendline": _trendline,
    "strcat": _last_word,
    "erex": _last_word,
    "concurrency": _option("output", "concurrency"),
    "xpath": _option("outfield", "xpath"),
    "tojson": _option("output_field", "_raw"),
    "tags": _option("outputfield", "tag"),
    "addcoltotals": _addcoltotals,
    "addtotals": _addtotals,
    "cluster": _cluster,
    "setfields": _setfields,
    "xyseries": _table_of(1),
    "maketable": _table_of(1),
    "contingency": _table_of(1),
    "counttable": _table_of(1),
    "ctable": _table_of(1),
    "transpose": _table_of(0),
    "correlate": _table_of(0),
    "untable": _untable,
    "makeresults": _makeresults,
    "datamodel": _datamodel,
}


def _plain(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return _BY_NAME.get(command.name, _by_facts)(command, state, tables)


EFFECTS: dict[type[Command], Callable[[Any, Fieldset, Tables], Fieldset]] = {Plain: _plain}
