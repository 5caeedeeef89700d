"""Time modifiers as epoch seconds, the old ones among them.

Search Reference: "Time modifiers" (`earliest`, `latest`); its editions for 4.x to 6.x have the others, which Splunk
still reads: `starthoursago=24`, `endtimeu=1700000000`, `daysago=7`, `searchtimespanhours=2`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from storypack import timemod
from storypack.engine.errors import SearchError
from storypack.engine.session import Session
from storypack.engine.udf.timeformat import strptime
from storypack.spl import tree

_UNITS = {"days": "d", "hours": "h", "minutes": "m", "months": "mon"}
_AGO = re.compile(r"(start|end|)(days|hours|minutes|months)ago").fullmatch
_SPAN = re.compile(r"searchtimespan(days|hours|minutes|months)").fullmatch
_PLAIN = {
    "starttime": "earliest",
    "starttimeu": "earliest",
    "endtime": "latest",
    "endtimeu": "latest",
}


def resolve_time(value: str, session: Session) -> float | None:
    """Epoch seconds of a time modifier; None for "all time" (0 or empty)."""
    try:
        return timemod.resolve(value, session.now)
    except timemod.TimeModifierError as error:
        raise SearchError(error.message, session.stage) from error


def modern(terms: Sequence[tree.Term], session: Session) -> Sequence[tree.Term]:
    """The terms of one level without `timeformat`, times that are written as it says as epoch seconds, and the old
    modifiers as `earliest` and `latest`."""
    if not any(isinstance(one, tree.TimeModifier) for one in terms):
        return terms
    forms = [one.value for one in terms if isinstance(one, tree.TimeModifier) and one.name == "timeformat"]
    found: list[tree.Term] = []
    spans: list[tree.TimeModifier] = []
    for one in terms:
        if not isinstance(one, tree.TimeModifier):
            found.append(one)
        elif _SPAN(one.name):
            spans.append(one)
        elif one.name != "timeformat":
            found.append(_modern(_written(one, forms[-1]) if forms else one, session))
    return [*found, *(end for span in spans for end in _ends(span, found, session))]


def _written(one: tree.TimeModifier, form: str) -> tree.TimeModifier:
    """The modifier with a time that is written as `timeformat` says as epoch seconds."""
    moment = strptime(one.value, form, None)
    return one if moment is None else replace(one, value=repr(moment))


def _modern(one: tree.TimeModifier, session: Session) -> tree.TimeModifier:
    ago = _AGO(one.name)
    if not ago:
        return replace(one, name=_PLAIN.get(one.name, one.name))
    moment = resolve_time(f"-{_count(one, session)}{_UNITS[ago[2]]}", session)
    return replace(one, name="latest" if ago[1] == "end" else "earliest", value=repr(moment))


def _ends(span: tree.TimeModifier, known: Sequence[tree.Term], session: Session) -> list[tree.Term]:
    """The end that a span adds to a start, or the start to an end; a span alone ends now."""
    given = {one.name: one.value for one in known if isinstance(one, tree.TimeModifier)}
    if "earliest" in given and "latest" in given:
        return []
    unit = _UNITS[span.name.removeprefix("searchtimespan")]
    sign, name, begin = "-", "earliest", given.get("latest", "now")
    if "earliest" in given:
        sign, name, begin = "+", "latest", given["earliest"]
    at = resolve_time(begin, session)
    try:
        moment = timemod.resolve(f"{sign}{_count(span, session)}{unit}", session.now if at is None else at)
    except timemod.TimeModifierError as error:
        raise SearchError(error.message, session.stage) from error
    return [replace(span, name=name, value=repr(moment))]


def _count(one: tree.TimeModifier, session: Session) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", one.value.strip()):
        raise SearchError(f"`{one.name}=` takes a whole number, not `{one.value}`", session.stage)
    return int(one.value)
