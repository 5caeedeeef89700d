"""Commands that change or send something, or run others. Search Manual: "Commands that trigger SPL safeguards"."""

from __future__ import annotations

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spl.source import Span
from storypack.spl.tree import MapSearch, Plain

_WRITING = ("outputlookup", "outputcsv", "collect", "stash", "mcollect", "meventcollect", "tscollect", "dump")


def _plain(reading: Reading, names: tuple[str, ...], message: str, cure: str = "") -> Faults:
    for command in reading.of(Plain):
        if command.name in names:
            span = Span(command.span.start, command.span.start + len(command.name))
            yield reading.fault(message.format(command.name), span, cure)


@rule(
    "SP320",
    "Deletion of events",
    on="spl",
    policy=True,
    why="It makes events unfindable, for ever and for everybody. No detection may do that.",
    example="search: index=web user=test | delete",
    cure="Leave them out of the search instead.",
)
def deletes(reading: Reading, world: World) -> Faults:
    yield from _plain(reading, ("delete",), "`{}` takes events away from everybody, for ever")


@rule(
    "SP321",
    "Search that sends something",
    on="spl",
    policy=True,
    why="Whom to tell is for each site to decide, in the actions of the saved search. A search that mails does so each "
    "time that somebody runs it, on a dashboard or while looking into a finding.",
    example="search: index=web | sendemail to=soc@example.com",
    cure="Use the alert actions of the saved search.",
)
def sends(reading: Reading, world: World) -> Faults:
    yield from _plain(reading, ("sendemail", "sendalert"), "`{}` sends something each time that the search runs")


@rule(
    "SP322",
    "Search that runs a program",
    on="spl",
    policy=True,
    why="A script runs on the search head with Splunk's rights; it is no part of the app, and nobody who reviews the "
    "search sees what it does.",
    example="search: index=web | script python enrich.py",
    cure="Use a lookup or a custom command of a reviewed app.",
)
def runs(reading: Reading, world: World) -> Faults:
    yield from _plain(reading, ("script", "run", "runshellscript"), "`{}` runs a program on the search head")


@rule(
    "SP323",
    "Search of Splunk's own interface",
    on="spl",
    policy=True,
    why="It asks Splunk's own interface with the rights of whoever runs the search. On another site the same search "
    "shows other things, and in Splunk Cloud it may be forbidden.",
    example="search: '| rest /services/authentication/users | where roles=\"admin\"'",
    cure="Use the internal indexes.",
)
def rest(reading: Reading, world: World) -> Faults:
    yield from _plain(reading, ("rest",), "`{}` reads Splunk's own interface, not events")


@rule(
    "SP324",
    "Search that writes, and is no baseline",
    on="spl",
    policy=True,
    why="Whoever runs a detection once more, to look into a finding, changes what the next run compares with. Learning "
    "is for baselines, which run on their own schedule.",
    example="detections/web/odd.yml:\n  search: index=web | stats count by user | outputlookup exf_users",
    cure="Move it to a baseline.",
)
def writes(reading: Reading, world: World) -> Faults:
    if not reading.in_baseline:
        yield from _plain(reading, _WRITING, "`{}` writes each time that the search runs", "move this to a baseline")


@rule(
    "SP325",
    "Search for each row",
    on="spl",
    policy=True,
    why="It starts a search per row, ten by default, and passes over all other rows without a word.",
    example='search: index=web | stats count by user | map search="search index=vpn user=$user$"',
    cure="Search both at once, and put them together with stats.",
)
def maps(reading: Reading, world: World) -> Faults:
    for command in reading.of(MapSearch):
        span = Span(command.span.start, command.span.start + len("map"))
        yield reading.fault("`map` starts a search for each row, and only for the first ten", span)
