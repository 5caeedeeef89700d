"""The conformance cases once more, every identifier of the SQL being of the kind that breaks careless SQL.

Names of fields and texts of an author meet in one statement. Whatever a name holds, it is put in while the statement is
built, and nothing is replaced in it afterwards."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from storypack.engine import run_search
from storypack.engine.errors import EngineError
from storypack.engine.relation import Names
from tests.conformance.test_cases import FILES, load, run_case

HOSTILE = '{rows} {left}{right}{json} AS "x" OVER (unnest(\'--;/*\\1 %s $1 let_1.v0 spl_text( lambda x: \n'
NAMES = [
    "{rows}",
    "{left}.{right}",
    "{json}",
    "{end}",
    "a AS b",
    "a OVER (b",
    "[1]",
    "%s",
    "let_1.v0",
    "spl_text(a)",
    "--",
]


@pytest.mark.slow
def test_cases_hold_whatever_the_identifiers_look_like(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Names.new
    monkeypatch.setattr(Names, "new", lambda self, name: plain(self, name[:20] + HOSTILE))
    failed = []
    for case in (case for path in FILES for case in load(path) if "xfail" not in case):
        try:
            run_case(case)
        except (EngineError, AssertionError, duckdb.Error) as error:
            failed.append(f"{case['id']}: {error}"[:400])
    assert failed == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("search", "rows"),
    [
        ("search F=1 | table F other", [{"NAME": "1", "other": "7"}]),
        ("eval out=E.TEXT | where E=1 | table out", [{"out": "1NAME"}]),
        ("stats count by F | sort - F | head 1", [{"NAME": "2", "count": 1}]),
        ("join F [ | makeresults | eval x=1, right=TEXT | rename x as F ] | table right", [{"right": "NAME"}]),
        ("head (E<2) | table F", [{"NAME": "1"}]),
        ("foreach other [ eval <<FIELD>>=TEXT ] | head 1 | table other", [{"other": "NAME"}]),
        ("fields - _* | untable other label value | head 1 | table label value", [{"label": "NAME", "value": "1"}]),
        ("eval out=TEXT | chart count over out by F | table out 1", [{"out": "NAME", "1": 1}]),
        ("eventstats max(F) as most | dedup most | table most", [{"most": "2"}]),
        ("appendcols [ | makeresults | eval more=TEXT ] | head 1 | table F more", [{"NAME": "1", "more": "NAME"}]),
        ("makemv delim=TEXT F | mvexpand F | sort 1 F | table F", [{"NAME": "1"}]),
    ],
)
def test_a_name_may_be_a_field_and_a_text(search: str, rows: list[dict[str, object]], name: str) -> None:
    search = re.sub(r"\b(?:F|TEXT)\b", lambda _: json.dumps(name), search)
    search = re.sub(r"\bE\b", lambda _: f"'{name}'", search)
    wanted = [{key.replace("NAME", name): _put(value, name) for key, value in row.items()} for row in rows]
    found = run_search(search, [{name: "1", "other": "7"}, {name: "2", "other": "8"}])
    assert found == wanted


def _put(value: object, name: str) -> object:
    return value.replace("NAME", name) if isinstance(value, str) else value
