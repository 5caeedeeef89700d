"""Search-time knowledge costs what its parts cost together: no field is worked out twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import fetch_result, open_session
from storypack.engine.text import parse_search

from .add_on import NOW, AddOn


@dataclass
class Parts:
    """A search, and the confs of an add-on that has `size` parts."""

    spl: str
    props: str = ""
    transforms: str = ""
    eventtypes: str = ""
    tags: str = ""
    lookups: dict[str, str] = field(default_factory=dict)


def one_source(size: int) -> Parts:
    names = [f"s{at}" for at in range(size)]
    stanzas = ["[body]\nREGEX = \\[(.*)\\]\nFORMAT = body::$1\n"]
    stanzas += [f"[{name}]\nSOURCE_KEY = body\nREGEX = (.+)\nFORMAT = {name}::$1\n" for name in names]
    report = f"KV_MODE = none\nREPORT-a = body, {', '.join(names)}\n"
    return Parts(f"search {names[-1]}=*n* | table {names[-1]}", report, "".join(stanzas))


def chain_of_sources(size: int) -> Parts:
    stanzas, names = ["[q0]\nREGEX = \\[(.*)\\]\nFORMAT = q0::$1\n"], ["q0"]
    for at in range(1, size + 1):
        for kind, pattern in (("a", "^(x.*)"), ("b", "(.+)")):
            stanzas.append(f"[q{at}{kind}]\nSOURCE_KEY = q{at - 1}\nREGEX = {pattern}\nFORMAT = q{at}::$1\n")
            names.append(f"q{at}{kind}")
    report = f"KV_MODE = none\nREPORT-a = {', '.join(names)}\n"
    return Parts(f"search q{size}=*n* | table q{size}", report, "".join(stanzas))


def own_source(size: int) -> Parts:
    """Names from the event, each transform looking into a field that every one before may have given."""
    names = [f"d{at}" for at in range(size)]
    stanzas = [f"[{name}]\nREGEX = (\\w+)=(\\w+)\nFORMAT = $1::$2\n" for name in names[:1]]
    stanzas += [f"[{name}]\nSOURCE_KEY = a\nREGEX = (\\w)(\\w)\nFORMAT = $1::$2\n" for name in names[1:]]
    return Parts("table a b", f"KV_MODE = none\nREPORT-a = {', '.join(names)}\n", "".join(stanzas))


def aliases_and_evals(size: int) -> Parts:
    lines = [f"FIELDALIAS-{at:03} = a ASNEW x b ASNEW x x ASNEW y{at}" for at in range(size)]
    lines += [f'EVAL-z{at} = case(x=="{at}", max(a, b), true(), min(x, max(a, {at})))' for at in range(size)]
    return Parts(f"search x=* z1=* | table {' '.join(f'z{at}' for at in range(size))}", "\n".join(lines))


def lookups(size: int) -> Parts:
    lines = [f"LOOKUP-{at:03} = steps step AS x{at} OUTPUTNEW next AS x{at + 1}" for at in range(1, size + 1)]
    rows = "".join(f"{at},{at + 1}\n" for at in range(1, size + 2))
    return Parts(
        f"search x{size + 1}=* | table x{size + 1}",
        "FIELDALIAS-a = a AS x1\n" + "\n".join(lines),
        "[steps]\nfilename = steps.csv\nmax_matches = 1\n",
        lookups={"steps.csv": f"step,next\n{rows}"},
    )


def event_types(size: int) -> Parts:
    stanzas = ["[t0]\nsearch = a=1\n"]
    stanzas += [f"[t{at}]\nsearch = (eventtype=t{at - 1} b=2) OR (eventtype=t{at - 1} c=3)\n" for at in range(1, size)]
    tags = "".join(f"[eventtype=t{at}]\nlast{at} = enabled\n" for at in range(size))
    return Parts(f"search tag=last{size - 1} | table tag", "", eventtypes="".join(stanzas), tags=tags)


def _cost(ta: AddOn, parts: Parts) -> int:
    """The size of the search's statement and of DuckDB's plan for it."""
    ta.conf("props", f"[x]\n{parts.props}\n").conf("transforms", parts.transforms)
    ta.conf("eventtypes", parts.eventtypes).conf("tags", parts.tags)
    for name, text in parts.lookups.items():
        ta.lookup(name, text)
    ta.events.write_text("a=1 b=2 c=3 [in]\n", encoding="utf-8")
    knowledge = load_knowledge([ta.folder])
    file = EventFile(ta.events, "x", "", "")
    with FileSource([file], knowledge, clock=NOW) as source, open_session(source, now=NOW) as session:
        result = fetch_result(compile_pipeline(parse_search(parts.spl, session), session), session)
        assert result.rows, "the search has to give something"
        session.execute("PRAGMA explain_output = 'optimized_only'").fetchall()
        ((_, plan),) = session.execute(f"EXPLAIN (FORMAT json) {result.sql}").fetchall()
        return len(result.sql) + len(json.dumps(json.loads(plan)))  # without indents, which grow with the depth


@pytest.mark.parametrize("shape", [one_source, chain_of_sources, aliases_and_evals, event_types])
def test_twice_the_parts_cost_twice(ta: AddOn, shape: Callable[[int], Parts]) -> None:
    assert _cost(ta, shape(24)) < 2.5 * _cost(ta, shape(12))


@pytest.mark.parametrize("shape", [own_source, lookups])
def test_what_each_layer_has_to_pass_on_costs_no_more_than_that(ta: AddOn, shape: Callable[[int], Parts]) -> None:
    """Each of n layers hands up to n columns to the next."""
    assert _cost(ta, shape(24)) < 4 * _cost(ta, shape(12))


def test_a_pattern_of_names_and_values_may_refer_back_to_its_groups(ta: AddOn) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nREPORT-a = tags\n")
    ta.conf("transforms", "[tags]\nREGEX = \\[(\\w+)\\](.*?)\\[/\\1\\]\nFORMAT = $1::$2\n")
    event = "[where]door 4[/where] [what]open[/what] [what]shut[/what] [bad]no[/worse]"
    assert ta.rows("table where what bad", [event]) == [{"where": "door 4", "what": "open"}]
    assert ta.rows("fields - _* | fields wh*", [event]) == [{"what": "open", "where": "door 4"}]


@pytest.mark.parametrize("several", ["", "MV_ADD = true\n"])
def test_entities_stay_as_they_are_written(ta: AddOn, several: str) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nREPORT-a = notes\n")
    ta.conf("transforms", f"[notes]\nREGEX = (\\w+)=\\{{([^}}]*)\\}}\nFORMAT = $1::$2\n{several}")
    assert ta.value("note", "note={salt &amp; &#112;epper}") == "salt &amp; &#112;epper"


@pytest.mark.parametrize(
    ("definition", "names"),
    [
        ("eventtype=base b=2", ["base", "it"]),
        ("eventtype=ba* b=2", ["base", "it"]),
        ("eventtype IN (base, none) b=2", ["base", "it"]),
        ("NOT eventtype=base", ["base"]),
        ("NOT eventtype=other", ["base", "it"]),
        ("eventtype!=base", ["base"]),  # an event of no other event type has none that differs
        ("eventtype=it OR eventtype=base", ["base", "it"]),  # what leans on itself does so in vain
        ("eventtype=it", ["base"]),
        ("tag=basic", ["base"]),  # tags come after event types
    ],
)
def test_event_types_may_name_each_other(ta: AddOn, definition: str, names: list[str]) -> None:
    ta.conf("props", "[x]\n").conf(
        "eventtypes", f"[base]\nsearch = a=1\n[it]\nsearch = {definition}\n[other]\nsearch = a=9\n"
    )
    ta.conf("tags", "[eventtype=base]\nbasic = enabled\n[eventtype=it]\nspecial = enabled\n")
    event = "a=1 b=2"
    assert _list(ta.value("eventtype", event)) == names
    assert _list(ta.value("tag", event)) == ["basic", "special"][: len(names)]
    assert len(ta.rows("search tag=special", [event])) == len(ta.rows("search eventtype=it", [event])) == len(names) - 1


def _list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def test_a_lookup_is_asked_once_for_all_that_it_gives(ta: AddOn) -> None:
    ta.conf("props", "[x]\nLOOKUP-a = people id OUTPUT name town\n").conf("transforms", "[people]\nfilename = p.csv\n")
    ta.lookup("p.csv", "id,name,town\n7,Kim,Ulm\n")
    result = ta.search("table name town", ["id=7"])
    assert result.rows == [{"name": "Kim", "town": "Ulm"}]
    assert result.sql.count("spl_lookup(") == 1
