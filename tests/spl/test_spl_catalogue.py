"""The catalogue: complete for what public content uses, and true to itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from storypack.spl import catalogue, parse
from storypack.spl import tree as t
from storypack.spl.cards import cards, enter
from storypack.spl.catalogue.model import Flow, Kind

# What the public searches use (detections, baselines, macros), with an example of ours for each command.
COMMANDS = {
    "tstats": "| tstats count from datamodel=Web by Web.src",
    "stats": "a | stats count by b",
    "rename": "a | rename b as c",
    "where": "a | where b>1",
    "eval": "a | eval b=1",
    "search": "a | search b=1",
    "table": "a | table b c",
    "lookup": "a | lookup t b OUTPUT c",
    "rex": 'a | rex field=b "(?<c>.)"',
    "bucket": "a | bucket _time span=1h",
    "bin": "a | bin _time span=1h",
    "fields": "a | fields - b",
    "eventstats": "a | eventstats avg(b) as c by d",
    "join": "a | join b [search c]",
    "outputlookup": "a | outputlookup t",
    "fillnull": "a | fillnull value=0 b",
    "spath": "a | spath input=b output=c path=d{}",
    "inputlookup": "| inputlookup t where b=1",
    "regex": 'a | regex b="c"',
    "dedup": "a | dedup b",
    "iplocation": "a | iplocation b",
    "mvexpand": "a | mvexpand b",
    "sort": "a | sort - b",
    "mstats": "| mstats avg(_value) where index=m by host",
    "apply": "a | apply model",
    "foreach": "a | foreach b* [eval c=1]",
    "append": "a | append [search b]",
    "appendpipe": "a | appendpipe [stats count]",
    "xmlkv": "a | xmlkv",
    "transaction": "a | transaction b maxspan=1m",
    "from": "| from datamodel:Risk.All_Risk",
    "map": 'a | map search="search b=$c$"',
    "fit": "a | fit DensityFunction b into m",
    "makemv": 'a | makemv delim="," b',
    "addtotals": "a | addtotals fieldname=b",
    "rare": "a | rare b",
    "replace": "a | replace b with c in d",
    "fromjson": "a | fromjson b",
    "top": "a | top b",
    "streamstats": "a | streamstats count",
    "timechart": "a | timechart count by b",
    "convert": "a | convert ctime(b)",
    "multikv": "a | multikv",
    "extract": "a | extract",
    "anomalydetection": "a | anomalydetection b action=annotate",
    "makecontinuous": "a | makecontinuous _time span=1d",
}
FUNCTIONS = """
    if match isnotnull mvindex now relative_time coalesce case isnull mvcount replace split mvfind true lower strftime
    len
    upper round min max like tostring floor null pow abs sqrt mvjoin substr trim mvmap mvfilter mvzip mvappend random
    cidrmatch mvdedup strptime urldecode
"""
AGGREGATIONS = """
    min max values dc distinct_count latest earliest avg stdev count sum list range p50 perc95
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_public_commands_are_known_and_read(name: str) -> None:
    facts = catalogue.command(name)
    assert facts is not None
    assert name in (facts.name, *facts.aliases)
    last = parse(COMMANDS[name]).commands[-1]
    assert isinstance(last, t.Opaque) == (not catalogue.is_command(name))


@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_public_functions_are_known(name: str) -> None:
    assert catalogue.function(name)


@pytest.mark.parametrize("name", AGGREGATIONS.split())
def test_public_aggregations_are_known(name: str) -> None:
    assert catalogue.aggregation(name)


def test_every_card_stands_in_the_file_of_its_name_or_of_its_family() -> None:
    """A node that several commands share, and what an app brings, is in one file; every other command in its own."""
    folder = Path(catalogue.__file__).parent.parent / "commands"
    shared = {file.stem for file in folder.glob("*.py") if len(_entered(file)) > 1}
    assert shared == {
        "stats", "chart", "tstats", "top", "combine", "enterprise_security", "extreme_search", "machine_learning",
            "db_connect", "internal", "ldap",
    }  # fmt: skip
    for file in folder.glob("*.py"):
        if file.stem not in shared and (names := _entered(file)):
            assert names == [file.stem.rstrip("_")]
    assert {name for file in folder.glob("*.py") for name in _entered(file)} == {
        card.facts.name for card in cards().values()
    }


def _entered(file: Path) -> list[str]:
    return re.findall(r'\bCommandFacts\(\s*"(\w+)"', file.read_text(encoding="utf-8"))


def test_a_search_loads_the_files_of_its_commands_alone() -> None:
    """Starting up is felt at each call of the tool."""
    script = """
import sys
from storypack.spl import parse
parse("index=a | table b | fillnull c")
print(*(name.rpartition(".")[2] for name in sys.modules if name.startswith("storypack.spl.commands.")))
"""
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert {"search", "table", "fillnull"} <= set(loaded)
    assert not {"rex", "kmeans", "stats", "xyseries"} & set(loaded)


def test_a_name_has_one_card() -> None:
    with pytest.raises(ValueError, match="`stats` has two cards"):
        enter(cards()["stats"])


def test_a_node_without_a_field_for_it_bears_the_name_of_its_command() -> None:
    assert [parse(f"a | {text}").commands[1].name for text in ("bucket _time", "rex b", "kv", "nobody")] == [
        "bin", "rex", "kv", "nobody"
    ]  # fmt: skip


def test_what_splunk_safeguards() -> None:
    """Securing the Splunk Platform: "Commands that trigger SPL safeguards"."""
    listed = "collect delete dump map mcollect meventcollect outputcsv outputlookup run runshellscript script sendalert"
    for name in (*listed.split(), "sendemail", "tscollect", "fit"):
        facts = catalogue.command(name)
        assert facts is not None
        assert facts.risky, name
    assert not any(facts.risky for name in ("stats", "rest", "join") if (facts := catalogue.command(name)))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("if", {3}),
        ("case", {2, 4, 6}),
        ("validate", {2, 4, 6}),
        ("round", {1, 2}),
        ("now", {0}),
        ("coalesce", {1, 2, 3, 4, 5, 6}),
        ("mvindex", {2, 3}),
        ("json_object", {0, 2, 4, 6}),
        ("json_set", {3, 5}),
    ],
)
def test_numbers_of_arguments(name: str, counts: set[int]) -> None:
    facts = catalogue.function(name)
    assert facts is not None
    assert {count for count in range(7) if facts.takes(count)} == counts


def test_arity_in_words() -> None:
    words = [(catalogue.functions()[name]).arity for name in ("if", "round", "coalesce", "case")]
    assert words == ["3", "1 to 2", "at least 1", "2, 4, 6, ..."]


def test_options_know_their_values() -> None:
    join = catalogue.command("join")
    assert join is not None
    kind = join.option("type")
    assert kind is not None
    assert kind.accepts("Left")
    assert not kind.accepts("sideways")
    maximum = join.option("max")
    assert maximum is not None
    assert maximum.accepts("0")
    assert not maximum.accepts("many")


def test_percentiles() -> None:
    from storypack.spl.catalogue.stats_functions import percentile

    assert [
        percentile(name) for name in ("p95", "perc99.9", "exactperc50", "upperperc5", "P1", "p", "perc101", "max")
    ] == [
        95.0,
        99.9,
        50.0,
        5.0,
        1.0,
        None,
        None,
        None,
    ]
    assert catalogue.aggregation("p101") is None


def test_names_in_any_case() -> None:
    assert catalogue.command("STATS") is catalogue.command("stats")
    assert catalogue.command("bucket") is catalogue.command("bin")
    assert catalogue.aggregation("DC") is catalogue.aggregation("distinct_count")
    assert catalogue.command("statz") is None


def test_every_entry_says_what_it_does_to_fields() -> None:
    for facts in catalogue.commands().values():
        if facts.kind is Kind.GENERATING:
            assert facts.flow in (Flow.OPEN, Flow.ONLY), facts.name
        assert facts.flow is not Flow.SAME or not facts.yields, facts.name
