"""What a site did to our objects is neither lost nor overwritten without a word: renamed, removed, rolled back."""

from __future__ import annotations

import json

import pytest

from deploy.site import APP, RULE, Site, Tree, edited, lost_from, tree
from deploy.test_plan_apply import FILTER, only, statuses
from splunkd import Fault, writes
from storypack.deploy.plan import Plan
from storypack.deploy.rollback import plan_rollback
from storypack.report.deploy import render_plan
from storypack.splunkd.errors import DeployError

NEW_RULE, NEW_FILTER = "EXF - Archive Goes Out - Rule", "exf_archive_goes_out_filter"


def renamed() -> Tree:
    """The sample app with its detection, and so its filter macro, under another name."""
    files = {path: data.replace(RULE.encode(), NEW_RULE.encode()) for path, data in tree().items()}
    return {path: data.replace(FILTER.encode(), NEW_FILTER.encode()) for path, data in files.items()}


def tune(site: Site) -> None:
    """The site switches the search on, runs it more often, and filters what it knows."""
    app = site.splunkd.state.app(APP)
    app.put("savedsearches", RULE, {"disabled": "0", "cron_schedule": "*/5 * * * *"})
    app.put("macros", FILTER, {"definition": "search NOT user=backup"})


def way_back(site: Site, to: str | None = None) -> Plan:
    connection = site.connection()
    try:
        return plan_rollback(connection, site.store(connection), APP, to).plan
    finally:
        connection.close()


# --- a detection gets another name ---------------------------------------------------------------------------------


def test_a_renamed_detection_stays_as_the_site_set_it(site: Site) -> None:
    site.apply()
    tune(site)
    before = site.splunkd.state.dump()
    plan = site.plan(renamed())
    assert statuses(plan)[NEW_RULE] == "create" and only(plan, NEW_RULE).reason == f"renamed from {RULE}"
    assert {change.field for change in only(plan, NEW_RULE).kept} == {"disabled", "cron_schedule"}
    assert f"renamed to {NEW_RULE}" in only(plan, RULE).reason and only(plan, RULE).effect == "delete"
    assert "kept cron_schedule: */5 * * * * (the pack has 15 * * * *)" in render_plan(plan, "x")
    site.apply(renamed())
    state = site.splunkd.state
    rule = state.merged(APP, "savedsearches", NEW_RULE)
    assert (rule["disabled"], rule["cron_schedule"]) == ("0", "*/5 * * * *")
    assert state.merged(APP, "macros", NEW_FILTER)["definition"] == "search NOT user=backup"
    assert not state.app(APP).has("savedsearches", RULE) and not state.app(APP).has("macros", FILTER)
    after = site.plan(renamed())
    assert not after.pending
    assert {change.field for change in only(after, NEW_RULE).kept} == {"disabled", "cron_schedule"}
    site.roll_back()
    assert state.dump() == before


def test_one_that_nobody_touched_arrives_as_the_pack_has_it(site: Site) -> None:
    site.apply()
    site.apply(renamed(), enable=True)
    rule = site.splunkd.state.merged(APP, "savedsearches", NEW_RULE)
    assert rule["disabled"] == "1"  # --enable is for what is new, and this one was off
    assert not site.plan(renamed()).pending


@pytest.mark.slow
def test_a_fault_while_renaming_loses_nothing(site: Site) -> None:
    """Whatever write it strikes, and for how long: enabled and filtered in the end."""
    for nth in range(1, 30):
        if APP in site.splunkd.state.apps.apps:
            site.roll_back("1") if nth == 2 else site.roll_back(str(3 * nth - 5))
        site.apply()
        tune(site)
        fault = Fault("cut", nth, matches=writes, times=9, effect=nth % 2 == 0)
        site.splunkd.faults.add(fault)
        site.target = {"retries": 1}
        try:
            site.apply(renamed())
        except DeployError:
            site.splunkd.faults.clear()
            site.apply(renamed())
        if fault in site.splunkd.faults.waiting:
            break
        site.splunkd.faults.clear()
        rule = site.splunkd.state.merged(APP, "savedsearches", NEW_RULE)
        assert (rule["disabled"], rule["cron_schedule"]) == ("0", "*/5 * * * *"), nth
        assert site.splunkd.state.merged(APP, "macros", NEW_FILTER)["definition"] == "search NOT user=backup", nth
        assert not site.splunkd.state.app(APP).has("savedsearches", RULE)


def test_a_clone_of_the_site_is_none_of_ours(site: Site) -> None:
    site.apply()
    app = site.splunkd.state.app(APP)
    app.put("savedsearches", "Our own copy", dict(app.local["savedsearches"][RULE]))
    assert "Our own copy" not in {action.name for action in site.plan(renamed()).actions}
    site.apply(renamed())
    assert app.has("savedsearches", "Our own copy")


# --- removed, and there again --------------------------------------------------------------------------------------


def test_what_goes_with_a_removed_detection_is_told(site: Site) -> None:
    site.apply()
    tune(site)
    plan = site.plan(tree(savedsearches="", macros="", analyticstories=""))
    assert "the site's own cron_schedule, disabled" in only(plan, RULE).reason
    assert "the site's own definition" in only(plan, FILTER).reason
    assert "own" not in only(plan, "exf_proxy").reason


def test_removed_and_there_again(site: Site) -> None:
    site.apply()
    tune(site)
    site.apply(tree(savedsearches="", analyticstories=""))
    site.apply()
    rule = site.splunkd.state.merged(APP, "savedsearches", RULE)
    assert (rule["disabled"], rule["cron_schedule"]) == ("1", "15 * * * *")
    assert site.splunkd.state.merged(APP, "macros", FILTER)["definition"] == "search NOT user=backup"
    assert not site.plan().pending
    site.roll_back("2")
    assert site.splunkd.state.merged(APP, "savedsearches", RULE)["disabled"] == "0"


def test_what_the_site_deleted_comes_back_with_a_word(site: Site) -> None:
    site.apply()
    site.splunkd.state.app(APP).remove("savedsearches", RULE)
    action = only(site.plan(), RULE)
    assert action.status == "create" and "deleted on the instance" in action.reason
    site.apply()
    assert not site.plan().pending
    site.roll_back("1")
    site.apply()
    site.splunkd.state.apps.apps.pop(APP)
    assert not [action.reason for action in site.plan().actions if action.reason]  # of an app that is gone, all is new


# --- on the way back -----------------------------------------------------------------------------------------------


def test_the_way_back_says_what_the_site_changed_since(site: Site) -> None:
    site.apply()
    site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    assert only(way_back(site), RULE).status == "update"
    site.splunkd.state.app(APP).put("savedsearches", RULE, {"search": "index=ours"})
    action = only(way_back(site), RULE)
    assert action.status == "drifted" and action.changes[0].drifted and "has changed search since" in action.reason
    shown = render_plan(way_back(site), "x")
    assert f"! saved search  {RULE} (the site has changed search since)" in shown and "- index=ours" in shown
    record = site.roll_back()
    assert "method=POST" in site.splunkd.state.merged(APP, "savedsearches", RULE)["search"]
    kept = json.loads((record.folder / "before.json").read_text())
    assert "index=ours" in json.dumps(kept)  # what was overwritten can be looked up


def test_the_way_back_says_what_goes_with_a_deleted_object(site: Site) -> None:
    site.apply()
    tune(site)
    plan = way_back(site)
    assert "the site's own cron_schedule, disabled" in only(plan, RULE).reason
    assert "the site's own definition" in only(plan, FILTER).reason
    assert "own" not in only(plan, "exf_proxy").reason
    record = site.roll_back()
    assert "NOT user=backup" in (record.folder / "before.json").read_text()


def test_an_app_in_which_others_keep_things_is_not_deleted(site: Site) -> None:
    site.apply()
    app = site.splunkd.state.app(APP)
    app.put("savedsearches", "Theirs", {"search": "index=main"})
    app.put("views", "theirs", {"eai:data": "<dashboard/>"})
    action = only(way_back(site), APP)
    assert action.effect == "none" and "saved search Theirs, view theirs" in action.reason
    site.roll_back()
    assert app.has("savedsearches", "Theirs") and not app.has("savedsearches", RULE)
    site.apply()
    assert not site.plan().pending


def test_a_broken_off_apply_is_not_taken_for_the_site(site: Site) -> None:
    site.apply()
    site.target = {"retries": 0}
    site.splunkd.faults.add(lost_from(1))
    with pytest.raises(DeployError):
        site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    site.splunkd.faults.clear()
    action = only(way_back(site), RULE)
    assert action.status == "update" and not action.reason
