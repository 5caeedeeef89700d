"""`$tokens$` in searches: who fills them in, and with what they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import WHOLE_SEARCH, Reading, read
from storypack.checks.searches.world import World
from storypack.checks.tokens import TOKEN
from storypack.issue import Severity
from storypack.spl.source import Span
from storypack.spl.tree import Binary, Compare, Foreach, In, MapSearch, Plain, String, Word

# Fields of the Common Information Model that name a person, and those that name a machine.
_PEOPLE = frozenset(
    ["user", "src_user", "dest_user", "user_name", "src_user_name", "dest_user_name", "user_id", "src_user_id"]
)
_MACHINES = frozenset(
    ["src", "dest", "dvc", "host", "src_ip", "dest_ip", "src_host", "dest_host", "dest_name", "src_name", "orig_host"]
)
_FILLED_IN = (MapSearch, Foreach)


@rule(
    "SP336",
    "Token in a scheduled search",
    on="spl",
    why="The scheduler fills in no token: the search looks for the text between the dollars, and the dollars. Tokens "
    "are for drilldowns, dashboards, map and the steps of an investigation.",
    example='search: index=web user="$user$"',
    cure="Write the condition out, or use a macro with arguments.",
)
def scheduled_token(reading: Reading, world: World) -> Faults:
    if not reading.is_main or reading.expanded is None or "$" not in reading.expanded.text:
        return
    inside = [node.span for kind in _FILLED_IN for node in reading.of(kind)]
    inside += [node.span for node in reading.of(Plain) if node.name == "savedsearch"]
    for found in TOKEN.finditer(reading.expanded.text):
        if not any(span.start <= found.start() < span.end for span in inside):
            yield reading.fault(f"nothing fills in {found[0]} when the search is scheduled", Span(*found.span()))


@rule(
    "SP337",
    "Drilldown that compares a field with another one's value",
    on="spl",
    severity=Severity.WARNING,
    why='dest="$user$" asks for a machine that is called like the user: the drilldown of every finding is empty.',
    example="drilldown_searches:\n- name: Rows\n  search: '%original_detection_search% | search dest=\"$user$\"'",
    cure="Compare the field with its own token.",
)
def other_field(reading: Reading, world: World) -> Faults:
    if not reading.key.startswith("drilldown_searches."):
        return
    for name, token, span in _compared(reading):
        if name != token and _unlike(name, token, reading, world):
            yield reading.fault(f"`{name}` is compared with the value of `{token}`", span, f'write {name}="${name}$"')


def _compared(reading: Reading) -> Iterator[tuple[str, str, Span]]:
    """Each field that is compared with a token alone: its name, the token's, and where."""
    for compare in reading.of(Compare):
        if compare.op == "=" and isinstance(compare.value, Word):
            yield from _pair(compare.field.name, compare.value.text, compare.span)
    for choice in reading.of(In):
        for value in choice.values:
            if isinstance(value, Word):
                yield from _pair(choice.field.name, value.text, choice.span)
    for binary in reading.of(Binary):
        if binary.op in ("=", "==") and isinstance(binary.right, String):
            yield from _pair(getattr(binary.left, "name", ""), binary.right.value, binary.span)


def _pair(name: str, value: str, span: Span) -> Iterator[tuple[str, str, Span]]:
    token = TOKEN.fullmatch(value)
    if token is not None and name:
        yield name, token[1].removeprefix("result."), span


def _unlike(name: str, token: str, reading: Reading, world: World) -> bool:
    """Whether the two are different things: a person and a machine, or two columns of the row that is drilled into."""
    field, of = (re.sub(r".*\.", "", each) for each in (name, token))
    if (field in _PEOPLE and of in _MACHINES) or (field in _MACHINES and of in _PEOPLE):
        return True
    if not reading.text.lstrip().startswith(WHOLE_SEARCH):
        return False
    main = read(reading.owner, "search", getattr(reading.owner, "search", ""), world).result
    return main is not None and not main.is_open and {name, token} <= main.known
