"""How a wrong search fails: told with its place, never in the words of DuckDB or Python."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from storypack.engine import EngineError, SearchError, run_search
from tests.conformance.test_cases import FILES, load

EVENTS: list[dict[str, Any]] = [
    {"_time": 1700000000, "a": "1", "b": ["x", "y"], "_raw": "a=1 b"},
    {"_time": 1699999990, "a": "abc", "c.d": 5},
]
LEAKS = re.compile(
    r"(Binder|Conversion|Parser|Catalog|Invalid Input|Out of Range|INTERNAL|Internal|Mismatch)\w* ?Error"
)


@pytest.mark.parametrize(
    ("spl", "said"),
    [
        ("search (a=1", "line 1, column 8"),
        ("append [ a=1 | head 1 ]", "`a` is not a command (to filter, write `search a=...`)"),
        ('search [ "x y" ]', "a subsearch begins with a command"),
        ("append [ eval a=3 ]", "a subsearch must begin with a generating command, and `eval` is none"),
        ("join a [ | where a=1 ]", "a subsearch must begin with a generating command, and `where` is none"),
        ("search starthoursago=1.5", "`starthoursago=` takes a whole number, not `1.5`"),
        ("multikv foo", "multikv: `foo` is no option"),
        ("| gentimes start=13/1/22", "is not a date that Splunk reads"),
        ('streamstats count reset_before="("a>1"', "quote has no partner"),
        ("eval x=", "line 1, column"),
        ('eval x="unclosed', "line 1, column 8"),
        ("stats count by a |\n where (", "line 2"),
        ('eval r=if(searchmatch("a="),1,0)', "`a=` has no value"),
        ("bin a start=low", "`low`"),
        ("transaction a maxevents=few", "`few`"),
        ('where match(a, "(")', "regular expression"),
        ("eval x=(a=1)", "boolean"),
        ("eval x=.0.5", "line 1, column 8"),
        ("| makeresults count=99999999999999999999", "9,007,199,254,740,991"),
        ("| makeresults count=10000001", "10,000,000"),
    ],
)
def test_a_wrong_search_is_refused_with_the_reason(spl: str, said: str) -> None:
    with pytest.raises(SearchError) as failure:
        run_search(spl, EVENTS)
    assert said in str(failure.value)
    assert not LEAKS.search(str(failure.value))


@pytest.mark.parametrize(
    "spl",
    [
        "stats max(nosuch*)",
        "eval x=1e999 | where a<1e999 | search a!=1e999",
        "table a | stats rate(a), earliest_time(a)",
        "table a | chart latest_time(a) over a by c.d",
    ],
)
def test_odd_searches_run(spl: str) -> None:
    run_search(spl, EVENTS)


TOKENS = [
    "|",
    "[",
    "]",
    "(",
    ")",
    '"',
    "'",
    "`",
    "=",
    "*",
    "\\",
    "$",
    ",",
    "AND",
    "by",
    "as",
    "where",
    "\0",
    "1e999",
    "-1",
]


def mangled(spl: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(spl) + 1)
        if chance.random() < 0.5:
            spl = spl[:at] + chance.choice(TOKENS) + spl[at:]
        else:
            spl = spl[:at] + spl[at + chance.randint(1, 6) :]
    return spl


@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_search_fails_as_a_search(seed: int) -> None:
    chance = random.Random(seed)
    cases = [case for path in FILES for case in load(path)]
    for case in chance.sample(cases, 150):
        spl = mangled(case["spl"], chance)
        try:
            run_search(spl, case["events"], case.get("macros"), case.get("lookups"), case.get("now"))
        except EngineError as error:
            assert not LEAKS.search(str(error)), json.dumps(spl)
