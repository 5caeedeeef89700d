"""Plan and apply against an instance: what is created, what is seen as a difference, what stays the site's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from deploy.site import APP, RULE, STORY, Site, edited, tree
from storypack.app_build.package import package
from storypack.deploy.plan import Action, Plan
from storypack.report.deploy import render_plan

FILTER = "exf_archive_leaves_filter"


def statuses(plan: Plan) -> dict[str, str]:
    """Name -> status, of everything that is not unchanged."""
    return {action.name: action.status for action in plan.actions if action.status != "unchanged"}


def only(plan: Plan, name: str) -> Action:
    (found,) = [action for action in plan.actions if action.name == name]
    return found


def test_everything_is_created_in_an_order_in_which_nothing_is_missing(site: Site) -> None:
    plan = site.plan()
    assert set(statuses(plan).values()) == {"create"}
    kinds = list(dict.fromkeys(action.kind for action in plan.pending))
    assert kinds == ["app", "macro", "lookup_file", "collection", "lookup", "saved_search", "story", "view"]
    site.apply()
    state = site.splunkd.state
    rule = state.merged(APP, "savedsearches", RULE)
    assert rule["disabled"] == "1" and rule["enableSched"] == "1" and rule["counttype"] == "number of events"
    assert rule["search"].splitlines()[-1] == "| `exf_archive_leaves_filter`"
    assert state.merged(APP, "macros", "exf_ctime(1)")["args"] == "field"
    assert state.merged(APP, "lookups", "exf_trusted_1.csv")["eai:data"].split() == [
        "domain,comment",
        "example.com,ours",
    ]
    assert state.merged(APP, "analyticstories", STORY)["searches"] == f'["{RULE}"]'
    assert state.merged(APP, "app", "launcher")["version"] == "1.0.0"
    acl = state.app(APP).acl("savedsearches", RULE)
    assert (acl.sharing, acl.owner, acl.read, acl.write) == ("global", "nobody", ("*",), ("admin",))
    assert state.app(APP).acl("views", "overview").sharing == "app"


def test_planning_after_an_apply_shows_nothing(site: Site) -> None:
    site.apply()
    assert statuses(site.plan()) == {} and not site.plan().pending
    before = site.splunkd.state.dump()
    assert site.apply() is None
    assert site.splunkd.state.dump() == before


def test_enable_switches_on_what_arrives_and_nothing_else(site: Site) -> None:
    site.apply()
    more = "[EXF - Second - Rule]\nsearch = index=main\nenableSched = 1\ncron_schedule = 0 * * * *\ndisabled = 1\n"
    both = tree(savedsearches=tree()["default/savedsearches.conf"].decode() + more)
    assert statuses(site.plan(both, enable=True)) == {"EXF - Second - Rule": "create"}
    site.apply(both, enable=True)
    merged = site.splunkd.state.merged
    assert merged(APP, "savedsearches", "EXF - Second - Rule")["disabled"] == "0"
    assert merged(APP, "savedsearches", RULE)["disabled"] == "1"
    assert statuses(site.plan(both)) == {}


def test_an_update_names_the_fields_and_changes_no_others(site: Site) -> None:
    site.apply()
    site.splunkd.state.app(APP).put("savedsearches", RULE, {"action.email": "1", "action.email.to": "soc@example.com"})
    new = edited("savedsearches", "method=POST", "method=PUT")
    action = only(site.plan(new), RULE)
    assert (action.status, [change.field for change in action.changes]) == ("update", ["search"])
    assert "method=POST" in action.changes[0].old and "method=PUT" in action.changes[0].new
    site.apply(new)
    rule = site.splunkd.state.merged(APP, "savedsearches", RULE)
    assert "method=PUT" in rule["search"] and rule["action.email.to"] == "soc@example.com"
    assert statuses(site.plan(new)) == {}


def test_a_setting_that_the_pack_gives_up_is_taken_out(site: Site) -> None:
    site.apply()
    text = "".join(line + "\n" for line in tree()["default/savedsearches.conf"].decode().splitlines()
                   if not line.startswith("alert.suppress"))  # fmt: skip
    new = tree(savedsearches=text)
    plan = site.plan(new)
    changes = {change.field: change.new for change in only(plan, RULE).changes if change.unset}
    assert changes == {"alert.suppress": "", "alert.suppress.fields": "", "alert.suppress.period": ""}
    assert "alert.suppress: 1 -> taken out" in render_plan(plan, "")
    site.apply(new)
    assert not any(key.startswith("alert.suppress") for key in site.splunkd.state.local(APP, "savedsearches", RULE))
    assert statuses(site.plan(new)) == {}


def test_what_moved_on_the_instance_has_drifted_and_is_put_back(site: Site) -> None:
    site.apply()
    state = site.splunkd.state
    state.app(APP).put("savedsearches", RULE, {"search": "index=proxy | head 1"})
    state.app(APP).put("macros", "exf_ctime(1)", {"definition": "eval x=1"})
    plan = site.plan()
    assert statuses(plan) == {RULE: "drifted", "exf_ctime(1)": "drifted"}
    assert only(plan, RULE).changes[0].old == "index=proxy | head 1"
    site.apply()
    assert "`exf_proxy`" in state.merged(APP, "savedsearches", RULE)["search"]
    assert statuses(site.plan()) == {}


def test_what_a_site_sets_on_purpose_stays(site: Site) -> None:
    site.apply()
    app = site.splunkd.state.app(APP)
    app.put("savedsearches", RULE, {"disabled": "0", "cron_schedule": "*/5 * * * *", "dispatch.earliest_time": "-15m"})
    app.put("macros", FILTER, {"definition": "search NOT user=backup"})
    app.put("macros", "exf_proxy", {"definition": "index=net_proxy"})
    app.put("lookups", "exf_trusted_1.csv", {"eai:data": "domain,comment\nexample.org,partner\n"})
    app.local_meta["savedsearches", RULE] |= {"read": "*", "write": "admin, soc"}
    for files in (tree(), edited("savedsearches", "-70m@m", "-130m@m")):
        plan = site.plan(files)
        assert not plan.pending
        kept = {(action.name, change.field) for action in plan.actions for change in action.kept}
        assert kept == {
            (RULE, "disabled"), (RULE, "cron_schedule"), (RULE, "dispatch.earliest_time"), (RULE, "acl.write"),
            (FILTER, "definition"), ("exf_proxy", "definition"), ("exf_trusted_1.csv", "content"),
        }  # fmt: skip
    before = site.splunkd.state.dump()
    site.apply()
    assert site.splunkd.state.dump() == before
    new = edited("savedsearches", "method=POST", "method=PUT")
    site.apply(new)
    assert site.splunkd.state.merged(APP, "savedsearches", RULE)["disabled"] == "0"
    assert len(only(site.plan(new), RULE).kept) == 4


def test_a_new_version_of_a_lookup_does_not_hide_the_list_that_a_site_filled(site: Site) -> None:
    site.apply()
    site.splunkd.state.app(APP).put(
        "lookups", "exf_trusted_1.csv", {"eai:data": "domain,comment\nexample.org,partner\n"}
    )
    new = edited("transforms", "exf_trusted_1.csv", "exf_trusted_2.csv")
    new["lookups/exf_trusted_2.csv"] = new.pop("lookups/exf_trusted_1.csv")
    plan = site.plan(new)
    assert [(change.field, change.old) for change in only(plan, "exf_trusted").kept] == [
        ("filename", "exf_trusted_1.csv")
    ]
    assert (only(plan, "exf_trusted_1.csv").status, only(plan, "exf_trusted_1.csv").effect) == ("orphaned", "none")
    site.apply(new)
    assert site.splunkd.state.merged(APP, "transforms", "exf_trusted")["filename"] == "exf_trusted_1.csv"
    assert not site.plan(new).pending


def test_an_untouched_lookup_follows_the_pack(site: Site) -> None:
    site.apply()
    new = edited("transforms", "exf_trusted_1.csv", "exf_trusted_2.csv")
    new["lookups/exf_trusted_2.csv"] = new.pop("lookups/exf_trusted_1.csv") + b"example.net,too\n"
    site.apply(new)
    state = site.splunkd.state
    assert state.merged(APP, "transforms", "exf_trusted")["filename"] == "exf_trusted_2.csv"
    assert "example.net,too" in state.merged(APP, "lookups", "exf_trusted_2.csv")["eai:data"]
    assert not state.app(APP).has("lookups", "exf_trusted_1.csv")


def test_what_the_pack_has_no_more_is_deleted_last_and_in_reverse(site: Site) -> None:
    site.apply()
    gone = tree(
        savedsearches="", analyticstories="", overview=None, collections="", macros="[exf_new]\ndefinition = x\n"
    )
    plan = site.plan(gone)
    assert {name for name, status in statuses(plan).items() if status == "orphaned"} == {
        RULE, STORY, "overview", "exf_seen", FILTER, "exf_proxy", "exf_ctime(1)",
    }  # fmt: skip
    assert [action.kind for action in plan.pending] == ["macro", "view", "story", "saved_search", *["macro"] * 3]
    assert only(plan, "exf_seen").effect == "none"  # a collection holds the site's data
    site.apply(gone)
    assert not site.splunkd.state.app(APP).has("savedsearches", RULE)
    assert site.splunkd.state.app(APP).has("collections", "exf_seen")
    assert not site.plan(gone).pending


def test_what_others_made_under_the_same_name_is_never_touched(site: Site) -> None:
    app = site.splunkd.state.add_app(APP)
    app.put("macros", "exf_proxy", {"definition": "index=other"})
    app.put("savedsearches", RULE, {"search": "index=other"})
    assert statuses(site.plan())["exf_proxy"] == statuses(site.plan())[RULE] == "foreign"
    site.apply()
    assert site.splunkd.state.merged(APP, "macros", "exf_proxy")["definition"] == "index=other"
    assert site.splunkd.state.merged(APP, "savedsearches", RULE)["search"] == "index=other"
    assert statuses(site.plan()) == {"exf_proxy": "foreign", RULE: "foreign"}
    site.roll_back()
    assert site.splunkd.state.merged(APP, "macros", "exf_proxy")["definition"] == "index=other"
    site.apply(adopt=(RULE,))
    assert "`exf_proxy`" in site.splunkd.state.merged(APP, "savedsearches", RULE)["search"]


def test_objects_of_other_apps_and_private_ones_are_not_seen(site: Site) -> None:
    other = site.splunkd.state.add_app("SA-Other")
    other.put("macros", "exf_proxy", {"definition": "index=other"})
    other.local_meta["macros", "exf_proxy"] = {"export": "system"}
    assert statuses(site.plan())["exf_proxy"] == "create"
    site.apply()
    assert site.splunkd.state.merged("SA-Other", "macros", "exf_proxy")["definition"] == "index=other"


def test_a_package_that_is_installed_already_is_taken_over(site: Site) -> None:
    from storypack.conf import read

    app = site.splunkd.state.add_app(APP)
    for path, data in tree().items():
        if path.endswith(".conf"):
            stanzas = {stanza.name: dict(stanza.settings) for stanza in read(data)}
            app.default[path.split("/")[-1].removesuffix(".conf")] = stanzas
    plan = site.plan(edited("savedsearches", "method=POST", "method=PUT"))
    assert statuses(plan)[RULE] == "update" and "foreign" not in statuses(plan).values()
    site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    assert "method=PUT" in app.local["savedsearches"][RULE]["search"]
    site.roll_back()
    assert "method=POST" in site.splunkd.state.merged(APP, "savedsearches", RULE)["search"]


def test_a_built_package_is_as_the_plan_wants_it(site: Site, tmp_path: Path) -> None:
    """Its roles of Splunk Cloud are no difference, and what is added to it has its permissions."""
    (tmp_path / "app.tar.gz").write_bytes(package(tree(), APP, dt.date(2026, 11, 22)))
    site.splunkd.install(tmp_path / "app.tar.gz")
    plan = site.plan()
    assert not plan.pending and not [action.name for action in plan.actions if action.kept]
    site.apply()
    macros = tree()["default/macros.conf"] + b"[exf_new]\ndefinition = x\n"
    since = len(site.splunkd.log)
    site.apply(tree() | {"default/macros.conf": macros})
    assert len(site.splunkd.log.writes(since)) == 1
    gone = tree(savedsearches="", analyticstories="")
    assert {action.effect for action in site.plan(gone).actions if action.status == "orphaned"} == {"none", "delete"}
    site.apply(gone)
    assert site.splunkd.state.app(APP).has("savedsearches", RULE)  # of the package: REST cannot delete it
    assert not site.plan(gone).pending


def test_lists_are_read_in_pages_and_never_object_by_object(site: Site) -> None:
    many = "".join(
        f"[EXF - {number} - Rule]\nsearch = index=main {number}\ndisabled = 1\nenableSched = 0\n"
        for number in range(120)
    )
    files = tree(savedsearches=many)
    site.apply(files)
    since = len(site.splunkd.log)
    assert not site.plan(files).pending
    assert site.splunkd.log.count("GET", "saved/searches", since=since) == 1
    assert len(site.splunkd.log) - since < 15
