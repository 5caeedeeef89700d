"""Plan and apply against an instance: what is created, what is seen as a difference, what stays the site's."""

from __future__ import annotations

from deploy.conftest import APP, RULE, STORY, Site, edited, tree
from storypack.deploy.plan import Action, Plan


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
