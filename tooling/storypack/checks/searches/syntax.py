"""What keeps a search from being read at all, and the macros that it calls."""

from __future__ import annotations

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spl import SplError, parse_term
from storypack.spl.macros import EndlessMacro, MacroArguments, UnknownMacro
from storypack.spl.tree import Call, String


@rule(
    "SP201",
    "Search that can not be read",
    on="spl",
    why="Splunk refuses the search. A scheduled one fails each time that it runs, and a detection that fails looks "
    "exactly like one that finds nothing.",
    example='search: index=web (status=500 OR status=503 | stats count by "host',
    cure="Mend it where the message points.",
)
def syntax(reading: Reading, world: World) -> Faults:
    for error in reading.errors:
        yield reading.error_fault(error)
    for error in reading.macro_errors:
        if not isinstance(error, UnknownMacro | MacroArguments | EndlessMacro):
            yield reading.error_fault(error)
    for call in reading.of(Call):
        if call.name == "searchmatch" and len(call.args) == 1 and isinstance(call.args[0], String):
            try:
                parse_term(call.args[0].value)
            except SplError as error:
                yield reading.fault(f"searchmatch: {error.message}", call.args[0].span, error.cure)


@rule(
    "SP207",
    "Unknown macro",
    on="spl",
    why="Splunk refuses a search that calls a macro which does not exist.",
    example="search: '`exf_cloudtrial` eventName=GetObject'",
    cure="Mend the name, define the macro in macros/, or name the app that brings it under external_content in "
    "storypack.yml.",
)
def unknown_macro(reading: Reading, world: World) -> Faults:
    for error in reading.macro_errors:
        if isinstance(error, UnknownMacro):
            yield reading.error_fault(error)


@rule(
    "SP208",
    "Macro with a wrong number of arguments",
    on="spl",
    why="Splunk looks a macro up by its name and the number of its arguments: with another number it does not exist.",
    example="search: index=web | `exf_ctime(firstTime, lastTime)`",
    cure="Give the macro as many arguments as it has.",
)
def macro_arguments(reading: Reading, world: World) -> Faults:
    for error in reading.macro_errors:
        if isinstance(error, MacroArguments):
            yield reading.error_fault(error)


@rule(
    "SP209",
    "Macro that calls itself",
    on="spl",
    why="Splunk gives up on macros that call each other in a circle, and on those nested deeper than 100.",
    example="macros/a.yml:\n  definition: '`b`'\nmacros/b.yml:\n  definition: '`a`'",
    cure="Break the circle.",
)
def endless_macro(reading: Reading, world: World) -> Faults:
    for error in reading.macro_errors:
        if isinstance(error, EndlessMacro):
            yield reading.error_fault(error)
