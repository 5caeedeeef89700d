"""What a write leaves of an object, what is there and not shown, and what takes a key away again."""

from __future__ import annotations

import pytest

from splunkd import Fault, Splunkd, writes

ROOT = "/servicesNS/nobody/search"
LOOKUPS, CONF = f"{ROOT}/data/transforms/lookups", f"{ROOT}/configs/conf-transforms"
JSON = {"output_mode": "json"}
DEFINITION = {"filename": "a.csv", "match_type": "CIDR(net)", "max_matches": "1"}


@pytest.fixture
def listed(splunkd: Splunkd) -> Splunkd:
    """A lookup definition `a` with settings, and its file."""
    app = splunkd.state.app("search")
    app.put("lookups", "a.csv", {"eai:data": "net,why\n10.0.0.0/8,ours\n"})
    app.put("lookups", "b.csv", {"eai:data": "net\n"})
    app.put("transforms", "a", DEFINITION)
    return splunkd


# --- definitions ------------------------------------------------------------------------------------------------


def test_an_update_of_a_definition_is_all_that_is_left_of_it(listed: Splunkd) -> None:
    assert listed.ask("POST", f"{LOOKUPS}/a", {"filename": "b.csv"}).status == 200
    assert listed.state.local("search", "transforms", "a") == {"filename": "b.csv"}


def test_an_update_through_the_conf_keeps_the_rest(listed: Splunkd) -> None:
    assert listed.ask("POST", f"{CONF}/a", {"filename": "b.csv"}).status == 200
    assert listed.state.local("search", "transforms", "a") == {**DEFINITION, "filename": "b.csv"}


@pytest.mark.parametrize("sent", [{"max_matches": "2"}, {"filename": "gone.csv"}])
def test_a_definition_of_no_use_is_written_and_hidden(listed: Splunkd, sent: dict[str, str]) -> None:
    answer = listed.ask("POST", f"{LOOKUPS}/a", {**sent, **JSON})
    assert (answer.status, answer.message) == (404, "Could not find object id=a")
    assert listed.state.local("search", "transforms", "a") == sent
    assert listed.ask("GET", LOOKUPS, JSON).names == []
    for method in ("GET", "POST", "DELETE"):
        assert listed.ask(method, f"{LOOKUPS}/a", {} if method != "POST" else DEFINITION).status == 404
    assert listed.ask("GET", CONF, JSON).names == ["a"]
    assert listed.ask("POST", f"{CONF}/a", DEFINITION).status == 200
    assert listed.ask("GET", LOOKUPS, JSON).names == ["a"]


def test_what_a_definition_shows(listed: Splunkd) -> None:
    content = listed.ask("GET", f"{LOOKUPS}/a", JSON).json["entry"][0]["content"]
    assert content["fields_array"] == ["net", "why"]
    assert (content["max_matches"], content["min_matches"], content["case_sensitive_match"]) == (1, 0, True)
    assert content["WRITE_META"] == "False"


def test_extractions_are_rewritten_as_well(splunkd: Splunkd) -> None:
    path = f"{ROOT}/data/transforms/extractions"
    made = {"name": "x", "REGEX": "(a)", "SOURCE_KEY": "_raw", "FORMAT": "a::$1"}
    assert splunkd.ask("POST", path, made).status == 201
    assert splunkd.ask("POST", f"{path}/x", {"REGEX": "(b)", "SOURCE_KEY": "_raw"}).status == 200
    assert splunkd.state.local("search", "transforms", "x") == {"REGEX": "(b)", "SOURCE_KEY": "_raw"}


@pytest.mark.parametrize(
    ("path", "first", "other"),
    [
        ("saved/eventtypes", {"search": "a=1"}, {"description": "x"}),
        ("admin/macros", {"definition": "a=1"}, {"description": "x"}),
        ("data/ui/views", {"eai:data": "<dashboard/>"}, {}),
    ],
)
def test_some_updates_must_carry_the_main_key(
    splunkd: Splunkd, path: str, first: dict[str, str], other: dict[str, str]
) -> None:
    assert splunkd.ask("POST", f"{ROOT}/{path}", {"name": "m", **first}).status == 201
    refused = splunkd.ask("POST", f"{ROOT}/{path}/m", {**other, **JSON})
    assert (refused.status, refused.message) == (
        400,
        f"The following required arguments are missing: {next(iter(first))}.",
    )
    assert splunkd.ask("POST", f"{ROOT}/{path}/m", {**first, **other}).status == 200


# --- keys -------------------------------------------------------------------------------------------------------


def test_a_single_key_goes_with_local_only(listed: Splunkd) -> None:
    key = f"{ROOT}/properties/transforms/a/max_matches"
    refused = listed.ask("DELETE", key, JSON)
    assert (refused.status, refused.message) == (400, "Key deletion is not supported")
    assert listed.ask("DELETE", f"{key}?local_only=true").status == 200
    assert listed.state.local("search", "transforms", "a") == {"filename": "a.csv", "match_type": "CIDR(net)"}
    assert listed.ask("DELETE", f"{key}?local_only=true").status == 404
    assert listed.ask("DELETE", "/services/properties/transforms/a/filename?local_only=true").status == 400
    assert listed.ask("DELETE", f"{ROOT}/properties/transforms?local_only=true").status == 400
    assert listed.ask("DELETE", f"{ROOT}/properties/transforms/a").status == 200
    assert listed.state.local("search", "transforms", "a")["disabled"] == "1"
    assert listed.ask("DELETE", f"{ROOT}/properties/transforms/a?local_only=true").status == 200
    assert not listed.state.app("search").has("transforms", "a")


def test_what_properties_say(listed: Splunkd) -> None:
    path = f"{ROOT}/properties/transforms/a"
    written = listed.ask("POST", path, {"max_matches": "3", "min_matches": "1", **JSON})
    assert written.message == "Successfully modified 2 key(s)"
    entries = listed.ask("GET", path, JSON).json["entry"]
    assert {one["name"]: one["content"]["value"] for one in entries}["max_matches"] == "3"
    assert listed.ask("POST", f"{ROOT}/properties", {"__conf": "brand_new"}).body == b""


def test_confs_are_written_by_those_who_may_write_everything(listed: Splunkd) -> None:
    listed.state.add_user("half", "power")
    given = {"headers": {"Authorization": f"Bearer {listed.state.add_token('half')}"}}
    for path in (f"{CONF}/a", f"{ROOT}/properties/transforms/a"):
        refused = listed.ask("POST", path, {"max_matches": "2", **JSON}, **given)
        assert refused.status == 403
        assert "(requires capability: admin_all_objects)" in refused.message


# --- names, namespaces and arguments ----------------------------------------------------------------------------


def test_a_slash_may_be_encoded_twice_and_answers_show_it_so(splunkd: Splunkd) -> None:
    path = f"{ROOT}/configs/conf-analyticstories"
    assert splunkd.ask("POST", path, {"name": "analytic_story://A b", "version": "1"}).status == 201
    for name in ("analytic_story%3A%2F%2FA%20b", "analytic_story%3A%252F%252FA%20b"):
        entry = splunkd.ask("GET", f"{path}/{name}", JSON).json["entry"][0]
        assert entry["id"].endswith("/analytic_story%3A%252F%252FA%20b")
    assert splunkd.ask("GET", f"{path}/analytic_story%3A%2F%2FA%2520b").status == 404


def test_writes_through_a_wildcard_are_refused(listed: Splunkd) -> None:
    path = "/servicesNS/-/search/configs/conf-transforms/a"
    assert listed.ask("GET", path).status == 200
    for method in ("POST", "DELETE"):
        assert listed.ask(method, path, {} if method == "DELETE" else {"filename": "b.csv"}).status == 400


def test_the_first_unknown_argument_by_name_is_named(splunkd: Splunkd) -> None:
    sent = {"name": "A", "search": "x", "zebra": "1", "apple": "1", **JSON}
    assert (
        splunkd.ask("POST", f"{ROOT}/saved/searches", sent).message
        == 'Argument "apple" is not supported by this handler.'
    )
    assert (
        splunkd.ask("GET", f"{ROOT}/saved/searches?sort_dir=up&{'output_mode=json'}").message
        == 'Unknown sort order "up".'
    )
    assert splunkd.ask("GET", f"{ROOT}/saved/searches?output_mode=yaml").status == 400
    assert splunkd.ask("DELETE", f"{ROOT}/saved/searches").status == 400
    assert splunkd.ask("POST", f"{ROOT}/saved/searches", {"name": "A", "search": "x"}).status == 201
    unknown = splunkd.ask("GET", f"{ROOT}/saved/searches/A/fly?output_mode=json")
    assert (unknown.status, "custom action: fly, eai action: list" in unknown.message) == (404, True)


def test_a_setting_whose_capability_lacks_is_unknown(splunkd: Splunkd) -> None:
    splunkd.admin.denied = frozenset({"edit_search_schedule_priority"})
    sent = {"name": "A", "search": "x", "schedule_priority": "high", **JSON}
    refused = splunkd.ask("POST", f"{ROOT}/saved/searches", sent)
    assert (refused.status, refused.message) == (400, 'Argument "schedule_priority" is not supported by this handler.')
    context = splunkd.ask("GET", "/services/authentication/current-context", JSON).json["entry"][0]["content"]
    assert "edit_search_schedule_priority" not in context["capabilities"]


# --- permissions ------------------------------------------------------------------------------------------------


def perms(splunkd: Splunkd) -> dict[str, list[str]]:
    found: dict[str, list[str]] = splunkd.ask("GET", f"{CONF}/a/acl", JSON).json["entry"][0]["acl"]["perms"]
    return found


def test_permissions_are_one_line(listed: Splunkd) -> None:
    acl = f"{CONF}/a/acl"
    both = {"owner": "nobody", "sharing": "app", "perms.read": "*", "perms.write": "admin"}
    assert listed.ask("POST", acl, both).status == 200
    assert listed.ask("POST", acl, {"owner": "nobody", "sharing": "global"}).status == 200
    assert perms(listed) == {"read": ["*"], "write": ["admin"]}
    assert listed.ask("POST", acl, {"owner": "nobody", "sharing": "app", "perms.read": ""}).status == 200
    assert perms(listed) == {"read": [""], "write": []}
    assert listed.ask("POST", acl, {**both, "export": "system"}).status == 400


def test_a_kind_and_an_app_have_permissions_too(listed: Splunkd) -> None:
    assert (
        listed.ask("POST", f"{CONF}/_acl", {"owner": "nobody", "sharing": "app", "perms.read": "power"}).status == 200
    )
    assert perms(listed) == {"read": ["power"], "write": []}
    app = "/services/apps/local/search/acl"
    assert listed.ask("POST", app, {"sharing": "app"}).status == 400
    assert listed.ask("DELETE", app).status == 200
    assert perms(listed) == {"read": ["power"], "write": []}


def test_the_permissions_of_a_new_object_take_their_time(splunkd: Splunkd) -> None:
    splunkd.state.acl_delay = 2
    assert splunkd.ask("POST", f"{ROOT}/configs/conf-macros", {"name": "m", "definition": "x"}).status == 201
    given = {"owner": "nobody", "sharing": "app"}
    statuses = [splunkd.ask("POST", f"{ROOT}/configs/conf-macros/m/acl", given).status for _ in range(3)]
    assert statuses == [404, 404, 200]


# --- dashboards -------------------------------------------------------------------------------------------------


def test_a_dashboard_is_switched_off_in_its_source(splunkd: Splunkd) -> None:
    path = f"{ROOT}/data/ui/views"
    assert splunkd.ask("POST", path, {"name": "d", "eai:data": "<form><label>D</label></form>"}).status == 201
    for what, state in (("disable", "true"), ("enable", "false")):
        assert splunkd.ask("POST", f"{path}/d/{what}").status == 200
        content = splunkd.ask("GET", f"{path}/d", JSON).json["entry"][0]["content"]
        assert content["eai:data"] == f'<form dashboard.disabled="{state}"><label>D</label></form>'
    splunkd.admin.denied = frozenset({"deactivate_dashboards"})
    assert splunkd.ask("POST", f"{path}/d/disable").status == 403


# --- faults -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 502, 504])
@pytest.mark.parametrize("effect", [True, False])
def test_any_answer_before_or_after_the_effect(splunkd: Splunkd, status: int, effect: bool) -> None:
    splunkd.faults.add(Fault("answer", matches=writes, status=status, effect=effect))
    made = splunkd.ask("POST", f"{ROOT}/configs/conf-macros", {"name": "m", "definition": "x"})
    assert made.status == status
    assert splunkd.state.app("search").has("macros", "m") is effect
    (logged,) = (one for one in splunkd.log if one.fault)
    assert (logged.status, logged.effect, logged.fault) == (status, effect, f"answer {status}")


def test_an_answer_may_have_any_body(splunkd: Splunkd) -> None:
    splunkd.faults.add(Fault("answer", status=200, body=b"<html>Log in</html>", effect=False))
    assert splunkd.ask("GET", f"{ROOT}/saved/searches").body == b"<html>Log in</html>"


def test_what_is_on_disk_alone_shows_after_a_reload(splunkd: Splunkd) -> None:
    path = f"{ROOT}/configs/conf-macros"
    splunkd.faults.add(Fault("answer", matches=writes, status=500, stale=True))
    assert splunkd.ask("POST", path, {"name": "m", "definition": "x"}).status == 500
    assert splunkd.ask("GET", f"{path}/m").status == 404
    assert splunkd.ask("GET", f"{path}/_reload").status == 200
    assert splunkd.ask("GET", f"{path}/m").status == 200
