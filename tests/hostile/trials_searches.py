"""Trials with searches that somebody else wrote: odd numbers and values, deep nesting, rows and text that grow."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from storypack.engine import EngineError, run_search
from tests.hostile.trials import Place, hold, trial

ODD_NUMBERS = (
    "0",
    "-1",
    "1e400",
    "inf",
    "nan",
    "9223372036854775808",
    "1e15",
    "-0",
    "2147483648",
    "99999999999999999999",
    "0.5",
    "1e-400",
    "0x10",
    "",
    "null",
)
STAGES = (
    "head {n}",
    "tail {n}",
    "bin _time span={n}",
    "bin x bins={n}",
    "bin x span={n}",
    "streamstats window={n} sum(x) as s",
    "eval y=round(x, {n})",
    "eval y=substr(a, {n}, {n})",
    "eval y=mvrange(0, {n}, {n})",
    "eval y=pow(x, {n})",
    "eval y=x*{n}",
    'eval y=strftime({n}, "%c")',
    'eval y=relative_time({n}, "-1d@d")',
    'eval y=mvindex(split(a,","), {n})',
    "where x>{n}",
    "eval _time={n} | timechart count",
    "eval _time={n} | bin _time span=1d",
    "makeresults count={n}",
    "top limit={n} a",
    "rare limit={n} a",
    "dedup {n} a",
    "transaction a maxspan={n}",
    "mvexpand a limit={n}",
    "sort {n} x",
    "untable a b b",
    "untable x a a",
    "xyseries a a a",
    'eval y=tostring({n}, "duration")',
    'eval y=printf("%{n}d", x)',
    "eval y=exp({n})",
    "eval y=tonumber(a, {n})",
    "eval y=urldecode(a)",
    'eval y=replace(a, "(b*)*c", "{n}")',
    'rex field=a "(?<q>(x+x+)+y)"',
    "accum x",
    "trendline sma{n}(x)",
    "transpose {n}",
    "chart limit={n} count over a by x",
    "stats perc{n}(x)",
    'eval y=max(x,{n},"a")',
    "eval y=random() % {n}",
    "convert ctime(x)",
    "eval y=sigfig({n}.00)",
    "append [ makeresults count={n} ]",
    "eval y=len(a)*{n} | stats sum(y) stdev(y) var(y)",
    'eval y=cidrmatch(a, "{n}")',
    "streamstats time_window={n} count",
    'eval y=mvjoin(mvrange(0,9), "{n}")',
    "fieldsummary maxvals={n}",
    "head x>{n}",
)
ODD_VALUES: tuple[Any, ...] = (
    float("inf"),
    float("-inf"),
    float("nan"),
    2**63,
    -(2**63),
    1e15,
    1e308,
    "",
    "1e400",
    "-0",
    "inf",
    None,
    ["1", "2"],
    "x" * 5000,
    "\x00",
    "٣",
)


@trial(9, 12)
def odd_numbers(draw: random.Random, place: Place) -> None:
    stages = [stage.replace("{n}", draw.choice(ODD_NUMBERS)) for stage in draw.choices(STAGES, k=draw.randint(1, 3))]
    events = [
        {"_time": draw.choice((0, 1.7e9, 1e15, -1e15)), "x": draw.choice(ODD_VALUES), "a": draw.choice(ODD_VALUES)}
        for _ in range(5)
    ]
    place.log.append(" | ".join(stages))
    head = "| " if stages[0].startswith("makeresults") else "search * | "
    try:
        run_search(head + " | ".join(stages), events=events, now=1.7e9)
    except EngineError as error:
        hold("internal" not in str(error).lower() and "bug of storypack" not in str(error), str(error)[:500])


FUNCTIONS = (
    "max({},{})",
    "min({},{})",
    "if({}>1,{},2)",
    "coalesce({},{})",
    "case({}=1,{})",
    "round({},2)",
    "abs({})",
    "tonumber({})",
    "len({})",
    "nullif({},{})",
    "mvappend({},{})",
    'replace({},"1","2")',
    "pow({},2)",
    "if(isnull({}),{},1)",
    "mvindex({},0)",
    "substr({},1,2)",
    "tostring({})",
    "lower({})",
    "mvcount({})",
    'split({},",")',
    "floor({})",
    "validate({}>0,{})",
)


@trial(11, 6)
def nested(draw: random.Random, place: Place) -> None:
    expression = "x"
    for _ in range(draw.randint(3, 12)):
        expression = (
            draw.choice(FUNCTIONS).replace("{}", expression) if len(expression) < 60_000 else f"abs({expression})"
        )
    search = draw.choice(
        (
            f"search * | eval y={expression}",
            f"search * | where {expression}>0",
            f"search * | stats sum(eval({expression}))",
        )
    )
    if draw.random() < 0.3:
        inner = "eval <<FIELD>>=1"
        for _ in range(draw.randint(1, 6)):
            inner = f"foreach a* [ {inner} ]"
        search = f"search * | {inner}"
    place.log.append(search[:200])
    if len(search) > 400_000:
        return
    with contextlib.suppress(EngineError):
        run_search(search, events=[{"x": "1", "a1": "2", "a2": "3"}])


@trial(12, 2)
def wide_and_growing(draw: random.Random, place: Place) -> None:
    search = draw.choice(
        (
            '| makeresults count=30000 | streamstats count | eval x="c".count | chart count over count by x limit=0',
            "| makeresults count=1000000000 | stats count",
            "| makeresults | eval a=mvrange(0,100000000)",
            '| makeresults | eval a="x" ' + "| eval a=a.a.a.a.a.a.a.a.a.a " * 10,
            "| makeresults count=100000 | transpose 0",
            "| makeresults count=2000 | streamstats count | join type=left max=0 _time [ makeresults count=2000 ]",
        )
    )
    place.run("search", search, "--memory", "300MB", "--limit", "5")
