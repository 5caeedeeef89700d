"""Where a search depends on what nobody has established, and which fields have a value in every row."""

from __future__ import annotations

import pytest

from storypack.spl import parse
from storypack.spl.nulls import before
from storypack.spl.unknown import dependences


@pytest.mark.parametrize(
    ("search", "places"),
    [
        ('index=a | where NOT user="adm"', ['NOT user="adm"']),
        ('index=a | where !match(user, "a")', ['!match(user, "a")']),
        ('index=a | where NOT user IN ("a", "b") AND count>1', ['NOT user IN ("a", "b")']),
        ("index=a | where NOT (a=1 OR host=2)", ["NOT (a=1 OR host=2"]),
        ("index=a | where NOT host=1", []),  # every event has one
        ('index=a user=* | where NOT user="adm"', []),
        ('index=a | where isnotnull(user) AND NOT user="adm"', []),
        ('index=a | where isnull(user) OR NOT user="adm"', []),
        ('index=a | where NOT isnull(user) AND NOT user="adm"', []),
        ('index=a | where NOT (isnotnull(user) AND user="adm")', []),
        ("index=a | where NOT isnull(user)", []),
        ('index=a | where user="kim" AND NOT user="lee"', []),
        ('index=a | where NOT coalesce(user, "-")="adm"', []),
        ('index=a | fillnull value="-" user | where NOT user="adm"', []),
        ('index=a | fillnull | where NOT user="adm"', ['NOT user="adm"']),  # user may be nowhere
        ("index=a | stats count max(b) as b by user | where NOT user=1 AND NOT count>5 AND NOT b=2", ["NOT b=2"]),
        ("index=a | stats count dc(b) as b | where NOT b>2 AND NOT count=1", []),
        ("index=a | stats values(host) as host by user | where NOT host=2", []),
        ("index=a | stats values(host) as host | where NOT host=2", ["NOT host=2"]),
        ("| tstats count from datamodel=Web by Web.user | rename Web.* as * | where NOT user=1", []),
        ("index=a user=1 | rename user as who | where NOT who=1 AND NOT user=1", ["NOT user=1"]),
        ("index=a user=1 | eval user=mvindex(user, 0) | where NOT user=1", ["NOT user=1"]),
        ('index=a | eval k=if(isnull(b), "x", "y"), l=case(c=1, "a", true(), "b") | where NOT k="x" AND NOT l="b"', []),
        ('index=a | eval l=case(c=1, "a") | where NOT l="b"', ['NOT l="b"']),
        ("index=a | eval k=if(isnotnull(b), if(NOT b=1, 1, 2), if(NOT b=2, 1, 2))", ["NOT b=2"]),
        ("index=a | eval k=if(isnull(b), 1, if(NOT b=1, 1, 2))", []),
        ('index=a user=1 | lookup t user OUTPUT owner | where NOT owner="x" AND NOT user=1', ['NOT owner="x"']),
        ('index=a | rex "(?<user>a+)" | where NOT user="x"', ['NOT user="x"']),
        ('index=a | mvexpand user | where NOT user="x"', []),
        ('index=a | eval u=mvfilter(NOT match(u, "x")), v=mvmap(u, if(NOT u="a", u, null()))', []),
        ("index=a | stats count(eval(NOT b=1)) as n", ["NOT b=1"]),
        ("index=a | head NOT b=1", ["NOT b=1"]),
        ("index=a NOT user=adm | search NOT user=adm", []),  # the command search is documented
        ('index=a host=1 | append [ search index=b | where NOT user="x" ]', ['NOT user="x"']),
        ('index=a user=1 | appendpipe [ where NOT user="x" | where NOT b=1 ]', ["NOT b=1"]),
        ("index=a [ search index=b | where NOT c=1 | return d ]", ["NOT c=1"]),
        ("index=a | eval s=substr(b, 0, 3), t=substr(b, 1, 3)", ["substr(b, 0, 3)"]),
        ('index=a path="C:\\Temp\\*" file IN ("a\\*", "b\\\\*") "x\\*y"', ['"C:\\Temp\\*"', '"a\\*"', '"x\\*y"']),
        ("index=a NOT () | search NOT (b=1) c=1 NOT ()", ["NOT ()", "NOT ()"]),
        (
            "index=a | stats perc95(b) as b max(c) p5(d) exactperc99.9(e) median(f) by g",
            ["perc95(b) as b", "p5(d)", "exactperc99.9(e)"],
        ),
        ("| tstats perc90(Web.bytes) from datamodel=Web", ["perc90(Web.bytes)"]),
        ("index=a | selfjoin host | selfjoin max=0 host", ["selfjoin host"]),
        ("index=a | trendline sma3(b) as c ema3(b) as d", ["ema3(b)"]),
        (
            'index=a user=* | map search="search index=b user=$user$ src=$src$"',
            ['map search="search index=b user=$user$ src=$src$"'],
        ),
        ('index=a user=* | map search="search index=b user=$user$ host=$host$"', []),
        ('index=a | stats values(b) as b count by c | eval d=b+"x", e=c+count', ['b+"x"']),
        ('index=a | stats values(b) as b by c | eval b=mvjoin(b, ","), d=b+"x" | where c+"y"="z"', []),
        ('index=a | eval m=split(b, ","), s=m+"c", m=mvcount(m), t=m+1', ['m+"c"']),
        ('index=a | makemv b | rename b as d | eval s=b+"c", t=mvdedup(b)+"c"', ['mvdedup(b)+"c"']),
        ("index=a | stats list(b) as b by c | mvexpand b | eval d=b+1", []),
        ("index=a | eventstats values(b) as b | streamstats count as n | where b+1=n", ["b+1"]),
        ("index=a 'user'=kim 'x' IN (1) other='kim'", ["'user'", "'x'"]),
        ('index=a | eval t=strptime(b, "%s%3N"), u=strptime(b, "%s.%3N")', ['strptime(b, "%s%3N")']),
    ],
)
def test_dependences(search: str, places: list[str]) -> None:
    found = sorted(dependences(parse(search)), key=lambda each: each.span)
    assert [search[each.span.start : each.span.end] for each in found] == places


def test_the_cure_says_what_means_the_same() -> None:
    (one,) = dependences(parse('index=a | where NOT user="adm"'))
    assert one.cure == 'write `isnull(user) OR user!="adm"` if rows without user are wanted, `user!="adm"` if not'
    (other,) = dependences(parse('index=a | where NOT match(user, "^a")'))
    assert other.cure.startswith("write `isnull(user) OR NOT ...`")


@pytest.mark.parametrize(
    ("search", "known"),
    [
        ("index=a | fields user, host", {"_time", "_raw", "host"}),
        ("index=a user=* | table user other", {"user"}),
        ("index=a (user=1 dest=2) OR (user=3 src=4) | table *", {"user"}),
        ('| makeresults | eval a=1, b=a."x", c=d | table a b c', {"a", "b"}),
        (
            'index=a | where like(user, "a") AND lower(dest)="b" | dedup src | table user dest src',
            {"user", "dest", "src"},
        ),
        ("index=a b=1 | streamstats count as n by host | eventstats count as m by c | table b n m", {"b", "n"}),
        ("index=a b=1 | spath output=b path=x | table b host", {"host"}),
        ("index=a b=1 | lookup t b OUTPUTNEW host | lookup t b OUTPUT source | table b host source", {"b", "host"}),
        ("index=a b=1 | `unknown` | table b", set()),
        ("index=a b=1 | fields - b | table b host", {"host"}),
    ],
)
def test_fields_with_a_value_in_every_row(search: str, known: set[str]) -> None:
    pipeline = parse(search)
    names = before(pipeline)
    for command in pipeline.commands:
        names = command.filled(names)
    if "table *" in search:
        names -= before(pipeline)
    assert names - {"index"} == known
