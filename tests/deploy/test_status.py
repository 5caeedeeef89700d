"""What the status says of an app that is deployed, and of one that is not."""

from __future__ import annotations

import time

from deploy.site import APP, RULE, Site, edited, tree
from storypack.deploy.desired import desired_from_tree, for_instance
from storypack.deploy.instance import read_instance
from storypack.deploy.status import Source, Status, models_of, read_status
from storypack.report.deploy_status import render_status, render_status_json

SOURCES = {Source("aws:cloudtrail", "Splunk_TA_aws", "Splunk Add-on for AWS"), Source("web"), Source("XmlWinEventLog")}


def status(site: Site, files: dict[str, bytes] | None = None) -> Status:
    connection = site.connection()
    files = files or tree()
    planned = site.planned(connection, files)
    desired = for_instance(desired_from_tree(APP, files), cloud=False)
    try:
        return read_status(connection, read_instance(connection), desired, planned.actual, planned.plan, SOURCES)
    finally:
        connection.close()


def test_not_installed(site: Site) -> None:
    found = status(site)
    assert (found.installed, found.enabled, found.disabled, found.notes) == ("", 0, (), ())
    assert "not installed" in render_status(found)


def test_what_is_wrong_is_named(site: Site) -> None:
    site.apply()
    state = site.splunkd.state
    state.add_app("Splunk_SA_CIM", {"datamodels": {"Web": {"acceleration": "0"}, "Endpoint": {"acceleration": "1"}}})
    state.app(APP).put("savedsearches", RULE, {"search": "index=proxy"})
    state.add_event("GET /", sourcetype="web", time=time.time() - 60)
    state.add_event("old", sourcetype="aws:cloudtrail", time=time.time() - 30 * 86400)
    state.add_scheduler_run(RULE, APP, time=time.time() - 60, status="skipped", reason="too many searches")
    state.add_scheduler_run(RULE, APP, time=time.time() - 120, status="skipped", reason="too many searches")
    state.add_scheduler_run(RULE, APP, time=time.time() - 180, status="success")
    state.add_scheduler_run("Other", "search", time=time.time() - 180, status="skipped")
    text = (
        '| tstats count from datamodel=Web where [| tstats count from datamodel=\\"Endpoint\\"] `x` datamodel=Nowhere'
    )
    new = tree(macros=f"[exf_web]\ndefinition = {text}\n" + tree()["default/macros.conf"].decode())
    found = status(site, new)
    assert found.installed == "1.0.0" and found.drifted == (RULE,) and found.disabled == (RULE,)
    assert [(one.search, one.status, one.runs) for one in found.troubles or ()] == [(RULE, "skipped", 2)]
    assert found.slow_models == ("Web",) and found.missing_models == ("Nowhere",)
    assert found.missing_add_ons == ("Splunk Add-on for AWS (Splunk_TA_aws)",)
    assert found.silent == ("XmlWinEventLog", "aws:cloudtrail")
    shown = render_status(found)
    for words in ("2 x skipped in 24 hours: too many searches", "not accelerated: Web", "without an event in 7 days"):
        assert words in shown
    assert '"installed": "1.0.0"' in render_status_json(found)


def test_what_may_not_be_seen_is_a_note(site: Site) -> None:
    site.apply()
    site.splunkd.state.canned.append(("tstats", []))
    found = status(site, edited("app", "version = 1.0.0", "version = 1.2.0"))
    assert (found.installed, found.packed, found.pending) == ("1.0.0", "1.2.0", 1)
    assert "(the pack is 1.2.0)" in render_status(found)


def test_models_are_found_in_searches() -> None:
    from storypack.deploy import kinds
    from storypack.deploy.desired import Object

    spl = '| tstats count from datamodel="Web"."Web" | datamodel Endpoint Processes | from datamodel:Email.All_Email'
    assert models_of([Object(kinds.SAVED_SEARCH, "x", {"search": spl})]) == {"Web", "Email", "Endpoint"}
