"""The way back: the state of the instance before an apply, whatever the apply did."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.site import APP, RULE, Site, edited, tree
from storypack.splunkd.errors import DeployError


def test_back_to_nothing(site: Site) -> None:
    first = site.splunkd.state.dump()
    site.apply()
    assert site.splunkd.state.dump() != first
    site.roll_back()
    assert site.splunkd.state.dump() == first
    assert {action.status for action in site.plan().actions} == {"create"}


def test_created_updated_and_deleted_objects_go_back(site: Site) -> None:
    site.apply()
    state = site.splunkd.state
    state.app(APP).local_meta["macros", "exf_proxy"] = {
        "owner": "admin", "export": "system", "read": "*", "write": "admin, soc"
    }  # fmt: skip
    first = state.dump()
    new = edited("savedsearches", "method=POST", "method=PUT")
    new |= {
        "default/macros.conf": b"[exf_new]\ndefinition = x\n",
        "lookups/exf_trusted_1.csv": b"domain,comment\na,b\n",
    }
    site.apply(new)
    assert state.app(APP).has("macros", "exf_new") and not state.app(APP).has("macros", "exf_proxy")
    site.roll_back()
    assert state.dump() == first
    assert not site.plan().pending
    assert site.plan(new).pending


def test_back_over_several_applies(site: Site) -> None:
    site.apply()
    first = site.splunkd.state.dump()
    site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    site.apply(edited("savedsearches", "method=POST", "method=PATCH"))
    site.apply(tree(savedsearches=""))
    site.roll_back("2")
    assert site.splunkd.state.dump() == first
    with pytest.raises(DeployError, match="taken back already"):
        site.roll_back("3")
    site.roll_back()
    assert APP not in site.splunkd.state.apps.apps
    with pytest.raises(DeployError, match="nothing to roll back"):
        site.roll_back()


def test_what_the_site_did_since_stays(site: Site) -> None:
    site.apply()
    site.apply(edited("savedsearches", "method=POST", "method=PUT"))
    site.splunkd.state.app(APP).put("savedsearches", RULE, {"disabled": "0"})
    site.roll_back()
    rule = site.splunkd.state.merged(APP, "savedsearches", RULE)
    assert rule["disabled"] == "0" and "method=POST" in rule["search"]


def test_a_second_deployment_waits_outside(site: Site) -> None:
    connection = site.connection()
    with site.store(connection).locked(), pytest.raises(DeployError, match="is running"):
        site.apply()
    connection.close()


def test_records_are_for_the_owner_alone(site: Site, tmp_path: Path) -> None:
    site.apply()
    site.roll_back()
    found = list(tmp_path.rglob("*"))
    assert len(found) > 8
    assert {path.stat().st_mode & 0o777 for path in found if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in found if path.is_dir() and path.name != ".storypack"} <= {0o700}
