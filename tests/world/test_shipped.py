"""What Splunk's own apps ship is known to every stage alike: validate, test and search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from storypack.checks.context import Context
from storypack.checks.searches.world import world_of
from storypack.cli import exit_codes, main
from storypack.pack.load import load_pack
from storypack.spl.macros import MacroDefinition, UnknownMacro, expand
from storypack.testing.results import Cause, Outcome
from storypack.testing.setting import Setting
from storypack.world import shipped
from tests.checks.example_pack import TODAY
from tests.testing.small_pack import SmallPack, event, search_test


@pytest.fixture
def pack(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path)


def rows(folder: Path, search: str) -> list[Mapping[str, object]]:
    log = folder / "events.jsonl"
    log.write_text(json.dumps(event(user="kim", dest="drive.google.com")) + "\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["search", search, "--data", str(log), "--format", "json"])
    assert result.exit_code == exit_codes.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


SEARCHES = [
    "`cim_Web_indexes` user=kim | stats count by user",
    'index=* | stats count by user | rename user as Web.user | `drop_dm_object_name("Web")` | where user="kim"',
    "index=* | stats count by user | lookup identity_lookup_expanded identity as user OUTPUT priority",
    "index=* | stats count by user dest | lookup asset_lookup_by_str asset as dest OUTPUTNEW category, priority",
    "index=* | stats count by user dest | lookup cim_cloud_domain_lookup domain as dest OUTPUT registrant"
    ' | where registrant="Google"',
    "index=* | stats count by user | search `cim_filter_unknown_values(user)`",
]


@pytest.mark.parametrize("search", SEARCHES)
def test_what_validate_knows_runs_in_test_and_in_search(search: str, pack: SmallPack, tmp_path: Path) -> None:
    events = [event(user="kim", dest="drive.google.com")]
    pack.detection("Disk", search, search_test("Fires", events, expected_results=1))
    loaded = load_pack(tmp_path)
    known = world_of(Context(loaded.pack, TODAY))
    expand(search, known.macros)
    assert pack.only().outcome is Outcome.PASSED
    assert len(rows(tmp_path, search)) == 1


def test_every_shipped_name_is_in_the_world_of_the_checks_and_of_the_tests(pack: SmallPack) -> None:
    loaded = load_pack(pack.folder).pack
    checks, tests = world_of(Context(loaded, TODAY)), Setting(loaded)
    assert set(shipped.lookups()) <= set(checks.lookups) & set(tests.lookups)
    assert set(shipped.macros()) <= set(checks.macros)
    assert set(shipped.macros()) - set(tests.macros) == set(shipped.site_macros())


def test_a_shipped_lookup_is_known_by_the_name_of_its_file(pack: SmallPack) -> None:
    search = "| inputlookup cim_http_methods.csv | stats count by http_method"
    pack.detection("Disk", search, search_test("Fires"))
    assert pack.only().outcome is Outcome.PASSED
    assert "cim_cloud_domains.csv" in world_of(Context(load_pack(pack.folder).pack, TODAY)).lookups


def test_the_packs_own_stands_above_what_is_shipped(pack: SmallPack) -> None:
    pack.lookup("identity_lookup_expanded", "identity,priority\nkim,high\n")
    search = '`ex_audit` | lookup identity_lookup_expanded identity as user OUTPUT priority | where priority="high"'
    pack.detection("Disk", search, search_test("Fires", [event(user="kim")], expected_results=1))
    assert pack.only().outcome is Outcome.PASSED


def test_a_macro_whose_definition_is_a_sites_is_replaced_by_the_test_or_named(pack: SmallPack) -> None:
    search = "`ex_audit` `get_user_only(kim)` | stats count by user"
    given = {"get_user_only(1)": "(user=$user$)"}
    pack.detection(
        "Disk",
        search,
        search_test("Said", [event(user="kim"), event(user="lee")], expected_results=1, macros=given),
        search_test("Not said", [event(user="kim")], expected_results=1),
    )
    said, unsaid = pack.run()
    assert said.outcome is Outcome.PASSED
    assert unsaid.failure is not None
    assert "`get_user_only(1)` is not defined" in unsaid.failure.message
    assert unsaid.failure.reasons == ("each site defines it: say under `macros` of the test what it stands for",)
    assert (unsaid.outcome, unsaid.failure.cause) == (Outcome.NOT_RUN, Cause.MACRO)


def test_a_macro_of_a_site_is_known_as_such_within_another_macro() -> None:
    own = {"mine": MacroDefinition("mine", (), "x `get_user_only(kim)`"), "lost": MacroDefinition("lost", (), "`gone`")}
    for search, of_site in (("`mine`", True), ("`get_user_only(kim)`", True), ("`lost`", False), ("`gone`", False)):
        with pytest.raises(UnknownMacro, match="is not defined") as caught:
            expand(search, own)
        assert shipped.without_definition(caught.value) is of_site
        assert caught.value.span.start == 0


def test_rows_that_are_not_bundled_are_no_empty_lookup(pack: SmallPack) -> None:
    search = "`ex_audit` | lookup cim_http_status_lookup status OUTPUT status_description"
    rows = {"cim_http_status_lookup": [{"status": "200", "status_description": "OK"}]}
    pack.detection(
        "Disk",
        search,
        search_test("Without", [event(status=200)], expected_results=1),
        search_test("With", [event(status=200)], expected_rows=[{"status_description": "OK"}], lookups=rows),
    )
    without, given = pack.run()
    assert without.outcome is Outcome.FAILED
    assert without.failure is not None
    assert "123 rows are not bundled" in without.failure.message
    assert given.outcome is Outcome.PASSED
