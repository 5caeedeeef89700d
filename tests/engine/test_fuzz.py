"""Random pipelines over random events: a search may be refused, but nothing may break inside."""

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Sequence
from typing import Any

import pytest

from storypack.engine import EngineError, run_search

FIELDS = ("a", "b", "c", "_time", "_raw", "none")
RAWS = ("a=1 b=2", "x y z", '{"k": {"v": [1, 2]}}', "<r><i n='1'>x</i></r>")
VALUES: tuple[Any, ...] = (
    1,
    2.5,
    -3,
    "a",
    "B",
    "10",
    "",
    "x y",
    ["a", "b"],
    ["1"],
    "10.0.0.1",
    '{"k": [1]}',
    1e20,
    "é",
)
LOOKUPS = {
    "t": {"rows": [{"k": "a", "v": "1"}, {"k": "a", "v": "2"}]},
    "w": {"rows": [{"k": "a*", "v": "1"}, {"k": "*", "v": ["2", "3"]}], "match_type": "WILDCARD(k)"},
}
STAGES = """
eval x=%+1 ; eval x=%.% ; eval %=if(isnull(%),"n",%) ; eval x=mvindex(split(%,","),0) ; eval {%}=1
eval x=max(%,%) ; where %=% ; where %>1 OR NOT %="a" ; search %=a* ; search %!=1 NOT % ; search %>5
regex %="a" ; head (%<3) ; head 2 ; stats count by % ; stats sum(%) max(%) values(%) by %
stats first(%) latest(%) dc(%) ; eventstats avg(%) as e by % ; streamstats count by %
streamstats window=2 sum(%) as s by % ; chart count over % by % ; chart max(%) by %
timechart span=1m count by % ; timechart avg(%) ; top % by a ; rare limit=1 % ; sort -%, % ; dedup % ; reverse
tail 2 ; fillnull ; fillnull value=z % new ; filldown ; mvexpand % ; makemv delim="," % ; nomv % ; mvcombine %
rex field=% "(?<r>\\w)(?<a>.)?" ; rex max_match=0 field=% "(?<b>\\w)" ; rex mode=sed field=% "s/a/b/g" ; spath
kv ; spath input=% path=k ; xmlkv ; table % x ; table * ; fields % a* ; fields - % ; rename % as x
rename a* as z* ; join % [ search a=* ] ; join type=left max=0 % [ search b=* ]
append [ search a=* | stats count ] ; append [ search b=* ] ; appendcols [ search a=* | table b ]
appendpipe [ stats count ] ; lookup t k as % OUTPUT v ; lookup w k as % ; lookup t k as % OUTPUTNEW v as %
outputlookup t ; inputlookup append=t t ; bin span=10 % ; bin _time span=1h ; bin bins=3 % ; transaction %
transaction % maxpause=1m mvlist=t ; foreach a b [ eval <<FIELD>>_n='<<FIELD>>' ] ; format ; return 2 %
replace *a* with q* in % ; convert num(%) ctime(%) ; strcat % "-" % x ; addtotals col=t ; accum % ; delta %
autoregress % ; xyseries % % % ; untable % k v ; transpose ; rangemap field=% low=0-5 ; tojson ; fromjson %
iplocation % ; selfjoin a ; map search="search a=$a$" ; search [ search a=* | fields % ]
eval x=[ search a=* | return $a ] ; multikv ; uniq ; reltime timefield=% ; fieldsummary maxvals=2 ; fieldsummary %
contingency % % ; contingency usetotal=f a % ; trendline sma2(%) as t wma3(a) ema2(%) ; metadata type=hosts
eval x=lookup("t", json_object("k", %), json_array("v"))
where isnull(lookup("w", json_object("k", %), json_array("v")))
foreach mode=auto_collections % [ eval x=<<ITEM>>.<<ITER>> ] ; transaction % startswith="x" endswith="1" keepevicted=t
selfjoin % keepsingle=t max=0 ; outputlookup append=t t ; join usetime=t % [ search a=* ] ; tstats count by %
eval x=mvreverse(%) ; eval x=tostring(length(%),"hex") ; sort ip(%) str(%) num(a) ; dedup 2 % consecutive=t sortby -%
streamstats time_window=1m count by % ; streamstats reset_on_change=t window=2 list(%) by %
head (%>1) null=t keeplast=t
"""
HOSTILE_STAGES = """
head # ; tail # ; sort # % ; sort limit=# % ; dedup # % ; top limit=# % ; rare limit=# % ; bin span=# %
bin bins=# % ; bin minspan=# % ; bin start=# end=# bins=# % ; bin _time span=#s ; timechart span=#m count
timechart limit=# count by % ; timechart bins=# count ; chart limit=# count over % by %
streamstats window=# sum(%) by % ; mvexpand % limit=# ; untable % % % ; untable a b b ; xyseries % % %
xyseries a a a ; transpose # ; transpose column_name=% # ; makeresults count=#
makeresults count=1 | eval x=mvrange(0,#) ; rex max_match=# field=% "(?<r>.)" ; fieldsummary maxvals=# %
join max=# % [ search a=* ] ; lookup w k as % ; accum % as % ; autoregress % p=# ; delta % p=# ; trendline sma#(%)
gentimes start=# end=# ; gentimes start=-1 end=# increment=#d ; eval x=substr(%,#,#) ; eval x=round(%,#)
eval x=pow(%,#) ; eval x=exp(#) ; eval x=ln(%) ; eval x=mvindex(split(%,""),#,#)
eval x=tostring(%,"hex"), y=tostring(%,"duration"), z=tostring(%,"commas") ; eval x=tonumber(%,#)
eval x=strftime(%,"%F %T %N %Q %Z") ; eval x=strptime(%,"%s") ; eval x=relative_time(%,"-#d@d") ; eval _time=%
eval x=printf("%#d %5.3f %s",%,%,%) ; eval x=bit_shift_left(%,#) ; eval x=bit_and(%,#) ; eval x=bit_not(%)
eval x=%/0, y=%%%, z=-% ; eval x=sqrt(%), y=floor(%), z=ceiling(%) ; eval x=sigfig(%*#) ; eval x=exact(%/#)
convert dur2sec(%) mktime(%) memk(%) ; convert rmunit(%) auto(%)
stats perc#(%) exactperc99(%) stdev(%) var(%) range(%) mode(%) median(%) ; stats list(%) values(%) by %
stats rate(%) earliest(%) latest_time(%) ; eventstats perc95(%) ; streamstats time_window=#s count
makecontinuous % ; makecontinuous _time span=#h ; makecontinuous % span=# ; transaction % maxspan=#s maxevents=#
transaction a maxpause=#m ; rangemap field=% low=#-# ; setfields x=# ; reltime timefield=% ; search earliest=#
search latest=-#d ; search %>=# ; where %<# ; where cidrmatch(%, %)
eval x=mvsort(mvappend(%,%)), y=mvdedup(%) , z=mvzip(%,%) ; eval x=json_extract(%, "k"), y=json_object(%, %)
eval x=json_array(%,%) ; eval x=mvmap(%, %+#) ; eval x=case(%>#,%,true(),%) ; addtotals ; addcoltotals ; addinfo
append maxout=# [ search a=* ] ; appendpipe [ head # ] ; multisearch [ search a=* ] [ search b=* ]
set diff [ search a=* ] [ search b=* ] ; inputlookup t max=# ; inputlookup t start=# ; outputlookup max=# t
format maxresults=# ; return # % ; map maxsearches=# search="search a=$a$" ; localize maxpause=#m ; gauge % # #
iconify % ; contingency maxrows=# maxcols=# % % ; makemv tokenizer="(.)" % ; spath path="{#}" input=%
eval x=spath(%,"a{#}") ; eval x=split(%,%) ; eval x=replace(%,"(.)","\\\\#") ; rex mode=sed field=% "s/./x/#"
replace # with # in % ; bin span=#log# % ; chart span=# count by % ; timechart span=1h limit=top# count by %
strcat % # x ; nomv % | mvcombine delim="#" % ; tags % ; typer ; foreach * [eval <<FIELD>>=#] ; head (%<#) limit=#
fillnull value=# % ; eval x=ipmask("#", %) ; eval x=md5(%).sha512(%) ; eval x=len(%)*#
eval x=min(%,#), y=max(%,#), z=avg(%,#), w=sum(%,#) ; eval x=random()%# ; eval x=mvrange(%,%,%) ; eval x=mvjoin(%,%)
eval x=mvcount(%)/mvfind(%,"#") ; eval x=strftime(_time+#,"%Y") ; eval x=now()-# ; eval x=if(%=%,%,#)
eval x=nullif(%,#) ; eval x=validate(%>#,%) ; eval x=tojson(%)
"""
"""`#` is one of NUMBERS."""

HOSTILE_VALUES: tuple[Any, ...] = (
    *VALUES,
    math.inf,
    -math.inf,
    math.nan,
    "inf",
    "nan",
    "1e308",
    "-1e400",
    2**70,
    -(2**70),
    "99999999999999999999",
    1e15,
    -1e15,
    "-0",
    ["1e999", "x"],
    "9" * 400,
    "a\0b",
)
TIMES = (1e15, -1e15, math.inf, math.nan, 2**63, 0, -1, 1e11, None)
NUMBERS = ("0", "-1", "1", "1.5", "1e15", "2147483648", str(2**63 - 1), str(2**63), "9" * 20, "-" + "9" * 20)
FUZZ = int(os.environ.get("STORYPACK_FUZZ", "1"))
"""How many times as long as usual; `make hostile` sets it."""


def _pieces(stages: str) -> list[str]:
    return [piece.strip() for line in stages.strip().splitlines() for piece in line.split(" ; ")]


PIECES = _pieces(STAGES)
HOSTILE_PIECES = PIECES + _pieces(HOSTILE_STAGES)


def events(source: random.Random, values: Sequence[Any] = VALUES) -> list[dict[str, Any]]:
    found = []
    for at in range(source.randint(0, 5)):
        event: dict[str, Any] = {"_time": 1_700_000_000 - 30 * at, "_raw": source.choice(RAWS)}
        event.update({name: source.choice(values) for name in FIELDS[:3] if source.random() < 0.8})
        found.append(event)
    return found


def pipeline(source: random.Random, choice: Sequence[str] = PIECES) -> str:
    def piece() -> str:
        pieces = source.choice(choice).split("%")
        return "".join(part + source.choice(FIELDS) for part in pieces[:-1]) + pieces[-1]

    return " | ".join(piece() for _ in range(source.randint(1, 5)))


@pytest.mark.parametrize("seed", range(8))
def test_nothing_breaks_inside(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(40):
        given, spl = events(source), pipeline(source)
        try:
            run_search(spl, given, {}, LOOKUPS, now=1_700_000_100)
        except EngineError as error:
            assert "Error:" not in str(error), f"{spl}\n{given}\n{error}"


@pytest.mark.parametrize("seed", range(4 * FUZZ))
def test_nothing_breaks_inside_at_numbers_that_no_search_has(seed: int) -> None:
    source = random.Random(f"hostile {seed}")
    for _ in range(60):
        given = events(source, HOSTILE_VALUES)
        if given and source.random() < 0.5:
            given[0]["_time"] = source.choice(TIMES)
        spl = re.sub("#", lambda _: source.choice(NUMBERS), pipeline(source, HOSTILE_PIECES))
        try:
            run_search(spl, given, {}, LOOKUPS, now=1_700_000_100)
        except EngineError as error:
            text = str(error)
            assert "should be able to say why" not in text and "Error:" not in text, f"{spl}\n{given}\n{text}"


@pytest.mark.parametrize(
    ("spl", "message"),
    [
        ("head limit=-1", "limit must be a whole number from 0"),
        ('rex max_match=99999999999999999999 field=a "(?<r>.)"', "max_match must be a whole number from 0"),
        ("streamstats window=-3 count", "window must be a whole number from 0"),
        ("autoregress a p=1-2147483648", "more than 1000 rows before"),
        ("bin bins=0 a", "bins must be a whole number from 1"),
        ("bin start=inf a", "start must be a number"),
        ("bin span=1log1 a", "needs a base above 1"),
        ("timechart span=99999999999999999999m count", "is too long"),
        ("untable a b b", "must differ"),
        ("makeresults count=-1", "count must be a whole number from 0"),
        ("append [ | makeresults count=-1 ]", "count must be a whole number from 0"),
        ("makecontinuous a span=1", "more than 50,000 bins"),
    ],
)
def test_what_no_option_can_be_is_refused_by_its_name(spl: str, message: str) -> None:
    with pytest.raises(EngineError, match=re.escape(message)):
        run_search(spl, [{"a": 1, "b": 2, "_time": 0}, {"a": 1e15, "b": 3, "_time": 5}])


@pytest.mark.parametrize(
    ("spl", "rows"),
    [
        ("timechart span=1h count", [{"_time": 0, "count": 1}]),
        ("bin span=1mon _time | table _time", [{"_time": math.inf}, {"_time": 10**15}, {"_time": 0}]),
        ("bin bins=2 a | table a", [{"a": "inf"}, {"a": "nan"}, {"a": "7-8"}]),
        ("eval x=tostring(a) | table x", [{"x": "inf"}, {"x": "nan"}, {"x": "7"}]),
        ('eval x=tostring(a, "commas") | table x', [{"x": "inf"}, {"x": "nan"}, {"x": "7"}]),
        ("search earliest=0 latest=10 | table a", [{"a": 7}]),
    ],
)
def test_what_is_not_finite_or_has_no_date_is_no_bin(spl: str, rows: list[dict[str, Any]]) -> None:
    events = [{"_time": math.inf, "a": math.inf}, {"_time": 1e15, "a": math.nan}, {"_time": 9, "a": 7}]
    found = run_search(spl, events if "timechart" not in spl else [events[0], events[2]])
    assert repr(found) == repr(rows)
