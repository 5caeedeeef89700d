"""The tests of a search: are there enough, and can they be run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.checks.searches.world import world_of
from storypack.issue import Severity
from storypack.pack.models import Detection, Investigation
from storypack.pack.models.base import Content
from storypack.pack.models.search import EventsTest, Search, SearchTest
from storypack.spelling import did_you_mean, one_of


def must_not_fire(test: SearchTest) -> bool:
    """Whether the test shows that the detection stays silent."""
    return test.expected_results == 0


@rule(
    "SP170",
    "Production detection without a test that fires",
    on="detection",
    policy=True,
    why="A detection that was never seen to find its attack may never find it: a field that is spelt wrong is enough.",
    example="status: production\ntests: []",
    cure="Add a test with events of the attack, or set status: experimental.",
)
def no_firing_test(detection: Detection, context: Context) -> Faults:
    unit = [test for test in detection.tests if test.test_type == "unit"]
    if detection.status == "production" and not any(not must_not_fire(test) and test.attack_data for test in unit):
        cure = "add a test with attack_data and expected_results of at least 1"
        yield Fault("no test must fire", "tests", cure)


@rule(
    "SP171",
    "Production detection without a test that stays silent",
    on="detection",
    policy=True,
    why="A search that finds everything passes every test that must fire. One with ordinary events shows what it "
    "leaves alone.",
    example="status: production\ntests:\n- {name: Fires, attack_data: [...]}",
    cure="Add a test with events of everyday use and expected_results: 0.",
)
def no_silent_test(detection: Detection, context: Context) -> Faults:
    unit = [test for test in detection.tests if test.test_type == "unit"]
    if detection.status == "production" and not any(must_not_fire(test) and test.attack_data for test in unit):
        yield Fault("no test must stay silent", "tests", "add one with expected_results: 0")


@rule(
    "SP172",
    "Test data missing",
    on="search",
    policy=True,
    why="The test can not be run, and so the detection is not tested.",
    example="attack_data:\n- {data: tests/data/aws/shar_snapshot.jsonl, sourcetype: aws:cloudtrail}",
    cure="Write the path from the pack's folder.",
)
def data_missing(search: Search, context: Context) -> Faults:
    for number, test in enumerate(search.tests):
        for index, data in enumerate(test.attack_data):
            if "://" in data.data or (size := context.size_of(data.data)):
                continue
            key = f"tests.{number}.attack_data.{index}.data"
            if size is None:
                path = PurePosixPath(data.data)
                siblings = [sibling.name for sibling in (context.root / path.parent).glob("*")]
                yield Fault(f"there is no file '{data.data}'", key, did_you_mean(path.name, sorted(siblings)))
            else:
                yield Fault(f"'{data.data}' is empty", key, "put at least one event into it")


@rule(
    "SP173",
    "Two tests of one name",
    on="search",
    policy=True,
    why="A report could not say which of them failed.",
    example="tests:\n- name: Fires\n- name: Fires",
    cure="Say in each name what the test shows.",
)
def test_names(search: Search, context: Context) -> Faults:
    names = [test.name for test in search.tests]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault(f"two tests are called '{name}'", f"tests.{number}.name")


@rule(
    "SP174",
    "Test that nobody can run offline",
    on="search",
    policy=True,
    severity=Severity.WARNING,
    why="Events behind a URL are not fetched: tests must give the same result tomorrow, and without a network.",
    example="attack_data:\n- {data: https://example.com/events.log, sourcetype: XmlWinEventLog}",
    cure="Put the few events that matter into the pack's tests/data/, or run `storypack test --attack-data`.",
)
def data_is_remote(search: Search, context: Context) -> Faults:
    for number, test in enumerate(search.tests):
        for index, data in enumerate(test.attack_data):
            if "://" in data.data and test.test_type == "unit":
                yield Fault(
                    "the events are behind a URL, which is not fetched", f"tests.{number}.attack_data.{index}.data"
                )


@rule(
    "SP175",
    "Test that contradicts itself",
    on="search",
    why="It can not pass, whatever the search does, or it shows nothing.",
    example="expected_results: 0\nexpected_rows: [{user: alice}]",
    cure="Correct expected_results or expected_rows.",
)
def contradiction(search: Search, context: Context) -> Faults:
    for number, test in enumerate(search.tests):
        if test.expected_results == 0 and test.expected_rows:
            yield Fault("the test expects no rows and names some", f"tests.{number}.expected_rows")
        for index, row in enumerate(test.expected_rows):
            if not row:
                yield Fault("an expected row without a field matches any", f"tests.{number}.expected_rows.{index}")


@rule(
    "SP176",
    "Experimental test without a reason",
    on="search",
    policy=True,
    severity=Severity.WARNING,
    why="An experimental test is not run. In a year nobody knows what it waits for.",
    example="- {name: Fires, test_type: experimental}",
    cure="Add reason: and say what is missing.",
)
def no_reason(search: Search, context: Context) -> Faults:
    for number, test in enumerate(search.tests):
        if test.test_type == "experimental" and not (test.reason or test.description):
            yield Fault("the test is experimental and does not say why", f"tests.{number}.test_type")


@rule(
    "SP177",
    "Test with a sourcetype that no data source has",
    on="search",
    policy=True,
    severity=Severity.WARNING,
    why="The test shows that the search works on other events than those it says it reads.",
    example="data_source: [AWS CloudTrail PutObject]\ntests:\n- attack_data: [{data: ..., sourcetype: syslog}]",
    cure="Correct the sourcetype, or name the data source.",
)
def other_sourcetype(search: Search, context: Context) -> Faults:
    sourcetypes = [context.sourcetype(name) for name in search.data_sources]
    known = {sourcetype.lower() for sourcetype in sourcetypes if sourcetype is not None}
    if not known or None in sourcetypes:
        return
    for number, test in enumerate(search.tests):
        for index, data in enumerate(test.attack_data):
            if data.sourcetype.lower() not in known:
                key = f"tests.{number}.attack_data.{index}.sourcetype"
                listed = ", ".join(sorted(known))
                yield Fault(
                    f"no data source of this search has the sourcetype '{data.sourcetype}'", key, f"they have {listed}"
                )


@rule(
    "SP178",
    "Test that replaces what is not there",
    on="content",
    why="The macro or lookup that the search really uses stays as it is: the test shows something else than it says.",
    example="tests:\n- name: Fires\n  macros: {exf_clodtrail: sourcetype=x}",
    cure="Use the name that the search uses: name(2) for a macro with two arguments.",
)
def replaces_nothing(content: Content, context: Context) -> Faults:
    tests: Sequence[EventsTest] = content.tests if isinstance(content, Search | Investigation) else ()
    if not any(test.macros or test.lookups for test in tests):
        return
    world = world_of(context)
    for number, test in enumerate(tests):
        key = f"tests.{number}"
        for stanza in test.macros:
            if stanza not in world.macros:
                cure = did_you_mean(stanza, world.macros)
                yield Fault(f"there is no macro '{stanza}' to replace", _below(f"{key}.macros", stanza), cure)
        for name, rows in test.lookups.items():
            if name not in world.lookups:
                cure = did_you_mean(name, world.own_lookups)
                yield Fault(f"there is no lookup '{name}' to replace", _below(f"{key}.lookups", name), cure)
                continue
            columns = world.lookups[name]
            for index, row in enumerate(rows):
                for field in row if columns else ():
                    if field not in columns:
                        where = _below(f"{key}.lookups", name)
                        place = _below(f"{where}.{index}", field) if where.endswith(name) else where
                        yield Fault(f"the lookup has no column '{field}'", place, one_of(field, columns))


def _below(key: str, name: str) -> str:
    """The key path one step down; the parent's where the name itself would be read as several steps or a number."""
    return key if "." in name or name.isdigit() else f"{key}.{name}"
