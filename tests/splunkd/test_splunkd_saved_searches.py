"""Saved searches as splunk-sdk reads and writes them, in Splunk's form, and what splunkd refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from splunklib.binding import UrlEncoded

from splunkd import Splunkd

SEARCH = "index=main | head 1"
PATH = "/servicesNS/nobody/search/saved/searches"
JSON = {"output_mode": "json"}


def create(splunkd: Splunkd, name: str, **more: str) -> tuple[int, Any]:
    found = splunkd.ask("POST", PATH, {"name": name, "search": SEARCH, **JSON, **more})
    return found.status, found.json["entry"][0]["content"] if found.status == 201 else found.message


def update(splunkd: Splunkd, which: str, **more: str) -> tuple[int, Any]:
    found = splunkd.ask("POST", f"{PATH}/{which}", {**JSON, **more})
    return found.status, found.json["entry"][0]["content"] if found.status == 200 else found.message


def test_the_sdk_creates_reads_updates_and_deletes(splunkd: Splunkd) -> None:
    searches = splunkd.connect(app="search").saved_searches
    made = searches.create("EXF - A/b c - Rule", SEARCH, description="Two\nlines <&>", **{"action.risk": "true"})
    assert made.name == "EXF - A/b c - Rule"
    assert made.access["owner"] == "nobody"
    assert (made["description"], made["action.risk"], made["actions"]) == ("Two\nlines <&>", "1", "risk")

    again = searches["EXF - A/b c - Rule"]
    assert again["search"] == SEARCH
    assert "action.email.subject" in again.content  # defaults come back, as they do from a real one
    assert len(again.content) > 200

    again.service.post(UrlEncoded(again.links["alternate"], skip_encode=True), description="New")
    assert searches["EXF - A/b c - Rule"]["description"] == "New"
    searches.delete("EXF - A/b c - Rule")
    assert "EXF - A/b c - Rule" not in searches


def test_names_keep_a_plus_and_a_percent(splunkd: Splunkd) -> None:
    searches = splunkd.connect(app="search").saved_searches
    searches.create("a+b %41 ü", SEARCH)
    assert searches["a+b %41 ü"].name == "a+b %41 ü"
    assert [one.name for one in searches.list(search='name="a+b*"')] == ["a+b %41 ü"]


def test_conf_keys_have_other_names_here(splunkd: Splunkd) -> None:
    splunkd.state.add_app("x", {"savedsearches": {"A": {
        "search": SEARCH, "enableSched": "1", "cron_schedule": "0 * * * *", "counttype": "number of events",
        "relation": "greater than", "quantity": "0", "disabled": "true",
    }}})  # fmt: skip
    content = splunkd.ask("GET", "/servicesNS/nobody/x/saved/searches/A", JSON).json["entry"][0]["content"]
    assert content["is_scheduled"] is True
    assert content["disabled"] is True
    assert content["alert_type"] == "number of events"
    assert content["alert_comparator"] == "greater than"
    assert content["alert_threshold"] == "0"
    assert not content.keys() & {"enableSched", "counttype", "relation", "quantity"}
    splunkd.ask("POST", "/servicesNS/nobody/x/saved/searches/A", {"is_scheduled": "0"})
    assert splunkd.state.local("x", "savedsearches", "A") == {"enableSched": "0"}


def test_atom_has_text_only(splunkd: Splunkd) -> None:
    made = splunkd.connect(app="search").saved_searches.create(
        "A", SEARCH, is_scheduled=True, cron_schedule="0 * * * *"
    )
    assert (made["is_scheduled"], made["disabled"], made["dispatch.max_count"]) == ("1", "0", "500000")


def test_values_are_rewritten(splunkd: Splunkd) -> None:
    drilldowns = [
        {"name": "B", "search": "index=main", "latest_offset": "$info_max_time$", "earliest_offset": "604800"}
    ]
    _, content = create(
        splunkd,
        "A",
        disabled="false",
        description="  spaced  ",
        **{"action.notable": "true", "action.notable.param.drilldown_searches": json.dumps(drilldowns)},
    )
    stored = splunkd.state.local("search", "savedsearches", "A")
    assert (stored["disabled"], stored["description"], stored["action.notable"]) == ("0", "spaced", "1")
    assert stored["action.notable.param.drilldown_searches"] == (
        '[{"earliest_offset":"1w","latest_offset":"$info_max_time$","name":"B","search":"index=main"}]'
    )
    assert content["actions"] == "notable"


def test_the_actions_argument_switches_actions(splunkd: Splunkd) -> None:
    create(splunkd, "A", actions="risk, notable")
    assert splunkd.state.local("search", "savedsearches", "A")["action.risk"] == "1"
    _, content = update(splunkd, "A", actions="notable")
    assert splunkd.state.local("search", "savedsearches", "A")["action.risk"] == "0"
    assert content["actions"] == "notable"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"foo": "bar"}, 'Argument "foo" is not supported by this handler.'),
        ({"enableSched": "1"}, 'Argument "enableSched" is not supported by this handler.'),
        ({"next_scheduled_time": "1"}, 'Argument "next_scheduled_time" is not supported by this handler.'),
        ({"qualifiedSearch": "x"}, 'Argument "qualifiedSearch" is not supported by this handler.'),
        ({"sharing": "app"}, 'Argument "sharing" is not supported by this handler.'),
        ({"search": " "}, "The following required arguments are missing: search."),
        ({"is_scheduled": "1"}, "You must specify a cron schedule for a scheduled search (cron_schedule)."),
        ({"is_scheduled": "maybe"}, "Invalid value for argument 'is_scheduled': 'maybe' is not a boolean."),
        ({"dispatch.max_count": "many"}, "Invalid value for argument 'dispatch.max_count': 'many' is not an integer."),
        ({"cron_schedule": "0 * * *"}, 'Invalid cron_schedule="0 * * *".'),
        ({"cron_schedule": "0 0 * jan *"}, 'Invalid cron_schedule="0 0 * jan *".'),
        ({"cron_schedule": "61 * * * *"}, 'Invalid cron_schedule="61 * * * *".'),
        ({"schedule_window": "long"}, "Invalid value for argument 'schedule_window': 'long'."),
    ],
)
def test_a_bad_argument_is_400(splunkd: Splunkd, given: dict[str, str], message: str) -> None:
    assert create(splunkd, "A", **given) == (400, message)
    assert splunkd.state.app("search").local.get("savedsearches", {}) == {}


def test_any_action_key_is_taken(splunkd: Splunkd) -> None:
    assert create(splunkd, "A", **{"action.escu.eli5": "For people."})[1]["action.escu.eli5"] == "For people."


def test_names_duplicates_and_what_is_missing(splunkd: Splunkd) -> None:
    assert create(splunkd, "A")[0] == 201
    assert create(splunkd, "A") == (
        409,
        "Unable to create saved search with name 'A'. A saved search with that name already exists.",
    )
    assert update(splunkd, "A", name="B") == (400, 'Argument "name" is not supported by this handler.')
    assert update(splunkd, "B", description="x") == (404, "Could not find object id=B")
    assert create(splunkd, " ") == (400, 'Cannot perform action "POST" without a target name to act on.')
    assert splunkd.ask("DELETE", f"{PATH}/B").status == 404
    assert splunkd.ask("GET", "/servicesNS/nobody/nowhere/saved/searches").status == 404
    assert splunkd.ask("GET", f"{PATH}?foo=1").status == 400


def test_enable_disable_and_the_template(splunkd: Splunkd) -> None:
    entity = splunkd.connect(app="search").saved_searches.create("A", SEARCH)
    entity.disable()
    assert splunkd.state.local("search", "savedsearches", "A")["disabled"] == "1"
    entity.enable()
    assert splunkd.state.local("search", "savedsearches", "A")["disabled"] == "0"
    fields = splunkd.connect(app="search").saved_searches.itemmeta().fields
    assert "cron_schedule" in fields["optional"]
    assert fields["wildcard"][0] == "action.*"


def test_dispatch_history_and_scheduled_times(splunkd: Splunkd) -> None:
    entity = splunkd.connect(app="search").saved_searches.create("A", "| makeresults count=3")
    job = entity.dispatch()
    while not job.is_done():
        pass
    assert job["resultCount"] == "3"
    assert [one.sid for one in entity.history()] == [job.sid]
    scheduled = splunkd.connect(app="search").saved_searches.create(
        "B", SEARCH, is_scheduled="1", cron_schedule="5 * * * *"
    )
    assert len(scheduled.scheduled_times()) == 1
    entity.disable()
    assert splunkd.ask("POST", f"{PATH}/A/dispatch").status == 403


def test_a_write_may_succeed_with_a_warning(splunkd: Splunkd) -> None:
    splunkd.state.warnings["A"] = "The search runs as its owner."
    found = splunkd.ask("POST", PATH, {"name": "A", "search": SEARCH, **JSON})
    assert (found.status, found.json["messages"]) == (201, [{"type": "WARN", "text": "The search runs as its owner."}])
    assert 'type="WARN">The search' in splunkd.ask("POST", f"{PATH}/A", {"description": "x"}).text


def test_values_as_json_shows_them(splunkd: Splunkd) -> None:
    assert create(splunkd, "A")[0] == 201
    content = splunkd.ask("GET", f"{PATH}/A", JSON).json["entry"][0]["content"]
    assert [content[key] for key in ("alert.suppress", "dispatch.indexedRealtime", "action.email.sendresults")] == [
        None
    ] * 3
    assert (content["display.general.enablePreview"], content["embed.enabled"]) == ("1", "0")
    assert (content["dispatch.sample_ratio"], content["durable.lag_time"], content["alert.severity"]) == ("1", 0, 3)
    assert update(splunkd, "A", **{"alert.suppress": "1", "search": "| makeresults"})[0] == 200
    entry = splunkd.ask("GET", f"{PATH}/A", JSON).json["entry"][0]
    assert (entry["content"]["alert.suppress"], entry["content"]["qualifiedSearch"]) == (True, " makeresults")
    splunkd.state.add_app("x", {"savedsearches": {"B": {"search": SEARCH}}})
    assert (
        splunkd.ask("GET", "/servicesNS/nobody/x/saved/searches/B", JSON).json["entry"][0]["updated"].startswith("1970")
    )
