"""Searches limited to a part: the author's text, and what becomes of it."""

from __future__ import annotations

import pytest

from storypack.remote.narrow import CannotNarrow, Part, is_ordered, narrow, reads_lookups, with_head, writes_lookups
from storypack.spl import parse
from storypack.spl.source import SplError

PART = Part("exf_test", "r-1", ("web1", "db 2"))
TERM = "index=exf_test storypack_part::r-1"
MODEL = 'index=exf_test (host=web1 OR host="db 2")'

PAIRS = {
    "x=1 | stats count": f"{TERM} (x=1) | stats count",
    "search x=1": f"search {TERM} (x=1)",
    "search | stats count": f"search {TERM} | stats count",
    "a OR b": f"{TERM} (a OR b)",
    "NOT a": f"{TERM} (NOT a)",
    "index=aws sourcetype=x": f"{TERM} (index=exf_test sourcetype=x)",
    'index="aws*" OR (index=b c=d)': f"{TERM} (index=exf_test OR (index=exf_test c=d))",
    "index IN (a, b) x": f"{TERM} (index=exf_test x)",
    "NOT index=a index!=b x": f"{TERM} (NOT index=a index!=b x)",
    "earliest=-1h x": f"{TERM} (earliest=-1h x)",
    "x | search index=aws": f"{TERM} (x) | search index=aws",
    "a [search index=b x | fields host]": f"{TERM} (a [search {TERM} (index=exf_test x) | fields host])",
    "a | append [search b] | appendpipe [search c]": f"{TERM} (a) | append [search {TERM} (b)] | appendpipe [search c]",
    "a | join u [| tstats count by host]": f"{TERM} (a) | join u [| tstats count where {TERM} by host]",
    "| multisearch [search a] [search b]": f"| multisearch [search {TERM} (a)] [search {TERM} (b)]",
    "| tstats count": f"| tstats count where {TERM}",
    "| tstats count where index=* by host": f"| tstats count where {TERM} (index=exf_test) by host",
    "| tstats count from datamodel=Web.Web where (Web.a=1) OR Web.b=2 groupby Web.c":
        f"| tstats count from datamodel=Web.Web where {MODEL} ((Web.a=1) OR Web.b=2) groupby Web.c",
    "| tstats count from datamodel=Web.Web by _time span=1h":
        f"| tstats count from datamodel=Web.Web where {MODEL} by _time span=1h",
    "stats count by a | where count>1": f"search {TERM} | stats count by a | where count>1",
    "eval x=1 | append [search b]": f"search {TERM} | eval x=1 | append [search {TERM} (b)]",
    "tstats count by host": f"| tstats count where {TERM} by host",
    "inputlookup known": "| inputlookup copy",
    "x | append [inputlookup known]": f"{TERM} (x) | append [inputlookup copy]",
    "`theirs` | stats count": f"{TERM} (`theirs`) | stats count",
    "| inputlookup known | lookup known a": "| inputlookup copy | lookup copy a",
    '| makeresults | lookup "known" a | outputlookup append=t known':
        "| makeresults | lookup copy a | outputlookup append=t copy",
}  # fmt: skip


def squeezed(text: str) -> str:
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")").replace(" ]", "]")


@pytest.mark.parametrize(("given", "wanted"), PAIRS.items(), ids=lambda text: text[:40])
def test_every_place_where_events_enter(given: str, wanted: str) -> None:
    found = narrow(given, PART, {"known": "copy"})
    assert squeezed(found) == wanted
    parse(found)


def test_without_a_mark_it_is_the_whole_index() -> None:
    assert squeezed(narrow("x", Part("main"))) == "index=main (x)"
    assert "host" not in narrow("| tstats count from datamodel=Web.Web", Part("main", hosts=("a",)))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("| rest /services", "`rest`"),
        ("| from datamodel:Web", "`from`"),
        ("| datamodel Web Web search", "`datamodel`"),
        ("| union datamodel:Web, [search x]", "`union`"),
        ("x | collect index=summary", "`collect`"),
        ("x | append [search y | sendemail to=a@example.com]", "`sendemail`"),
        ("x | map search=\"search index=b\"", "`map`"),
        ("x | delete", "`delete`"),
        ("x | outputlookup theirs", "writes a lookup"),
        ("| `theirs` | stats count", "macro `theirs`"),
    ],
)  # fmt: skip
def test_refused_by_name(given: str, why: str) -> None:
    with pytest.raises(CannotNarrow, match=why.replace("|", r"\|")):
        narrow(given, PART, {"known": "copy"})


def test_what_is_no_search() -> None:
    with pytest.raises(SplError):
        narrow("x | stats(", PART)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("stats count", "search * | stats count"), ("tstats count", "| tstats count"), ("a b", "a b"),
     ("| stats count", "| stats count"), ("search a", "search a"), ("`m`", "`m`")],
)  # fmt: skip
def test_a_search_without_its_head(given: str, wanted: str) -> None:
    assert with_head(given) == wanted


def test_lookups_that_a_search_needs() -> None:
    assert reads_lookups("x | lookup a b | append [| inputlookup c] | lookup a d | outputlookup e") == ["a", "c", "e"]


@pytest.mark.parametrize(
    "text", ["x | outputlookup e", "x | OutputLookup e", "x | append [| makeresults | outputlookup e]"]
)
def test_a_search_that_writes_a_table(text: str) -> None:
    assert writes_lookups(text)


@pytest.mark.parametrize("text", ['search "| outputlookup e"', "x | eval outputlookup=1", "| inputlookup e"])
def test_a_search_that_only_names_the_command(text: str) -> None:
    assert not writes_lookups(text)


@pytest.mark.parametrize(
    ("spl", "ordered"),
    [
        ("x | sort a", True),
        ("x | sort a | eval b=1 | table a b", True),
        ("x | stats count by a", False),
        ("x | sort a | stats list(b) by c", False),
    ],
)
def test_whose_order_it_is(spl: str, ordered: bool) -> None:
    assert is_ordered(spl) is ordered
