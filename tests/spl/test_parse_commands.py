"""What becomes of each command's arguments, as trees."""

from __future__ import annotations

import pytest

from storypack.spl import parse
from storypack.spl import tree as t
from storypack.spl.tree import Field, MacroCall, Option, Word


def only(text: str) -> t.Command:
    """The last command of a search."""
    return parse(text).commands[-1]


def option(name: str, value: str) -> Option:
    return Option(name, Word(value))


def agg(func: str, field: str, text: str, alias: str = "") -> t.Aggregation:
    return t.Aggregation(func, Field(field) if field else None, Field(alias) if alias else None, text)


COUNT = agg("count", "", "count")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stats count", t.Stats("stats", (COUNT,))),
        ("stats c", t.Stats("stats", (agg("c", "", "c"),))),
        ("stats count()", t.Stats("stats", (COUNT,))),
        ("stats c(x) C(y)", t.Stats("stats", (agg("c", "x", "c(x)"), agg("c", "y", "C(y)")))),
        ("stats p95( x ) as n", t.Stats("stats", (agg("p95", "x", "p95(x)", "n"),))),
        ("stats perc99.9(x)", t.Stats("stats", (agg("perc99.9", "x", "perc99.9(x)"),))),
        ('stats sum("a b")', t.Stats("stats", (agg("sum", "a b", "sum(a b)"),))),
        ("stats sum('a b')", t.Stats("stats", (agg("sum", "a b", "sum(a b)"),))),
        ('stats values(a{}.b) AS "c d"', t.Stats("stats", (agg("values", "a{}.b", "values(a{}.b)", "c d"),))),
        (
            "stats allnum=t count by a b,c",
            t.Stats("stats", (COUNT,), (Field("a"), Field("b"), Field("c")), (option("allnum", "t"),)),
        ),
        ('stats `aggs` by `split("x")`', t.Stats("stats", (MacroCall("aggs"),), (MacroCall("split", ("x",)),))),
        (
            "streamstats window=5 current=f count",
            t.Stats("streamstats", (COUNT,), (), (option("window", "5"), option("current", "f"))),
        ),
        (
            'streamstats reset_before=(a=="x") count',
            t.Stats("streamstats", (COUNT,), (), (option("reset_before", '(a=="x")'),)),
        ),
        (
            "timechart span=1h count by host limit=5",
            t.Chart(
                "timechart", (COUNT,), None, t.SplitBy(Field("host"), (option("limit", "5"),)), (option("span", "1h"),)
            ),
        ),
        ("chart count over a by b", t.Chart("chart", (COUNT,), t.SplitBy(Field("a")), t.SplitBy(Field("b")))),
        ("chart count by a b", t.Chart("chart", (COUNT,), t.SplitBy(Field("a")), t.SplitBy(Field("b")))),
        ("chart count by a", t.Chart("chart", (COUNT,), t.SplitBy(Field("a")))),
        (
            "chart count over a by b where sum in top5",
            t.Chart("chart", (COUNT,), t.SplitBy(Field("a")), t.SplitBy(Field("b")), (), "sum in top5"),
        ),
        ("fields a, b*", t.Fields(False, (Field("a"), Field("b*")))),
        ("fields + a", t.Fields(False, (Field("a"),))),
        ("fields - a b", t.Fields(True, (Field("a"), Field("b")))),
        ("fields -a", t.Fields(True, (Field("a"),))),
        ('rename a.* as *, "b c" AS d', t.Rename(((Field("a.*"), Field("*")), (Field("b c"), Field("d"))))),
        (
            "sort - a, +num(b) -str(c)",
            t.Sort(
                (t.SortKey(Field("a"), True), t.SortKey(Field("b"), False, "num"), t.SortKey(Field("c"), True, "str"))
            ),
        ),
        ("sort 0 a desc", t.Sort((t.SortKey(Field("a")),), 0, True)),
        ("sort 20 a d", t.Sort((t.SortKey(Field("a")),), 20, True)),
        (
            "dedup 3 a b keepevents=t sortby -c",
            t.Dedup((Field("a"), Field("b")), 3, (option("keepevents", "t"),), (t.SortKey(Field("c"), True),)),
        ),
        ("head", t.Head()),
        ("head 5", t.Head(5)),
        ("head limit=5 null=t", t.Head(None, None, (option("limit", "5"), option("null", "t")))),
        ("head (a>1)", t.Head(None, t.Binary(">", Field("a"), t.Number("1")))),
        ("top 3 a by b showperc=f", t.Top("top", (Field("a"),), (Field("b"),), 3, (option("showperc", "f"),))),
        ("rare limit=2 a, b", t.Top("rare", (Field("a"), Field("b")), (), None, (option("limit", "2"),))),
        ("bin _time span=5m as t", t.Bin(Field("_time"), Field("t"), (option("span", "5m"),))),
        ("bucket bins=10 x", t.Bin(Field("x"), None, (option("bins", "10"),))),
        (r'rex field=a "(?<b>\d+)\""', t.Rex(Word(r'(?<b>\d+)"'), (option("field", "a"),))),
        (r'rex "a\\b" max_match=0', t.Rex(Word(r"a\b"), (option("max_match", "0"),))),
        ("rex (?<b>x+)", t.Rex(Word("(?<b>x+)"))),
        ("rex field=a `pattern`", t.Rex(MacroCall("pattern"), (option("field", "a"),))),
        ('regex a!="x|y"', t.Regex(Field("a"), "!=", Word("x|y"))),
        ('regex a = "x"', t.Regex(Field("a"), "=", Word("x"))),
        ('regex "x=y"', t.Regex(None, "=", Word("x=y"))),
        ("lookup t a", t.Lookup(Word("t"), (t.Mapping(Field("a")),))),
        (
            'lookup local=t "t x" a AS b, c OUTPUTNEW d, e AS f',
            t.Lookup(
                Word("t x"),
                (t.Mapping(Field("a"), Field("b")), t.Mapping(Field("c"))),
                "OUTPUTNEW",
                (t.Mapping(Field("d")), t.Mapping(Field("e"), Field("f"))),
                (option("local", "t"),),
            ),
        ),
        (
            "lookup `table` a output b",
            t.Lookup(MacroCall("table"), (t.Mapping(Field("a")),), "OUTPUT", (t.Mapping(Field("b")),)),
        ),
        (
            "| inputlookup append=t t.csv where a=1",
            t.Inputlookup(Word("t.csv"), t.Compare(Field("a"), "=", Word("1")), (option("append", "t"),)),
        ),
        ("| inputlookup t", t.Inputlookup(Word("t"))),
        ('| from datamodel:"A.B"', t.From("datamodel", "A.B")),
        ("| from inputlookup:x.csv", t.From("inputlookup", "x.csv")),
        (
            'replace "a*" with b, c with "d e" in f g',
            t.Replace(((Word("a*"), Word("b")), (Word("c"), Word("d e"))), (Field("f"), Field("g"))),
        ),
        (
            'rangemap Field=n Cold=-9--1, 1st = 0-9 "10 + more"=10-99 `hot` default=None',
            t.Rangemap(
                (option("field", "n"), option("default", "None")),
                (
                    t.Range(Word("Cold"), Word("-9--1")),
                    t.Range(Word("1st"), Word("0-9")),
                    t.Range(Word("10 + more"), Word("10-99")),
                    MacroCall("hot"),
                ),
            ),
        ),
        (
            'convert timeformat="%H" ctime(a) as b num(*c)',
            t.Convert(
                (t.ConvertCall("ctime", Field("a"), Field("b")), t.ConvertCall("num", Field("*c"))),
                (option("timeformat", "%H"),),
            ),
        ),
        (
            "return 5 a b=c $d",
            t.Return(
                (t.ReturnItem(Field("a")), t.ReturnItem(Field("c"), "b"), t.ReturnItem(Field("d"), value_only=True)), 5
            ),
        ),
        ("return $a", t.Return((t.ReturnItem(Field("a"), value_only=True),))),
        (
            "foreach a* b [ eval <<FIELD>>=1 | fields c ]",
            t.Foreach((Field("a*"), Field("b")), "eval <<FIELD>>=1 | fields c"),
        ),
        (
            "foreach mode=multivalue a [eval x=<<ITEM>>]",
            t.Foreach((Field("a"),), "eval x=<<ITEM>>", (option("mode", "multivalue"),)),
        ),
        (r'map search="search a=\"$b$\"" maxsearches=5', t.MapSearch('search a="$b$"', (option("maxsearches", "5"),))),
        ("map [search a=$b$]", t.MapSearch("search a=$b$")),
        ("map saved maxsearches=5", t.MapSearch("", (option("savedsearch", "saved"), option("maxsearches", "5")))),
        ("table a, b c", t.Plain("table", (Word("a"), Word("b"), Word("c")))),
        ("table", t.Plain("table")),
        ("fillnull value=0 a", t.Plain("fillnull", (Word("a"),), (option("value", "0"),))),
        ('makemv delim="," a', t.Plain("makemv", (Word("a"),), (option("delim", ","),))),
        ("spath output=a path=b{}.c", t.Plain("spath", (), (option("output", "a"), option("path", "b{}.c")))),
        ("transaction a b maxspan=5m", t.Plain("transaction", (Word("a"), Word("b")), (option("maxspan", "5m"),))),
        (
            'transaction a startswith=eval(x="(" OR y)',
            t.Plain("transaction", (Word("a"),), (option("startswith", 'eval(x="(" OR y)'),)),
        ),
        ("xyseries a b c", t.Plain("xyseries", (Word("a"), Word("b"), Word("c")))),
        ("iplocation prefix=x_ ip", t.Plain("iplocation", (Word("ip"),), (option("prefix", "x_"),))),
        ("trendline sma5(a) as b", t.Plain("trendline", (Word("sma5(a)"), Word("as"), Word("b")))),
        ("| rest /a/b?c=d count=0", t.Plain("rest", (Word("/a/b?c=d"),), (option("count", "0"),))),
        ("| makeresults", t.Plain("makeresults")),
        ("| datamodel Web Web search", t.Plain("datamodel", (Word("Web"), Word("Web"), Word("search")))),
        ("fieldformat a=tostring(b)", t.Fieldformat(t.Assignment(Field("a"), t.Call("tostring", (Field("b"),))))),
        (
            "eval a=1, 'b c'=2, \"d\"=3, {e}_f=4, g.h=5",
            t.Eval(
                tuple(
                    t.Assignment(Field(name), t.Number(str(n)))
                    for n, name in enumerate(["a", "b c", "d", "{e}_f", "g.h"], 1)
                )
            ),
        ),
        ("eval `m(x)`", t.Eval((MacroCall("m", ("x",)),))),
        ("search", t.Search(None)),
    ],
)
def test_command(text: str, command: t.Command) -> None:
    assert only(text) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "| tstats `m` summariesonly=t count min(_time) as first "
            "from datamodel=A.B where A.x=1 by A.y _time span=5m",
            t.Tstats(
                "tstats",
                (COUNT, agg("min", "_time", "min(_time)", "first")),
                "A.B",
                t.Compare(Field("A.x"), "=", Word("1")),
                (t.SplitBy(Field("A.y")), t.SplitBy(Field("_time"), (option("span", "5m"),))),
                (MacroCall("m"), option("summariesonly", "t")),
            ),
        ),
        (
            "| tstats count where index=a groupby host",
            t.Tstats("tstats", (COUNT,), "", t.Compare(Field("index"), "=", Word("a")), (t.SplitBy(Field("host")),)),
        ),
        ("| tstats count from sid=5", t.Tstats("tstats", (COUNT,), options=(option("sid", "5"),))),
        ("| tstats count from space", t.Tstats("tstats", (COUNT,), options=(option("from", "space"),))),
        (
            "| tstats prestats=t append=t count from datamodel=A",
            t.Tstats("tstats", (COUNT,), "A", options=(option("prestats", "t"), option("append", "t"))),
        ),
        (
            "| tstats avg(PREFIX(kb=)) as kb by host",
            t.Tstats(
                "tstats",
                (t.Aggregation("avg", Field("PREFIX(kb=)"), Field("kb"), "avg(PREFIX(kb=))"),),
                by=(t.SplitBy(Field("host")),),
            ),
        ),
        ("| tstats count by PREFIX(a=)", t.Tstats("tstats", (COUNT,), by=(t.SplitBy(Field("PREFIX(a=)")),))),
        (
            "| tstats count from datamodel=A where (a=1 OR by) by b",
            t.Tstats(
                "tstats",
                (COUNT,),
                "A",
                t.Or((t.Compare(Field("a"), "=", Word("1")), t.Keyword("by"))),
                (t.SplitBy(Field("b")),),
            ),
        ),
        (
            "| mstats avg(a.b) where index=m span=1m by host",
            t.Tstats(
                "mstats",
                (agg("avg", "a.b", "avg(a.b)"),),
                "",
                t.Compare(Field("index"), "=", Word("m")),
                (t.SplitBy(Field("host")),),
                (option("span", "1m"),),
            ),
        ),
    ],
)
def test_tstats(text: str, command: t.Command) -> None:
    assert only(text) == command


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('count(eval(a="b"))', 'count(eval(a="b"))'),
        ("avg(eval(a / b))", "avg(eval(a / b))"),
        ("sparkline", "sparkline"),
        ("sparkline(sum(x), 1h)", "sparkline(sum(x), 1h)"),
        ("dc(user)", "dc(user)"),
        ("distinct_count(user)", "distinct_count(user)"),
        ("values(a) as b", "b"),
    ],
)
def test_the_column_of_an_aggregation(written: str, name: str) -> None:
    command = only(f"stats {written} by x")
    assert isinstance(command, t.Stats)
    (aggregation,) = command.aggregations
    assert isinstance(aggregation, t.Aggregation)
    assert aggregation.output == name


def test_commands_with_subsearches() -> None:
    join = only("a | join type=left max=0 b, c [search d | head 1]")
    assert isinstance(join, t.Join)
    assert join.fields == (Field("b"), Field("c"))
    assert join.options == (option("type", "left"), option("max", "0"))
    assert len(join.pipeline.commands) == 2
    sides = only("a | join left=L right=R where L.x=R.y [search d]")
    assert isinstance(sides, t.Join)
    assert sides.options[-1] == option("where", "L.x=R.y")
    union = only('| union maxout=5 datamodel:"A.B" saved [search c] [search d]')
    assert isinstance(union, t.Combine)
    assert union.words == (Word("datamodel:A.B"), Word("saved"))
    assert len(union.pipelines) == 2
    pipe = only("a | appendpipe [stats count | eval b=1]")
    assert isinstance(pipe, t.Combine)
    assert isinstance(pipe.pipelines[0].commands[0], t.Stats)
    both = only("| set union [search a] [search b]")
    assert isinstance(both, t.Combine)
    assert both.words == (Word("union"),)


def test_commands_that_nobody_knows() -> None:
    command = only("a | xcommand b=1 \"d | e\" '[x|y'")
    assert command == t.Opaque("xcommand", "b=1 \"d | e\" '[x|y'")
    inner = only("a | xcommand b=1 [search c | head 1]")
    assert isinstance(inner, t.Opaque)
    assert len(inner.pipelines) == 1
    fit = only('a | fit DensityFunction x by "y" into app:model dist=norm')
    assert fit == t.Opaque("fit", 'DensityFunction x by "y" into app:model dist=norm')


def test_macros_as_stages() -> None:
    first, second, third = parse("`base` a=1 | `shape(x)` | `open` count by b").commands
    assert first == t.Search(t.And((MacroCall("base"), t.Compare(Field("a"), "=", Word("1")))))
    assert second == t.MacroStage(MacroCall("shape", ("x",)))
    assert third == t.MacroStage(MacroCall("open"), "count by b")


def test_leading_pipe() -> None:
    assert parse("  | makeresults").leading_pipe
    assert not parse("index=a | head 1").leading_pipe
