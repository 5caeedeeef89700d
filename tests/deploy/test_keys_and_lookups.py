"""Settings of lookup definitions, keys that come and go, dashboards that a site switched off, and their way back."""

from __future__ import annotations

import pytest

from deploy.site import APP, RULE, Site, Tree, edited, tree

SETTINGS = {"match_type": "WILDCARD(domain)", "max_matches": "1", "case_sensitive_match": "0"}
VIEWS = f"/servicesNS/nobody/{APP}/data/ui/views"
JSON = {"output_mode": "json"}


def version(number: int) -> Tree:
    """The sample app with its list under the name of this version."""
    files = edited("transforms", "exf_trusted_1.csv", f"exf_trusted_{number}.csv")
    files[f"lookups/exf_trusted_{number}.csv"] = (
        files.pop("lookups/exf_trusted_1.csv") + f"n{number}.example,x\n".encode()
    )
    return files


def definition(site: Site) -> dict[str, str]:
    return dict(site.splunkd.state.local(APP, "transforms", "exf_trusted"))


# --- lookup definitions ---------------------------------------------------------------------------------------------


def test_a_definition_keeps_its_settings_over_ten_versions_and_back(site: Site) -> None:
    states = []
    for number in range(10):
        site.apply(version(number))
        assert definition(site) == {"filename": f"exf_trusted_{number}.csv", **SETTINGS}
        states.append(site.splunkd.state.dump())
    shown = site.splunkd.ask("GET", f"/servicesNS/nobody/{APP}/data/transforms/lookups", JSON)
    assert shown.names == ["exf_trusted"]
    for goal in reversed(states[:-1]):
        site.roll_back()
        assert site.splunkd.state.dump() == goal


def test_a_hidden_definition_is_seen_and_mended(site: Site) -> None:
    """What an older version of us left: a stanza without a file, which data/transforms/lookups does not show."""
    site.apply()
    app = site.splunkd.state.app(APP)
    app.local["transforms"]["exf_trusted"] = {"max_matches": "1"}
    shown = site.splunkd.ask("GET", f"/servicesNS/nobody/{APP}/data/transforms/lookups", JSON)
    assert shown.names == []
    first = site.splunkd.state.dump()
    (action,) = site.plan().pending
    assert (action.status, {change.field for change in action.changes}) == (
        "drifted",
        {"filename", "match_type", "case_sensitive_match"},
    )
    site.apply()
    assert definition(site) == {"filename": "exf_trusted_1.csv", **SETTINGS}
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_a_list_that_somebody_deleted_comes_back(site: Site) -> None:
    site.apply()
    changed = tree() | {"lookups/exf_trusted_1.csv": b"domain,comment\nexample.net,new\n"}
    first = site.splunkd.state.dump()
    site.apply(changed)
    site.splunkd.state.app(APP).remove("lookups", "exf_trusted_1.csv")
    site.roll_back()
    assert site.splunkd.state.dump() == first


# --- deleted by somebody --------------------------------------------------------------------------------------------


def test_an_updated_object_that_somebody_deleted_is_made_again_whole(site: Site) -> None:
    site.apply()
    app = site.splunkd.state.app(APP)
    app.put("savedsearches", RULE, {"action.email": "1", "action.email.to": "soc@example.com", "disabled": "0"})
    before = dict(site.splunkd.state.merged(APP, "savedsearches", RULE))
    site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    app.remove("savedsearches", RULE)
    site.roll_back()
    after = site.splunkd.state.merged(APP, "savedsearches", RULE)
    assert {key: after.get(key) for key in before} == before


# --- single keys ----------------------------------------------------------------------------------------------------


def test_a_key_that_an_apply_added_goes_again(site: Site) -> None:
    site.apply()
    first = site.splunkd.state.dump()
    site.apply(edited("savedsearches", "schedule_window = auto", "schedule_window = auto\nalert.severity = 5"))
    assert site.splunkd.state.local(APP, "savedsearches", RULE)["alert.severity"] == "5"
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_a_key_that_the_pack_gives_up_goes(site: Site) -> None:
    site.apply()
    site.apply(edited("savedsearches", "alert.suppress.period = 3600s\n", ""))
    assert "alert.suppress.period" not in site.splunkd.state.local(APP, "savedsearches", RULE)
    site.apply(edited("transforms", "case_sensitive_match = 0\n", ""))
    assert "case_sensitive_match" not in definition(site)
    assert not site.plan(edited("transforms", "case_sensitive_match = 0\n", "")).pending


def test_a_version_that_takes_no_key_out_gets_the_value(site: Site) -> None:
    site.apply()
    site.splunkd.state.deletes_keys = False
    site.apply(edited("savedsearches", "schedule_window = auto", "schedule_window = auto\nalert.severity = 5"))
    site.steps.clear()
    site.roll_back()
    assert site.splunkd.state.merged(APP, "savedsearches", RULE)["alert.severity"] == "3"  # splunkd's own, set
    assert [step.note for step in site.steps] == [
        "the instance could not take alert.severity out: set to what it was instead"
    ]


def test_the_way_back_of_permissions_says_what_it_cannot_do(site: Site) -> None:
    site.apply()
    site.apply(
        tree() | {"metadata/default.meta": tree()["metadata/default.meta"] + b"[macros/exf_proxy]\nexport = none\n"}
    )
    site.roll_back()
    rule = site.splunkd.state.app(APP).local_meta["macros", "exf_proxy"]
    assert rule["export"] == "system"
    assert any("no more follow the app's" in step.action.reason for step in site.steps)


# --- dashboards -----------------------------------------------------------------------------------------------------


def source(site: Site) -> str:
    return site.splunkd.state.merged(APP, "views", "overview")["eai:data"]


def test_a_dashboard_that_is_switched_off_stays_so(site: Site) -> None:
    site.apply()
    assert site.splunkd.ask("POST", f"{VIEWS}/overview/disable").status == 200
    first = site.splunkd.state.dump()
    plan = site.plan()
    assert not plan.pending
    (kept,) = (change for action in plan.actions for change in action.kept)
    assert (kept.field, kept.old) == ("dashboard.disabled", "true")

    site.apply(edited("overview", "Overview", "New"))
    assert source(site) == '<dashboard dashboard.disabled="true"><label>New</label></dashboard>'
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_a_dashboard_that_was_switched_off_after_an_update_stays_so_on_the_way_back(site: Site) -> None:
    site.apply()
    site.apply(edited("overview", "Overview", "New"))
    assert site.splunkd.ask("POST", f"{VIEWS}/overview/disable").status == 200
    site.roll_back()
    assert source(site) == '<dashboard dashboard.disabled="true"><label>Overview</label></dashboard>'


@pytest.mark.parametrize("state", ["true", "false"])
def test_a_pack_may_ship_a_dashboard_switched_off(state: str, site: Site) -> None:
    files = edited("overview", "<dashboard>", f'<dashboard dashboard.disabled="{state}">')
    site.apply(files)
    assert not site.plan(files).pending
