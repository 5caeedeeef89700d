"""Random pipelines over random events: a search may be refused, but nothing may break inside."""

from __future__ import annotations

import random
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
PIECES = [piece.strip() for line in STAGES.strip().splitlines() for piece in line.split(" ; ")]


def events(source: random.Random) -> list[dict[str, Any]]:
    found = []
    for at in range(source.randint(0, 5)):
        event: dict[str, Any] = {"_time": 1_700_000_000 - 30 * at, "_raw": source.choice(RAWS)}
        event.update({name: source.choice(VALUES) for name in FIELDS[:3] if source.random() < 0.8})
        found.append(event)
    return found


def pipeline(source: random.Random) -> str:
    def piece() -> str:
        pieces = source.choice(PIECES).split("%")
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
