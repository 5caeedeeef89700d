"""trendline: moving averages. Search Reference: "trendline"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import Plain, expected, plain, texts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset

_TREND = re.compile(r'(?:sma|wma|ema)\d{1,5}\((?:"[^"]+"|[^"()]+)\)', re.IGNORECASE)


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = texts(command)
    names = []
    for number, word in enumerate(given):
        if word.lower() == "as" or (number and given[number - 1].lower() == "as"):
            continue
        renamed = number + 2 < len(given) and given[number + 1].lower() == "as"
        names.append(given[number + 2] if renamed else word)
    return state.plus(*names)


def _wrong_words(command: Plain, given: Sequence[str]) -> str:
    left = list(given)
    while left:
        if not _TREND.fullmatch(left.pop(0)):
            return expected("trends such as `sma5(count)`", given)
        if len(left) > 1 and left[0].lower() == "as":
            left = left[2:]
    return "" if given else expected("trends such as `sma5(count)`", given)


plain(
    CommandFacts("trendline", Kind.DATASET, "type+period(field) [AS name] ...", flow=Flow.ADDS, needs="fields"),
    yields=_yields,
    wrong_words=_wrong_words,
)
