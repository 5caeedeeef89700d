"""An error answer is no proof that nothing was done: the object is looked at, and what it is decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.site import APP, RULE, Site, Tree, edited, tree
from splunkd import Fault, path_has, writes
from splunkd.faults import Seen
from storypack.splunkd.errors import DeployError

NEW = edited("savedsearches", "method=POST", "method=PUT")
ERRORS = (400, 403, 404, 409, 500, 502, 503, 504)


def write_of(text: str) -> Callable[[Seen], bool]:
    """Requests that write something with this text in its path."""
    has = path_has(text)

    def matches(seen: Seen) -> bool:
        return writes(seen) and has(seen)

    return matches


def answer(site: Site, status: int, text: str, **fault: object) -> None:
    site.splunkd.faults.add(Fault("answer", matches=write_of(text), status=status, **fault))  # type: ignore[arg-type]


def method(site: Site) -> str:
    return site.splunkd.state.merged(APP, "savedsearches", RULE)["search"].split("method=")[1].split()[0]


@pytest.mark.parametrize("status", ERRORS)
def test_a_write_that_was_done_all_the_same_is_done(status: int, site: Site) -> None:
    site.apply()
    answer(site, status, "saved/searches")
    site.steps.clear()
    record = site.apply(NEW)
    assert record is not None and record.ended and method(site) == "PUT"
    (note,) = (step.note for step in site.steps if step.note)
    assert note.startswith("done, although the answer was: ") and f"HTTP {status}" in note
    site.roll_back()
    assert method(site) == "POST"


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_write_that_was_not_done_is_said_so(status: int, site: Site) -> None:
    site.apply()
    answer(site, status, "saved/searches", effect=False)
    with pytest.raises(DeployError, match=f"HTTP {status}"):
        site.apply(NEW)
    assert method(site) == "POST"
    site.apply(NEW)
    assert method(site) == "PUT"


@pytest.mark.parametrize("status", [404, 500, 502, 503, 504])
def test_a_write_that_was_not_done_is_sent_again(status: int, site: Site) -> None:
    site.apply()
    answer(site, status, "saved/searches", effect=False)
    site.apply(NEW)
    assert method(site) == "PUT"


@pytest.mark.parametrize("status", ERRORS)
def test_every_write_of_an_apply_that_only_got_errors_is_taken_back(status: int, site: Site) -> None:
    """The instance does everything, and answers nothing but errors, also when it is asked what there is."""
    site.target = {"retries": 0, "backoff": 0.001}
    first = site.splunkd.state.dump()
    done = 0

    def from_the_third(seen: Seen) -> bool:
        nonlocal done
        done += writes(seen)
        return done >= 3

    site.splunkd.faults.add(Fault("answer", matches=from_the_third, status=status, times=99))
    with pytest.raises(DeployError):
        site.apply()
    site.splunkd.faults.clear()
    assert site.splunkd.state.dump() != first
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_what_was_refused_and_done_later_is_taken_back(site: Site) -> None:
    """A 504, a look that shows nothing, and then the instance does it."""
    site.target = {"retries": 0, "backoff": 0.001}
    site.apply()
    first = site.splunkd.state.dump()
    answer(site, 504, "saved/searches", effect=False)
    with pytest.raises(DeployError, match="did not take effect"):
        site.apply(NEW)
    search = site.splunkd.state.merged(APP, "savedsearches", RULE)["search"]
    site.splunkd.state.app(APP).put("savedsearches", RULE, {"search": search.replace("method=POST", "method=PUT")})
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_what_somebody_else_does_after_a_refusal_is_theirs(site: Site) -> None:
    site.apply()
    answer(site, 403, "saved/searches", effect=False)
    with pytest.raises(DeployError, match="HTTP 403"):
        site.apply(NEW)
    site.splunkd.state.app(APP).put("savedsearches", RULE, {"search": "index=theirs"})
    first = site.splunkd.state.dump()
    site.roll_back()
    assert site.splunkd.state.dump() == first


def test_what_is_neither_this_nor_that_is_said_so(site: Site) -> None:
    site.apply()

    def half_done(seen: Seen) -> bool:
        if writes(seen) and "conf-macros" in seen.path:
            site.splunkd.state.app(APP).put("macros", "exf_ctime(1)", {"definition": "eval half"})
        return False

    site.splunkd.faults.add(Fault("busy", matches=half_done))
    answer(site, 400, "conf-macros", effect=False)
    with pytest.raises(DeployError, match="neither as it was nor as it should be"):
        site.apply(edited("macros", '"%F %T"', '"%T"'))
    site.roll_back()
    assert '"%F %T"' in site.splunkd.state.merged(APP, "macros", "exf_ctime(1)")["definition"]


def test_a_write_that_is_on_disk_alone_is_seen(site: Site) -> None:
    site.apply()
    answer(site, 500, "saved/searches", stale=True)
    since = len(site.splunkd.log)
    site.apply(NEW)
    assert method(site) == "PUT"
    assert site.splunkd.log.count("POST", f"saved/searches/{RULE}", since=since) == 1  # sent once


# --- what is read wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["apps/local/DA-ESS-Sample", "conf-analyticstories"])
def test_a_single_404_makes_nothing_anew(path: str, site: Site) -> None:
    site.apply()
    site.splunkd.faults.add(Fault("answer", matches=path_has(path), status=404, effect=False))
    assert not site.plan().pending


def test_a_list_that_is_not_there_is_an_error(site: Site) -> None:
    site.apply()
    site.splunkd.faults.add(Fault("answer", matches=path_has("saved/searches"), status=404, effect=False))
    with pytest.raises(DeployError, match="HTTP 404"):
        site.plan()


def test_what_the_list_hid_is_not_taken_for_new(site: Site) -> None:
    """The object is ours and there, the list did not show it: nothing is written, and nothing is deleted later."""
    site.apply()
    state = site.splunkd.state
    kept = state.app(APP).local["macros"].pop("exf_proxy")

    def shows_again(seen: Seen) -> bool:
        if writes(seen):
            state.app(APP).local["macros"].setdefault("exf_proxy", kept)
        return False

    site.splunkd.faults.add(Fault("busy", matches=shows_again))
    with pytest.raises(DeployError, match="it is there after all"):
        site.apply()
    first = state.dump()
    site.roll_back()
    assert state.dump() == first


# --- new objects ----------------------------------------------------------------------------------------------------


def test_the_permissions_of_new_objects_may_take_their_time(site: Site) -> None:
    site.target = {"backoff": 0.001}
    site.apply()
    goal = site.splunkd.state.dump()
    site.roll_back()
    site.splunkd.state.acl_delay = 2
    site.apply()
    assert site.splunkd.state.dump() == goal


def test_permissions_that_never_come_end_the_run(site: Site) -> None:
    site.target = {"backoff": 0.001}
    site.splunkd.state.acl_delay = 99
    with pytest.raises(
        DeployError,
        match=r"create macro exf_archive_leaves_filter: it is there, but its permissions were refused: HTTP 404",
    ):
        site.apply()


# --- capabilities ---------------------------------------------------------------------------------------------------


def scheduled(priority: str) -> Tree:
    return edited("savedsearches", "schedule_window = auto", f"schedule_window = auto\nschedule_priority = {priority}")


def test_a_capability_that_lacks_is_named(site: Site) -> None:
    site.splunkd.admin.denied = frozenset({"edit_search_schedule_priority"})
    with pytest.raises(DeployError) as caught:
        site.apply(scheduled("high"))
    assert "the role lacks the capability edit_search_schedule_priority, which schedule_priority takes" in str(
        caught.value
    )


def test_a_setting_that_is_unknown_is_not_put_down_to_a_capability(site: Site) -> None:
    with pytest.raises(DeployError, match=r"this version of Splunk does not know frobnicate, or the role lacks"):
        site.apply(edited("savedsearches", "schedule_window = auto", "frobnicate = 1"))


def test_what_only_the_server_writes_is_never_sent(site: Site) -> None:
    files = edited("savedsearches", "schedule_window = auto", "next_scheduled_time = never\ntriggered_alert_count = 3")
    site.apply(files)
    assert not site.plan(files).pending


def test_permissions_are_sent_together(site: Site) -> None:
    """A pack that names readers alone leaves the writers as the app has them."""
    files = tree(
        default="[]\naccess = read : [ * ], write : [ admin, power ]\n[views/overview]\naccess = read : [ admin ]\n"
    )
    site.apply(files)
    rule = site.splunkd.state.app(APP).local_meta["views", "overview"]
    assert (rule["read"], rule["write"]) == ("admin", "admin, power")
