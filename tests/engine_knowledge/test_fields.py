"""Search-time operations in Splunk's order: EXTRACT, REPORT, KV_MODE, FIELDALIAS, EVAL, LOOKUP, event types, tags.

Knowledge Manager Manual: "The sequence of search-time operations"."""

from __future__ import annotations

from typing import Any

import pytest

from .add_on import AddOn


@pytest.mark.parametrize(
    ("props", "event", "field", "value"),
    [
        (r"EXTRACT-a = user (?<who>\w+)", "user kim did it", "who", "kim"),
        (r"EXTRACT-a = user (?P<who>\w+)", "no match", "who", None),
        (r"EXTRACT-a = user (?<who>\w*);", "user ;", "who", None),  # empty is nothing
        (r"EXTRACT-a = (?:a=(?<one>\d)|b=(?<two>\d))", "b=2", "two", "2"),
        (r"EXTRACT-a = (?<num>\d+)(?= bytes)", "7 bits 9 bytes", "num", "9"),  # look-ahead
        (r"EXTRACT-a = (?<app>[a-z]+)\.log in source", "x", "app", "web"),
        ("EXTRACT-a = (?<rest>.*) end\nEXTRACT-b = id=(?<id>\\d+) in rest", "id=1 end id=2", "id", "1"),
        ("EXTRACT-a = (?<rest>.*) end\nEXTRACT-b = id=(?<id>\\d+) IN rest", "id=1 end id=2", "id", "1"),
        (r"EXTRACT-a = (?<id>\d+) in nothing", "1", "id", None),
        ("EXTRACT-a = (?<broken", "user kim", "broken", None),
        ("EXTRACT-b = (?<v>b\\d)\nEXTRACT-a = (?<v>a\\d)", "b1 a1", "v", "a1"),  # by class name
    ],
)
def test_extract(ta: AddOn, props: str, event: str, field: str, value: str | None) -> None:
    ta.conf("props", f"[x]\nKV_MODE = none\n{props}\n")
    assert ta.value(field, event, source="/var/log/web.log") == value


@pytest.mark.parametrize(
    ("transform", "event", "field", "value"),
    [
        ("REGEX = (?<a>\\d+)-(?<b>\\d+)", "1-2", "b", "2"),
        ("REGEX = (\\d+)-(\\d+)\nFORMAT = first::$1 second::$2", "1-2", "second", "2"),
        ("REGEX = ERROR\nFORMAT = level::high", "ERROR x", "level", "high"),
        ('REGEX = ERROR\nFORMAT = level::"very high"', "ERROR x", "level", "very high"),
        ("REGEX = ERROR\nFORMAT = level::high", "fine", "level", None),
        ("REGEX = (\\w+)=>(\\w+)\nFORMAT = $1::$2", "a=>1 b=>2", "b", "2"),
        ("REGEX = (\\w+)=>(\\w+)\nFORMAT = $1::$2\nMV_ADD = true", "a=>1 a=>2", "a", ["1", "2"]),
        ("REGEX = tag:(?<t>\\w+)\nMV_ADD = true", "tag:a tag:b", "t", ["a", "b"]),
        ("REGEX = tag:(?<t>\\w+)", "tag:a tag:b", "t", "a"),
        ("REGEX = ([^:]+):(\\w+)\nFORMAT = $1::$2", "user-id:7", "user_id", "7"),  # CLEAN_KEYS
        ('DELIMS = ","\nFIELDS = one, two, three', "a,b,c", "two", "b"),
        ('DELIMS = "|", "="', "k=v|key=a b|z=1", "key", "a b"),
        ("REGEX = (?<who>\\w+)@\nSOURCE_KEY = source", "x", "who", "kim"),
        ("REGEX = (?<broken", "x", "broken", None),
    ],
)
def test_report(ta: AddOn, transform: str, event: str, field: str, value: object) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nREPORT-a = some\n").conf("transforms", f"[some]\n{transform}\n")
    assert ta.value(field, event, source="kim@example.com") == value


def test_a_report_may_look_into_a_field_that_an_earlier_one_found(ta: AddOn) -> None:
    ta.conf("props", "[x]\nKV_MODE = none\nREPORT-a = body, part\n")
    ta.conf("transforms", "[body]\nREGEX = <b>(?<body>[^<]*)\n[part]\nREGEX = id=(?<id>\\d+)\nSOURCE_KEY = body\n")
    assert ta.value("id", "id=1 <b>id=2</b>") == "2"


@pytest.mark.parametrize(
    ("mode", "event", "field", "value"),
    [
        ("auto", 'a=1 b="two words" c=3', "b", "two words"),
        ("auto", {"a": {"b": 1}}, "a.b", "1"),  # JSON is found by itself
        ("json", {"a": [{"b": 1}, {"b": 2}]}, "a{}.b", ["1", "2"]),
        ("json", {"a": None, "b": True, "c": 1.50}, "a", "null"),
        ("json", {"b": True}, "b", "true"),
        ("json", {"a": {"b": 1}}, "a", None),  # an object is no value
        ("json", {"id.orig_h": "192.0.2.1"}, "id.orig_h", "192.0.2.1"),
        ("none", "a=1", "a", None),
        ("none", {"a": 1}, "a", None),
        ("xml", "<r><a>1</a></r>", "r.a", "1"),
    ],
)
def test_kv_mode(ta: AddOn, mode: str, event: Any, field: str, value: object) -> None:
    ta.conf("props", f"[x]\nKV_MODE = {mode}\n")
    assert ta.value(field, event) == value


def test_what_is_extracted_first_stays(ta: AddOn) -> None:
    ta.conf("props", "[x]\nEXTRACT-z = who:(?<user>\\w+)\nREPORT-a = r\n").conf(
        "transforms", "[r]\nREGEX = u:(?<user>\\w+)"
    )
    assert ta.value("user", "user=kv u:report who:extract") == "extract"
    assert ta.value("user", "user=kv u:report") == "report"
    assert ta.value("user", "user=kv") == "kv"


@pytest.mark.parametrize(
    ("alias", "event", "field", "value"),
    [
        ("a AS b", {"a": 1}, "b", "1"),
        ("a AS b", {"a": 1}, "a", "1"),  # the original stays
        ("a AS b", {"a": 1, "b": 2}, "b", "1"),  # AS overwrites
        ("a AS b", {"b": 2}, "b", None),  # and takes away
        ("a ASNEW b", {"a": 1, "b": 2}, "b", "2"),
        ("a ASNEW b", {"a": 1}, "b", "1"),
        ("a AS b c AS d", {"a": 1, "c": 2}, "d", "2"),
        ('"a b" AS c', {"a b": 1}, "c", "1"),
        ("a.b AS c", {"a": {"b": 1}}, "c", "1"),
    ],
)
def test_alias(ta: AddOn, alias: str, event: dict[str, Any], field: str, value: str | None) -> None:
    ta.conf("props", f"[x]\nFIELDALIAS-a = {alias}\n")
    assert ta.value(field, event) == value


def test_calculated_fields_see_aliases_and_not_one_another(ta: AddOn) -> None:
    ta.conf("props", '[x]\nFIELDALIAS-a = name AS user\nEVAL-user = upper(user)\nEVAL-greeting = "hi ".user\n')
    assert ta.rows("table user greeting", [{"name": "kim"}]) == [{"user": "KIM", "greeting": "hi kim"}]


def test_a_calculated_field_that_is_wrong_is_left_out_and_said(ta: AddOn) -> None:
    ta.conf("props", "[x]\nEVAL-user = nofunction(user)\n")
    result = ta.search("table user", [{"user": "kim"}])
    assert result.rows == [{"user": "kim"}]
    assert "calculated field `user` of x is left out" in result.warnings[0]


def test_an_event_type_that_cannot_be_read_is_left_out_and_said(ta: AddOn) -> None:
    ta.conf("eventtypes", '[good]\nsearch = user=kim\n[open]\nsearch = ("user\n[cut]\nsearch = user=kim OR\n')
    result = ta.search("table eventtype", [{"user": "kim"}])
    assert result.rows == [{"eventtype": "good"}]
    assert [warning.partition(":")[0] for warning in result.warnings] == [
        "event type `open` is left out",
        "event type `cut` is left out",
    ]


def test_automatic_lookups(ta: AddOn) -> None:
    ta.conf(
        "props",
        "[x]\nEVAL-id = lower(uid)\n"
        "LOOKUP-a = people id AS id OUTPUT name AS user, team\n"
        "LOOKUP-b = teams team OUTPUTNEW boss floor AS floor\n"
        "LOOKUP-c = rooms floor\n",
    )
    ta.conf(
        "transforms",
        "[people]\nfilename = people.csv\n[teams]\nfilename = teams.csv\ncase_sensitive_match = false\n"
        "[rooms]\nfilename = rooms.csv\n",
    )
    ta.lookup("people.csv", "id,name,team\nk1,kim,RED\n")
    ta.lookup("teams.csv", "team,boss,floor\nred,lee,2\n")
    ta.lookup("rooms.csv", "floor,room,exit\n2,201,north\n")
    row = {"user": "kim", "team": "RED", "boss": "own", "floor": "2", "room": "201", "exit": "north"}
    assert ta.rows("table user team boss floor room exit", [{"uid": "K1", "boss": "own"}]) == [row]
    assert ta.rows("table user team boss", [{"uid": "other", "boss": "own"}]) == [{"boss": "own"}]


def test_a_lookup_without_a_table_is_said(ta: AddOn) -> None:
    ta.conf("props", "[x]\nLOOKUP-a = gone id OUTPUT name\n")
    result = ta.search("table id name", [{"id": 1}])
    assert result.rows == [{"id": "1"}]
    assert "`gone` of x has no table" in result.warnings[0]


def test_event_types_and_tags(ta: AddOn) -> None:
    ta.conf(
        "eventtypes",
        "[ta_login]\nsearch = sourcetype=x action=login\n[ta_fail]\nsearch = sourcetype=x action=login ok=0\n"
        "[ta_other]\nsearch = sourcetype=other\n[ta_off]\nsearch = sourcetype=x\ndisabled = 1\n"
        "[ta_pipe]\nsearch = sourcetype=x | stats count\n[ta_macro]\nsearch = `mine` user=kim\n",
    )
    ta.conf("macros", "[mine]\ndefinition = sourcetype=x\n")
    ta.conf(
        "tags",
        "[eventtype=ta_login]\nauthentication = enabled\nold = disabled\n[eventtype=ta_fail]\nfailed = enabled\n"
        "[user=kim%40example.com]\nvip = enabled\n",
    )
    events = [
        {"action": "login", "ok": 0, "user": "kim"},
        {"action": "login", "ok": 1, "user": "kim@example.com"},
        {"action": "other"},
    ]
    found = ta.rows("sort - ok | table eventtype tag", events)
    assert found == [
        {"eventtype": "ta_login", "tag": ["authentication", "vip"]},
        {"eventtype": ["ta_fail", "ta_login", "ta_macro"], "tag": ["authentication", "failed"]},
        {},
    ]
    assert ta.rows("tag=failed | stats count", events) == [{"count": 1}]
    assert ta.rows("eventtype=ta_log* NOT tag=failed | stats count", events) == [{"count": 1}]


def test_table_star_names_what_the_knowledge_gives(ta: AddOn) -> None:
    ta.conf("props", "[x]\nFIELDALIAS-a = a AS b\nEVAL-c = 1\n")
    ((row),) = ta.rows("table *", [{"a": 1}])
    assert {"a", "b", "c"} <= row.keys()


def test_a_definition_that_leans_on_itself_ends(ta: AddOn) -> None:
    ta.conf("props", "[x]\nLOOKUP-a = t user OUTPUT user\n").conf("transforms", "[t]\nfilename = t.csv\n")
    ta.lookup("t.csv", "user\nkim\n")
    ta.conf("eventtypes", "[e]\nsearch = sourcetype=x eventtype=e\n")
    assert ta.rows("table user eventtype", [{"user": "kim"}]) == [{"user": "kim"}]


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ("LOOKUP-a = t user OUTPUT team", "team"),
        ("EXTRACT-a = boss=(?<boss>\\w+)", "boss"),
        ("REPORT-a = chief", "chief"),
        ("FIELDALIAS-a = user AS who", "who"),
        ('EVAL-kind = "person"', "kind"),
    ],
)
@pytest.mark.parametrize("where", ["in local/", "for the source"])
def test_an_empty_setting_switches_one_off(ta: AddOn, setting: str, field: str, where: str) -> None:
    """As administrators do it, in a file or a stanza above the one that sets it."""
    ta.conf("props", f"[x]\n{setting}\n").conf(
        "transforms", "[t]\nfilename = t.csv\n[chief]\nREGEX = (boss)\nFORMAT = chief::$1\n"
    )
    ta.lookup("t.csv", "user,team\nkim,red\n")
    event = "user=kim boss=ann"
    if field != "boss":
        assert ta.value(field, event) is not None
    name = setting.partition(" ")[0]
    if where == "in local/":
        ta.conf("props", f"[x]\n{name} =\nKV_MODE = none\nEXTRACT-u = user=(?<user>\\w+)\n", "local")
    else:
        ta.conf("props", f"[x]\n{setting}\n[source::s]\n{name} = \nKV_MODE = none\nEXTRACT-u = user=(?<user>\\w+)\n")
    result = ta.search(f"fields {field}", [event], source="s")
    assert field not in result.rows[0]
    assert not result.warnings


def test_tags_of_a_fields_value(ta: AddOn) -> None:
    """Search Reference, search: `tag::<field>=<tag>`."""
    ta.conf("eventtypes", "[e1]\nsearch = sourcetype=x a=1\n")
    ta.conf("tags", "[eventtype=e1]\nred = enabled\n[host=h1]\nblue = enabled\n[who=Kim%20Lee]\nvip = enabled\n")
    events = [{"a": 1}, {"a": 2, "who": "Kim Lee"}]
    for term, count in (
        ("tag::eventtype=red", 1),
        ("tag::host=blue", 2),
        ("tag::host=red", 0),
        ("tag::who=v*", 1),
        ("NOT tag::who=vip", 1),
    ):
        assert ta.rows(f"search {term} | stats count", events, host="h1") == [{"count": count}], term
    assert ta.rows("search a=2 | table tag::who tag::host tag", events, host="h1") == [
        {"tag::who": "vip", "tag::host": "blue", "tag": ["blue", "vip"]}
    ]


@pytest.mark.parametrize(
    ("conf", "text", "warning"),
    [
        ("props", "[x]\nEVAL-b = [search a]\n", "calculated field `b` of x is left out: it holds a subsearch"),
        ("props", "[x]\nEVAL-b = case(\n", "calculated field `b` of x is left out"),
        ("props", "[x]\nLOOKUP-b = ,\nREPORT-b = ,\nEXTRACT-b = \nFIELDALIAS-b = a AS\n", ""),
        ("eventtypes", "[b]\nsearch = a=1 [search a=1]\n", "event type `b` is left out"),
        ("eventtypes", "[b]\nsearch = a=1 OR\n", "event type `b` is left out: `OR` has nothing on its right"),
    ],
)
def test_settings_that_mean_nothing_cost_no_other_field(ta: AddOn, conf: str, text: str, warning: str) -> None:
    ta.conf(conf, text)
    result = ta.search("fields a b eventtype tag", [{"a": 1}])
    assert [row["a"] for row in result.rows] == ["1"]
    assert [warning in each for each in result.warnings] == ([True] if warning else [])
