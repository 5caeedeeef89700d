"""Apps, installs, and what the instance says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from splunklib.binding import HTTPError

from splunkd import Splunkd
from splunkd.example_app import package

JSON = {"output_mode": "json"}
APPS = "/services/apps/local"


def test_an_app_is_installed_from_the_servers_disk(splunkd: Splunkd, tmp_path: Path) -> None:
    path = str(package(tmp_path))
    service = splunkd.connect()
    made = service.apps.create(path, filename=True)
    assert (made.name, made["version"], made["label"]) == ("an_app", "1.0.0", "An App")
    assert splunkd.state.merged("an_app", "savedsearches", "A")["search"] == "index=main \n| head 1"
    assert splunkd.ask("GET", "/servicesNS/nobody/an_app/data/ui/nav", JSON).names == ["default"]
    assert splunkd.ask("GET", "/servicesNS/nobody/an_app/data/lookup-table-files", JSON).names == ["l.csv"]
    entry = splunkd.ask("GET", "/servicesNS/nobody/an_app/saved/searches/A", JSON).json["entry"][0]
    assert (entry["acl"]["sharing"], entry["acl"]["perms"]["write"]) == ("app", ["admin", "sc_admin"])
    assert entry["acl"]["removable"] is False


def test_an_upgrade_keeps_local(splunkd: Splunkd, tmp_path: Path) -> None:
    splunkd.install(package(tmp_path))
    splunkd.ask("POST", "/servicesNS/nobody/an_app/saved/searches/A", {"disabled": "1"})
    newer = {"name": str(package(tmp_path, "1.1.0", lookup="user\nlee\n")), "filename": "1", **JSON}
    refused = splunkd.ask("POST", APPS, newer)
    assert (refused.status, refused.message) == (409, "App an_app is already installed; set update=1 to overwrite it.")
    assert splunkd.ask("POST", APPS, {**newer, "update": "true"}).status == 200
    merged = splunkd.state.merged("an_app", "savedsearches", "A")
    assert (merged["description"], merged["disabled"]) == ("1.1.0", "1")
    assert splunkd.state.merged("an_app", "lookups", "l.csv")["eai:data"] == "user\nlee\n"


@pytest.mark.parametrize("name", ["/nowhere/x.tar.gz", "relative.tar.gz"])
def test_what_cannot_be_installed_is_400(splunkd: Splunkd, tmp_path: Path, name: str) -> None:
    assert splunkd.ask("POST", APPS, {"name": name, "filename": "1"}).status == 400
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    assert splunkd.ask("POST", APPS, {"name": str(broken), "filename": "1"}).status == 400
    good = str(package(tmp_path))
    assert splunkd.ask("POST", APPS, {"name": good}).status == 400  # a path, but filename is not set
    wrong = {"name": good, "filename": "1", "explicit_appname": "other"}
    assert splunkd.ask("POST", APPS, wrong).status == 400
    assert "an_app" not in splunkd.state.apps.apps


def test_updates_take_six_arguments(splunkd: Splunkd, tmp_path: Path) -> None:
    splunkd.install(package(tmp_path))
    app = splunkd.connect().apps["an_app"]
    app.update(label="New", visible=False)
    assert splunkd.connect().apps["an_app"]["label"] == "New"
    assert splunkd.state.local("an_app", "app", "ui") == {"label": "New", "is_visible": "0"}
    for argument in ("filename", "update", "explicit_appname", "name"):
        assert splunkd.ask("POST", f"{APPS}/an_app", {argument: "1"}).status == 400
    app.disable()
    assert splunkd.connect().apps["an_app"]["disabled"] == "1"
    splunkd.connect().apps.delete("an_app")
    assert "an_app" not in splunkd.connect().apps


def test_who_may_not_install_gets_403(splunkd: Splunkd, tmp_path: Path) -> None:
    splunkd.state.add_user("reader", "user")
    with pytest.raises(HTTPError) as caught:
        splunkd.connect("reader").apps.create(str(package(tmp_path)), filename=True)
    assert caught.value.status == 403


def test_a_restart_is_asked_for_and_done(splunkd: Splunkd, tmp_path: Path) -> None:
    service = splunkd.connect()
    assert service.restart_required is False
    service.apps.create(str(package(tmp_path, restart=True)), filename=True)
    assert service.restart_required is True
    service.restart(timeout=30)
    assert service.restart_required is False


def test_the_package_of_the_build_can_be_installed(splunkd: Splunkd) -> None:
    expected = Path(__file__).parent.parent / "app_build" / "expected"
    name = splunkd.install(expected)
    assert name == "example_pack"
    service = splunkd.connect(owner="nobody", app=name)
    assert len(service.saved_searches.list()) > 5
    story = service.confs["analyticstories"]["analytic_story://EX - Example Story"]
    assert "[bracket]" in story["description"]


def test_server_info_context_indexes_and_models(splunkd: Splunkd) -> None:
    service = splunkd.connect()
    assert service.splunk_version >= (9, 0, 2)
    splunkd.state.info["instance_type"] = "cloud"
    assert splunkd.connect().splunk_instance == "cloud"
    context = splunkd.ask("GET", "/services/authentication/current-context", JSON).json["entry"][0]["content"]
    assert context["roles"] == ["admin"]
    assert "schedule_search" in context["capabilities"]
    service.indexes.create("exf_tests")
    assert "exf_tests" in splunkd.state.indexes
    service.indexes["exf_tests"].submit("an event", sourcetype="s")
    assert service.indexes["exf_tests"]["totalEventCount"] == "1"

    splunkd.state.add_datamodel("Risk", complete=0.5)
    splunkd.state.add_datamodel("Web", accelerated=False)
    models = splunkd.ask("GET", "/services/datamodel/model", {**JSON, "count": "0"}).json["entry"]
    assert ['"enabled": true' in model["content"]["acceleration"] for model in models] == [True, False]
    summaries = splunkd.ask("GET", "/services/admin/summarization", JSON).json["entry"]
    assert [entry["name"] for entry in summaries] == ["tstats:DM_Splunk_SA_CIM_Risk"]
    assert summaries[0]["content"]["summary.complete"] == "0.5"
