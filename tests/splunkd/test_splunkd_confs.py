"""Raw confs, properties and macros."""

from __future__ import annotations

import pytest

from splunkd import Splunkd

JSON = {"output_mode": "json"}
MACROS = "/servicesNS/nobody/search/admin/macros"


def test_confs_take_any_key(splunkd: Splunkd) -> None:
    confs = splunkd.connect(owner="nobody", app="search").confs
    stories = confs.create("analyticstories")
    stories.create("analytic_story://EXF - A/b", category="x", references='["https://example.com"]')
    stanza = stories["analytic_story://EXF - A/b"]
    assert stanza["references"] == '["https://example.com"]'
    assert stanza["disabled"] == "0"
    assert splunkd.state.local("search", "analyticstories", "analytic_story://EXF - A/b")["category"] == "x"
    assert [one.name for one in stories.list()] == ["analytic_story://EXF - A/b"]
    stories.delete("analytic_story://EXF - A/b")
    assert stories.list() == []


def test_confs_refuse_name_on_update_and_duplicates(splunkd: Splunkd) -> None:
    path = "/servicesNS/nobody/search/configs/conf-savedsearches"
    assert splunkd.ask("POST", path, {"name": "A", "search": "x", "foo": "line 1\nline 2"}).status == 201
    assert splunkd.ask("POST", path, {"name": "A"}).status == 409
    assert splunkd.ask("POST", f"{path}/A", {"name": "B"}).status == 400
    assert splunkd.ask("POST", f"{path}/B", {"foo": "x"}).status == 404
    assert splunkd.ask("POST", path, {"foo": "x"}).status == 400
    assert splunkd.state.local("search", "savedsearches", "A")["foo"] == "line 1\nline 2"
    assert splunkd.ask("GET", "/servicesNS/nobody/search/configs/savedsearches").status == 404


def test_properties_are_names_and_plain_values(splunkd: Splunkd) -> None:
    root = "/servicesNS/nobody/search/properties"
    splunkd.state.app("search").put("macros", "m", {"definition": "index=main"})
    assert "macros" in splunkd.ask("GET", root, JSON).names
    assert splunkd.ask("GET", f"{root}/macros", JSON).names == ["m"]
    assert splunkd.ask("GET", f"{root}/macros/m", JSON).names == ["definition"]
    assert splunkd.ask("GET", f"{root}/macros/m/definition").text == "index=main"
    assert splunkd.ask("GET", f"{root}/macros/n").status == 404
    assert splunkd.ask("POST", f"{root}/macros", {"__stanza": "n"}).status == 201
    splunkd.ask("POST", f"{root}/macros/n", {"definition": "index=x", "args": "a"})
    splunkd.ask("POST", f"{root}/macros/n/args", {"value": "b"})
    assert splunkd.state.local("search", "macros", "n") == {"definition": "index=x", "args": "b"}


def test_macros_by_the_sdk(splunkd: Splunkd) -> None:
    macros = splunkd.connect(owner="nobody", app="search").macros
    macros.create("exf_recent(2)", "search a=$x$ b=$y$", args="x, y")
    assert macros["exf_recent(2)"].args == "x, y"
    macros["exf_recent(2)"].update(definition="search $x$ $y$")
    assert splunkd.state.local("search", "macros", "exf_recent(2)")["definition"] == "search $x$ $y$"


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"name": "m"}, 400, "The following required arguments are missing: definition."),
        ({"name": "m", "definition": "x", "search": "y"}, 400, 'Argument "search" is not supported by this handler.'),
        ({"name": "m", "definition": "x", "iseval": "x"}, 400,
         "Invalid value for argument 'iseval': 'x' is not a boolean."),
        ({"name": "m n", "definition": "x"}, 400, "Invalid macro name: m n"),
        ({"name": "m(2)", "definition": "x", "args": "a"}, 400,
         "Macro m(2) is expected to have 2 arguments, but 1 were given."),
        ({"name": "there", "definition": "x"}, 409, "An object with name=there already exists"),
    ],
)  # fmt: skip
def test_macros_by_their_own_endpoint(splunkd: Splunkd, given: dict[str, str], status: int, message: str) -> None:
    splunkd.state.app("search").put("macros", "there", {"definition": "x"})
    found = splunkd.ask("POST", MACROS, {**given, **JSON})
    assert (found.status, found.message) == (status, message)
    updated = splunkd.ask("POST", f"{MACROS}/there", {"definition": "y", "iseval": "true", **JSON})
    assert updated.json["entry"][0]["content"]["iseval"] is True
    assert splunkd.ask("GET", "/servicesNS/nobody/search/data/macros/there").status == 200
