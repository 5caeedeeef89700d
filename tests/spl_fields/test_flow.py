"""The fields after a search: what is known, and whether others may be there."""

from __future__ import annotations

import pytest

from storypack.conformance.cases import cases
from storypack.spl import SplError, parse
from storypack.spl.catalogue import commands
from storypack.spl.fields import Tables, flow, uses
from storypack.spl.tree import Pipeline

TABLES = Tables(
    {"trusted": ("account", "owner")},
    lambda path: ("Web.src", "Web.dest", "Web.user") if path == "Web.Web" else (),
)
# Search; the fields of its rows (`+` at the end = and any other).
CLOSED = [
    ("index=a | stats count by user", "count user"),
    (
        "index=a | stats count dc(x) as n values(y) by user host",
        "count host n user values(y)",
    ),
    ('index=a | stats sum(eval(z*2)) | rename "sum(eval(z*2))" as s', "s"),
    ("index=a | stats count | eval a=1, b=a", "a b count"),
    ("index=a | table user src", "src user"),
    ("index=a | table user | rename user as who", "who"),
    ("index=a | stats count by Web.src Web.dest | rename Web.* as *", "count dest src"),
    ("index=a | stats count by a b | rename a as b, b as a", "a b count"),
    ("index=a | stats count by a b c | fields a c", "a c"),
    ("index=a | stats count by a b c _time | fields - b c*", "_time a"),
    ("index=a | stats count by _time a | fields a", "_time a"),
    ("index=a | stats count by a | eventstats max(count) as m", "a count m"),
    ("index=a | stats count by a | streamstats sum(count)", "a count sum(count)"),
    ("index=a | stats count by a | rex field=a \"(?<x>.)(?P<y>.)(?'z'.)(?<=b)(?:c)\"", "a count x y z"),
    ('index=a | stats count by a | rex field=a mode=sed "s/(?<x>a)/b/"', "a count"),
    ("index=a | stats count by a | lookup trusted account as a", "a account count owner"),
    ("index=a | stats count by a | lookup other account as a OUTPUT owner as who, x", "a count who x"),
    ("| inputlookup trusted", "account owner"),
    ("| inputlookup trusted | inputlookup append=t trusted where owner=x", "account owner"),
    ("| inputlookup trusted where owner=x | append [| makeresults | eval n=1]", "_time account n owner"),
    ("| tstats count min(_time) as first from datamodel=Web.Web by Web.src _time span=1h", "Web.src _time count first"),
    ("| tstats values(Web.*) as * from datamodel=Web.Web by Web.user", "Web.user dest src"),
    ("| tstats count where index=a by host PREFIX(user=)", "count host user="),
    ("index=a | top 5 user by host", "count host percent user"),
    ("index=a | rare user showperc=f countfield=n", "n user"),
    ("index=a | chart count avg(x) as m over host", "count host m"),
    ("index=a | timechart span=1h sum(x) as y", "_span _time y"),
    ("index=a | stats count by a | bin count as c span=10 | convert ctime(a) as when", "a c count when"),
    ("index=a | stats count by a | iplocation prefix=x_ a", "a count x_City x_Country x_Region x_lat x_lon"),
    ("index=a | stats count by a | spath input=a path=b.c | spath input=a output=d e", "a b.c count d"),
    ("index=a | stats count by a | fillnull value=0 b | addtotals fieldname=t | delta count as d", "a b count d t"),
    (
        "index=a | stats count by a | delta count | accum count as s | autoregress count p=2",
        "a count count_p2 delta(count) s",
    ),
    (
        'index=a | stats count by a | strcat a "-" count ac | addinfo',
        "a ac count info_max_time info_min_time info_search_time info_sid",
    ),
    ("index=a | stats count by a b | join a [search index=b | stats dc(x) as n by a]", "a b count n"),
    ("index=a | stats count by a | appendpipe [stats sum(count) as total]", "a count total"),
    ("index=a | stats count by a | appendcols [search index=b | stats max(y) as m]", "a count m"),
    ("index=a | stats count by a1 a2 | foreach a* [eval b_<<MATCHSTR>>=<<FIELD>>]", "a1 a2 b_1 b_2 count"),
    ("index=a | stats count by a | foreach mode=multivalue a [eval n=<<ITEM>>]", "a count n"),
    ("index=a | stats count by a | untable a name value", "a name value"),
    ("index=a | stats count by a | return 5 a", "search"),
    ("index=a | stats count by a | format", "search"),
    ("| multisearch [search index=a | fields a | table a] [search index=b | table b]", "a b"),
    ("| makeresults annotate=t", "_raw _time host source sourcetype splunk_server splunk_server_group"),
    ("| metadata type=hosts | fields host totalCount", "host totalCount"),
    ("index=a | stats count by a | where count>1 | sort - a | dedup a | head 5 | tail 2 | outputlookup x", "a count"),
    ("index=a | fieldsummary", "count distinct_count field is_exact max mean min numeric_count stdev values"),
    ("index=a | stats count by a | trendline sma5(count) as t wma2(count)", "a count t wma2(count)"),
    ("index=a | stats count by a | ut_shannon a", "a count ut_shannon"),
]
OPEN = [
    ("index=a user=x | eval n=1", ["user", "n", "_raw", "anything"], []),
    ("index=a | fields - user", ["src"], ["user"]),
    ("index=a | fields user s*", ["user", "src", "_time", "_raw"], ["dest"]),
    ("index=a | table s*", ["src"], ["dest", "_time"]),
    ("index=a | rename user as who", ["who", "src"], ["user"]),
    ("index=a | rename Web.* as *", ["src"], ["Web.src"]),
    ("index=a | fields - user | eval user=1", ["user"], []),
    ("index=a | fields - user | spath", ["user"], []),
    ("index=a | stats values(*) as v_* by host", ["v_user", "host"], ["user"]),
    ("index=a | stats count by a | `kept`", ["anything"], []),
    ("index=a | stats count by a | apply model", ["anything"], []),
    ("index=a | stats count by a | unknowncommand x", ["anything"], []),
    ("index=a | stats count by a | eval {a}_x=1", ["foo_x"], ["foo"]),
    ("index=a | chart count over host by user", ["host", "admin"], []),
    ("index=a | xyseries host user count | transpose", ["anything"], []),
    ("index=a | stats count by a | lookup other a", ["anything"], []),
    ("index=a | stats count by a | join a [search index=b]", ["anything"], []),
    ("index=a | foreach a* [eval <<FIELD>>_n=1]", ["ab_n", "x"], []),
    ('| from datamodel:"Web.Web"', ["src", "_time", "other"], []),
    ("| datamodel Web Web search", ["Web.src", "_time"], []),
    ('index=a | stats count by a | map search="search index=b user=$a$"', ["anything"], []),
    ("| rest /services/server/info", ["version"], []),
    ("index=a | stats count by a | union savedsearch:x", ["anything"], []),
]


@pytest.mark.parametrize(("search", "fields"), CLOSED)
def test_known(search: str, fields: str) -> None:
    after = flow(parse(search), TABLES)[-1].after
    assert not after.is_open
    assert " ".join(sorted(after.known)) == " ".join(sorted(fields.split(" ")))


@pytest.mark.parametrize(("search", "there", "missing"), OPEN)
def test_open(search: str, there: list[str], missing: list[str]) -> None:
    after = flow(parse(search), TABLES)[-1].after
    assert after.is_open
    assert [name for name in there if not after.has(name)] == []
    assert [name for name in missing if after.has(name)] == []


def test_the_stage_that_dropped_a_field_is_known() -> None:
    stages = flow(parse("index=a | stats count by user | fields - count | rename user as who | table who"))
    after = stages[-1].after
    assert after.why("src") is stages[1].command
    assert after.why("count") is stages[2].command
    assert after.why("user") is stages[3].command


def test_a_field_that_was_never_there_was_dropped_by_nobody() -> None:
    stages = flow(parse("| makeresults | eval a=1 | stats count by a"))
    assert stages[-1].after.why("b") is None


def _read_with_any(name: str, arguments: list[str]) -> Pipeline:
    """The search with the first arguments that the command takes, which may be those of a conformance case."""
    for each in arguments:
        try:
            return parse(f"index=a | {name} {each}")
        except SplError:
            pass
    stages = (stage for case in cases() if name in case.spl for stage in parse(case.spl).commands)
    return parse(f"index=a | {next(stage for stage in stages if stage.name == name).to_spl()}")


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_of_the_catalogue_is_handled(name: str) -> None:
    arguments = {
        "search": "a=1", "where": "a=1", "eval": "a=1", "fieldformat": "a=1", "rex": '"(?<a>b)"', "regex": 'a="b"',
        "bin": "a", "bucket": "a", "discretize": "a", "head": "5",
        "from": "datamodel:Web.Web", "rename": "a as b", "replace": "a with b", "convert": "ctime(a)",
        "tstats": "count", "mstats": "count(a)", "mcatalog": "values(a)", "foreach": "a [eval b=1]",
        "map": 'search="search a"',
        "join": "a [search b]", "set": "union [search a] [search b]",
        "lookup": "trusted account", "inputlookup": "trusted",
        **dict.fromkeys(("append", "appendcols", "appendpipe", "union", "multisearch"), "[search a]"),
        **dict.fromkeys(("stats", "eventstats", "streamstats", "sistats", "geostats", "sigeostats"), "count by a"),
        **dict.fromkeys(("chart", "sichart", "timechart", "sitimechart"), "count by a"),
    }  # fmt: skip
    stages = flow(_read_with_any(name, [arguments[name]] if name in arguments else ["a b c", "a"]), TABLES)
    assert len(stages) == 2
    assert [use.name for use in uses(stages[-1].command)] == list(
        dict.fromkeys(use.name for use in uses(stages[-1].command))
    )


@pytest.mark.parametrize(
    ("stage", "read"),
    [
        ("search a=1 (NOT b IN (1, 2) OR c>3) word TERM(x) [search d=1]", "a b c"),
        ("where 'a b'=c AND isnull(d) OR NOT like(lower(e), \"f%\")", "a b|c|e"),
        ("eval a=b+1, c=a, d=coalesce(e, f), g=\"h\"", "b"),
        ("stats count sum(a) dc(eval(if(b=1, c, null()))) by d", "a b c d"),
        ("timechart avg(a) by b", "_time a b"),
        ("chart count over a by b", "a b"),
        ("rename a as b, c as d, x* as y*", "a c"),
        ("rex \"(?<a>b)\"", "_raw"),
        ("rex field=a \"(?<b>c)\" offset_field=d", "a"),
        ("regex a!=\"b\"", "a"),
        ("lookup t a AS b c OUTPUT d", "b c"),
        ("sort - a num(b)", "a b"),
        ("dedup 2 a b sortby c", "a b c"),
        ("top 3 a by b", "a b"),
        ("table a b*", "a"),
        ("mvexpand a limit=3", "a"),
        ("spath input=a b", "a"),
        ("strcat a \"b\" c d", "a c"),
        ("join type=left a [search b=1]", "a"),
        ("convert ctime(a) as b", "a"),
        ("untable a b c", "a"),
        ("head (a>1)", "a"),
        ("rangemap field=a b=0-5 \"c d\"=6-9", "a"),
    ],
)  # fmt: skip
def test_uses(stage: str, read: str) -> None:
    command = parse(f"index=x | {stage}").commands[1]
    found = [use.name for use in uses(command) if not use.forgiving]
    assert sorted(dict.fromkeys(found)) == sorted(read.split("|" if "|" in read else " "))
