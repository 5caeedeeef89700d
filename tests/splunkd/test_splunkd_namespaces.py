"""Owners, apps, sharing, permissions, and the layers below them."""

from __future__ import annotations

import pytest
from splunklib.binding import HTTPError, UrlEncoded
from splunklib.client import AmbiguousReferenceException

from splunkd import Splunkd

SEARCH = "index=main"
JSON = {"output_mode": "json"}


def path(owner: str, app: str, name: str = "", sub: str = "") -> str:
    return "/".join(part for part in (f"/servicesNS/{owner}/{app}/saved/searches", name, sub) if part)


@pytest.fixture
def shipped(splunkd: Splunkd) -> Splunkd:
    """An app `x` with a saved search of its own, visible everywhere, and a user who may only read."""
    app = splunkd.state.add_app("x", {"savedsearches": {"Shipped": {"search": SEARCH, "description": "old"}}})
    app.default_meta["", ""] = {"read": "*", "write": "admin", "export": "system", "owner": "nobody"}
    splunkd.state.add_user("reader", "user")
    return splunkd


def as_user(splunkd: Splunkd, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {splunkd.state.add_token(name)}"}


# --- layers -----------------------------------------------------------------------------------------------------


def test_writes_go_to_local_and_the_default_layer_stays(shipped: Splunkd) -> None:
    shipped.ask("POST", path("nobody", "x", "Shipped"), {"description": "new"})
    assert shipped.state.local("x", "savedsearches", "Shipped") == {"description": "new"}
    assert shipped.state.app("x").default["savedsearches"]["Shipped"]["description"] == "old"
    assert shipped.state.merged("x", "savedsearches", "Shipped") == {"search": SEARCH, "description": "new"}


def test_delete_takes_the_local_part_only(shipped: Splunkd) -> None:
    before = shipped.state.dump()
    refused = shipped.ask("DELETE", path("nobody", "x", "Shipped"), JSON)
    assert (refused.status, refused.message) == (
        400,
        "Object id=Shipped cannot be deleted in config=savedsearches.",
    )
    shipped.ask("POST", path("nobody", "x", "Shipped"), {"description": "new"})
    assert shipped.ask("DELETE", path("nobody", "x", "Shipped")).status == 200
    assert shipped.state.dump() == before
    assert shipped.ask("GET", path("nobody", "x", "Shipped")).status == 200


def test_the_default_stanza_lies_below_all_others(splunkd: Splunkd) -> None:
    splunkd.state.add_app("x", {"savedsearches": {"default": {"disabled": "1"}, "A": {"search": SEARCH}}})
    found = splunkd.ask("GET", path("nobody", "x"), JSON)
    assert found.names == ["A"]
    assert found.json["entry"][0]["content"]["disabled"] is True


# --- namespaces -------------------------------------------------------------------------------------------------


def test_exported_objects_show_up_in_other_apps(shipped: Splunkd) -> None:
    shipped.ask("POST", path("nobody", "search"), {"name": "Mine", "search": SEARCH})
    listed = shipped.ask("GET", path("nobody", "search"), JSON)
    assert listed.names == ["Mine", "Shipped"]
    assert [entry["acl"]["app"] for entry in listed.json["entry"]] == ["search", "x"]
    assert shipped.ask("GET", path("nobody", "x"), JSON).names == ["Shipped"]  # "Mine" is not exported


def test_a_private_object_is_its_owners_until_it_is_shared(shipped: Splunkd) -> None:
    service = shipped.connect(owner="admin", app="search", sharing="user")
    made = service.saved_searches.create("Mine", SEARCH)
    assert (made.access["sharing"], made.access["owner"]) == ("user", "admin")
    assert shipped.ask("GET", path("nobody", "search", "Mine")).status == 404
    assert shipped.ask("GET", path("-", "-", "Mine"), JSON).names == ["Mine"]

    made.acl_update(owner="nobody", sharing="app", **{"perms.read": "*", "perms.write": "admin,power"})
    assert shipped.state.app("search").users["admin"]["savedsearches"] == {}
    assert shipped.state.local("search", "savedsearches", "Mine")["search"] == SEARCH
    assert shipped.ask("GET", path("nobody", "search", "Mine")).status == 200


def test_a_wildcard_finds_several(shipped: Splunkd) -> None:
    shipped.ask("POST", path("admin", "search"), {"name": "Shipped", "search": SEARCH})
    with pytest.raises(AmbiguousReferenceException):
        shipped.connect(owner="-", app="-").saved_searches["Shipped"]
    assert shipped.ask("POST", path("-", "-", "Shipped"), {"description": "x"}).status == 400
    assert shipped.ask("POST", path("-", "x"), {"name": "A", "search": SEARCH}).status == 400


# --- who may what -----------------------------------------------------------------------------------------------


def test_who_may_not_write_gets_403(shipped: Splunkd) -> None:
    service = shipped.connect("reader", owner="nobody", app="x")
    assert [one.name for one in service.saved_searches.list()] == ["Shipped"]
    assert service.saved_searches["Shipped"].access["can_write"] == "0"
    for call in (
        lambda: service.saved_searches.create("A", SEARCH),
        lambda: service.saved_searches["Shipped"].update(description="x"),
        lambda: service.saved_searches["Shipped"].disable(),
        lambda: service.saved_searches["Shipped"].acl_update(owner="nobody", sharing="app"),
    ):
        with pytest.raises(HTTPError) as caught:
            call()
        assert caught.value.status == 403
    own = shipped.ask(
        "POST", path("reader", "x"), {"name": "Own", "search": SEARCH}, headers=as_user(shipped, "reader")
    )
    assert own.status == 201
    shipped.state.add_user("other", "power")
    other = as_user(shipped, "other")
    assert shipped.ask("GET", path("reader", "x", "Own"), headers=other).status == 404
    assert shipped.ask("POST", path("reader", "x"), {"name": "B", "search": SEARCH}, headers=other).status == 403


def test_scheduling_needs_its_capability(shipped: Splunkd) -> None:
    given = {"name": "A", "search": SEARCH, "is_scheduled": "1", "cron_schedule": "0 * * * *", **JSON}
    refused = shipped.ask("POST", path("reader", "x"), given, headers=as_user(shipped, "reader"))
    assert refused.status == 403
    assert "schedule_search" in refused.message
    shipped.state.add_user("planner", "power")
    assert shipped.ask("POST", path("planner", "x"), given, headers=as_user(shipped, "planner")).status == 201


def test_the_acl_needs_owner_and_sharing(shipped: Splunkd) -> None:
    acl = path("nobody", "x", "Shipped", "acl")
    refused = shipped.ask("POST", acl, {"perms.read": "admin", **JSON})
    assert (refused.status, refused.message) == (400, "The following required arguments are missing: owner, sharing.")
    assert shipped.ask("POST", acl, {"owner": "nobody", "sharing": "everybody"}).status == 400
    assert shipped.ask("POST", acl, {"owner": "stranger", "sharing": "app"}).status == 400
    changed = shipped.ask("POST", acl, {"owner": "admin", "sharing": "app", "perms.read": "admin,power", **JSON})
    seen = changed.json["entry"][0]["acl"]
    assert (seen["owner"], seen["sharing"], seen["perms"]["read"]) == ("admin", "app", ["admin", "power"])
    assert seen["perms"]["write"] == []  # both are one line: what is left out is gone
    hidden = shipped.ask("GET", path("nobody", "x", "Shipped"), headers=as_user(shipped, "reader"))
    assert hidden.status == 404


def test_move_to_another_app(shipped: Splunkd) -> None:
    made = shipped.connect(app="search").saved_searches.create("A b", SEARCH)
    made.service.post(
        UrlEncoded(made.links["alternate"] + "/move", skip_encode=True), body={"app": "x", "user": "nobody"}
    )
    assert shipped.state.local("x", "savedsearches", "A b")["search"] == SEARCH
    assert "A b" not in shipped.state.app("search").local["savedsearches"]
    refused = shipped.ask("POST", path("nobody", "x", "Shipped", "move"), {"app": "search", "user": "nobody"})
    assert refused.status == 400
