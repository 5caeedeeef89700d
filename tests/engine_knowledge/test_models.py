"""The data models of an add-on: what its JSON declares, as tstats, datamodel and from give it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from storypack.engine.errors import SearchError
from storypack.engine.knowledge.apps import load_knowledge

from .add_on import AddOn

EVENTS = [
    {"time": "2026-11-20T10:00:00Z", "kind": "door", "who": "kim", "state": "open", "site": "north", "ip": "8.8.8.8"},
    {"time": "2026-11-20T10:30:00Z", "kind": "door", "who": "lee", "state": "shut", "site": "south"},
    {"time": "2026-11-20T11:00:00Z", "kind": "door", "who": "kim", "state": "forced", "site": "north"},
    {"time": "2026-11-20T11:10:00Z", "kind": "door", "state": "open"},  # the required field is missing
    {"time": "2026-11-20T11:20:00Z", "kind": "lamp", "who": "max"},
]


def field(name: str, owner: str, **more: Any) -> dict[str, Any]:
    return {"fieldName": name, "owner": owner, "type": "string", "hidden": False, "required": False, **more}


def calculation(kind: str, outputs: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"calculationType": kind, "outputFields": list(outputs), **more}


def dataset(name: str, parent: str, search: str, fields: Sequence[Any] = (), calculations: Sequence[Any] = ()) -> Any:
    return {
        "objectName": name,
        "parentName": parent,
        "constraints": [{"search": search, "owner": name}] if search else [],
        "fields": list(fields),
        "calculations": list(calculations),
    }


ROOT = dataset(
    "Door",
    "BaseEvent",
    "`door_index` sourcetype=x kind=door",
    [
        field("_time", "BaseEvent", type="timestamp"),
        field("host", "BaseEvent"),
        field("who", "Door", required=True),
        field("site", "Door", hidden=True),
        field("Door", "Door", type="objectCount"),
        field("is_Open", "Door", type="childCount"),
        field("is_not_Open", "Door", type="boolean"),
    ],
    [
        calculation("Eval", [field("verb", "Door")], expression='if(state="open", "opened", state)'),
        calculation("Eval", [field("loud", "Door")], expression="upper(verb)"),  # sees the one before
        calculation(
            "Lookup",
            [field("floor", "Door", lookupOutputFieldName="level")],
            lookupName="sites",
            lookupInputs=[{"inputField": "site", "lookupField": "name"}],
        ),
        calculation("Rex", [field("first", "Door")], inputField="who", expression='(?<first>^[^"])'),
        calculation("GeoIP", [field("ip_Country", "Door")], inputField="ip"),
    ],
)
OPEN = dataset("Open", "Door", "Door.verb=opened OR verb=forced", [field("state", "Door.Open")])
FORCED = dataset(
    "Forced",
    "Open",
    "state=forced",
    [],
    [calculation("Eval", [field("alarm", "Door.Open.Forced")], expression='who." broke in"')],
)
LAMP = dataset("Lamp", "BaseSearch", "", [field("who", "Lamp")]) | {"baseSearch": "sourcetype=x kind=lamp | eval lit=1"}


@pytest.fixture
def house(ta: AddOn) -> AddOn:
    ta.conf("macros", "[door_index]\ndefinition = index=*\n")
    ta.conf("transforms", "[sites]\nfilename = sites.csv\n").lookup("sites.csv", "name,level\nnorth,3\nsouth,0\n")
    return model(ta, "House", [FORCED, OPEN, ROOT])  # children before their parents


def model(ta: AddOn, name: str, objects: Sequence[Any]) -> AddOn:
    path = ta.folder / "default" / "data" / "models" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"modelName": name, "objects": objects}), encoding="utf-8")
    return ta


def test_constraints_and_required_fields(house: AddOn) -> None:
    assert house.rows("| tstats count from datamodel=House", EVENTS) == [{"count": 3}]
    assert house.rows("| tstats count from datamodel=House.Door", EVENTS) == [{"count": 3}]
    assert house.rows("| tstats count from datamodel=House.Open", EVENTS) == [{"count": 2}]
    assert house.rows("| tstats count from datamodel=House.Door.Open.Forced", EVENTS) == [{"count": 1}]


def test_fields_by_their_lineage(house: AddOn) -> None:
    found = house.rows("| tstats count from datamodel=House by Door.who, host, Door.verb | sort Door.verb", EVENTS)
    assert [(row["Door.who"], row["Door.verb"]) for row in found] == [
        ("kim", "forced"),
        ("kim", "opened"),
        ("lee", "shut"),
    ]
    own = "| tstats values(Door.Open.Forced.alarm) AS alarm values(Door.who) AS who from datamodel=House.Forced"
    assert house.rows(own, EVENTS) == [{"alarm": "kim broke in", "who": "kim"}]
    # without its lineage a field of the dataset is unknown
    assert house.rows("| tstats count from datamodel=House by who", EVENTS) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Door.loud", ["FORCED", "OPENED", "SHUT"]),
        ("Door.floor", ["0", "3"]),
        ("Door.first", ["k", "l"]),
        ("Door.ip_Country", "United States"),
        ("Door.site", ["north", "south"]),  # hidden, yet there
    ],
)
def test_calculations(house: AddOn, name: str, values: object) -> None:
    assert house.rows(f'| tstats values("{name}") AS found from datamodel=House', EVENTS) == [{"found": values}]


def test_nodename(house: AddOn) -> None:
    found = house.rows("| tstats count from datamodel=House by nodename", EVENTS)
    assert {row["nodename"]: row["count"] for row in found} == {"Door": 3, "Door.Open": 2, "Door.Open.Forced": 1}
    for where, count in (
        ("nodename=Door.Open", 2),
        ("nodename=Door.Open Door.who=kim", 2),
        ("nodename=Door.Open.*", 1),
        ("(nodename=Door.Open.Forced OR Door.who=lee)", 2),
        ("NOT nodename=Door.Open", 1),
    ):
        assert house.rows(f"| tstats count from datamodel=House where {where}", EVENTS) == [{"count": count}], where


def test_membership_of_the_datasets_below(house: AddOn) -> None:
    found = house.rows("| tstats count from datamodel=House by Door.is_Open Door.is_not_Open", EVENTS)
    assert [tuple(row.values()) for row in found] == [(0, 1, 1), (1, 0, 2)]
    assert {type(value) for row in found for value in row.values()} == {int}
    below = house.rows("| tstats sum(Door.Open.is_Forced) AS forced from datamodel=House.Open", EVENTS)
    assert below == [{"forced": 1}]


def test_datamodel_and_from(house: AddOn) -> None:
    nested = house.rows("| datamodel House Open search | sort _time | table Door.who Door.Open.state who", EVENTS)
    assert nested == [{"Door.who": "kim", "Door.Open.state": "open"}, {"Door.who": "kim", "Door.Open.state": "forced"}]
    for search in ("| datamodel House Open flat", "| from datamodel:House.Open", '| from datamodel:"House.Open"'):
        rows = house.rows(f"{search} | sort _time | table who state", EVENTS)
        assert rows == [{"who": "kim", "state": "open"}, {"who": "kim", "state": "forced"}], search


def test_only_fields_of_the_model_unless_it_is_not_strict(house: AddOn) -> None:
    assert house.rows("| from datamodel:House.Door | table kind | stats count(kind) AS n", EVENTS) == [{"n": 0}]
    loose = "| datamodel House Door search strict_fields=false | stats values(kind) AS kind"
    assert house.rows(loose, EVENTS) == [{"kind": "door"}]
    house.conf("datamodels", "[House]\nstrict_fields = false\n")
    assert house.rows("| from datamodel:House.Door | stats values(kind) AS kind", EVENTS) == [{"kind": "door"}]


def test_hidden_fields_are_not_shown(house: AddOn) -> None:
    (row, *_) = house.rows("| from datamodel:House.Door | table *", EVENTS)
    assert "who" in row and "floor" in row and "site" not in row


def test_a_root_that_is_a_search_and_a_model_of_several_roots(house: AddOn) -> None:
    model(house, "House", [ROOT, OPEN, LAMP])
    assert house.rows("| tstats count from datamodel=House.Lamp by Lamp.who", EVENTS) == [
        {"Lamp.who": "max", "count": 1}
    ]
    assert house.rows("| tstats count from datamodel=House", EVENTS) == [{"count": 4}]
    both = house.rows("| tstats count from datamodel=House by nodename", EVENTS)
    assert {row["nodename"] for row in both} == {"Door", "Door.Open", "Lamp"}


def test_a_root_of_transactions(house: AddOn) -> None:
    visit = dataset("Visit", "BaseTransaction", "", [field("who", "Visit"), field("duration", "Visit")])
    visit |= {"objectsToGroup": ["Door"], "groupByFields": ["who"], "transactionMaxTimeSpan": "2h"}
    model(house, "House", [ROOT, OPEN, visit])
    found = house.rows("| tstats max(Visit.duration) AS d from datamodel=House.Visit by Visit.who", EVENTS)
    assert found == [{"Visit.who": "kim", "d": 3600}, {"Visit.who": "lee", "d": 0}]


def test_it_stands_above_the_built_in_model_of_its_name(house: AddOn) -> None:
    model(house, "Web", [ROOT | {"objectName": "Web"}])
    assert house.rows("| tstats count from datamodel=Web", EVENTS) == [{"count": 3}]


def test_a_dataset_that_is_not_there(house: AddOn) -> None:
    with pytest.raises(SearchError, match=r"there is no data model dataset `House\.Window`"):
        house.rows("| tstats count from datamodel=House.Window", EVENTS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is no data model"),
        ('{"objects": [{"objectName": "A", "parentName": "B"}]}', "the parent `B` of its dataset `A` is missing"),
        ('{"objects": [{"objectName": "A", "constraints": [{}]}]}', "its dataset `A` is incomplete: 'search'"),
    ],
)
def test_a_model_that_cannot_be_read_costs_the_others_nothing(ta: AddOn, text: str, why: str) -> None:
    model(ta, "House", [])
    (ta.folder / "default" / "data" / "models" / "Ruin.json").write_text(text, encoding="utf-8")
    (warning,) = load_knowledge([ta.folder]).warnings
    assert re.search(rf"the data model .*Ruin\.json is left out, since it cannot be read: {why}", warning)
    assert len(ta.rows("search *", EVENTS)) == len(EVENTS)
    with pytest.raises(SearchError, match=r"no data model dataset `Ruin\.A`"):
        ta.rows("| tstats count from datamodel=Ruin.A", EVENTS)


def test_without_a_model_tstats_sees_indexed_fields_only(ta: AddOn) -> None:
    """Search Reference, tstats: "indexed fields in tsidx files"."""
    result = ta.search("| tstats count by host, who", EVENTS, host="h")
    assert result.rows == []
    told = "tstats without a data model sees indexed fields only: `who` is extracted at search time"
    assert result.warnings == (told,)
    assert ta.rows("| tstats count where sourcetype=x who=kim by host", EVENTS, host="h") == []
    assert ta.rows("| tstats count where sourcetype=x kim by host", EVENTS, host="h") == [{"host": "h", "count": 2}]
    ta.conf("props", "[x]\nINDEXED_EXTRACTIONS = json\n")
    assert ta.rows("| tstats count where who=kim by who", EVENTS) == [{"who": "kim", "count": 2}]
