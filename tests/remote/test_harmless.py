"""Searches that may run on somebody's instance, and those that may not, wherever the command stands."""

from __future__ import annotations

import pytest

from storypack.remote.harmless import READING, MayChange, check_reads_only
from storypack.spl.catalogue import commands

READS = [
    "index=main | stats count by user | sort - count",
    "| tstats count from datamodel=Web by Web.user | rename Web.* AS *",
    "x | append [search y | inputlookup append=t known]",
    'x | foreach a* [ eval <<FIELD>>=round("<<FIELD>>", 2) ]',
    "x | rest /services/server/info",
]
CHANGES = {
    "| outputlookup known": "outputlookup",
    "x | collect index=summary": "collect",
    "x | append [search y | outputcsv file]": "outputcsv",
    "x | where [search y | sendemail to=a@example.com]": "sendemail",
    "x | foreach a* [ collect index=summary ]": "collect",
    "x | foreach mode=multivalue m [ eval n=1 | mycommand ]": "mycommand",
    "x | join user [search y | dbxquery query=z]": "dbxquery",
    'x | map search="search user=$user$"': "map",
    "x | acmesend now": "acmesend",
    "x | `theirs`": "theirs",
    "`theirs` | stats count": "theirs",
    "x | eval a=`theirs(1)`": "theirs",
    "| savedsearch Weekly": "savedsearch",
    "| multisearch [search a] [search b | delete]": "delete",
    "x | fit KMeans a into model": "fit",
}


@pytest.mark.parametrize("text", READS)
def test_what_only_reads_may_run(text: str) -> None:
    check_reads_only(text)


@pytest.mark.parametrize(("text", "name"), CHANGES.items())
def test_what_may_change_is_named(text: str, name: str) -> None:
    with pytest.raises(MayChange) as refusal:
        check_reads_only(text)
    assert refusal.value.name == name
    check_reads_only(text, frozenset({name}) | ({"eval"} if name == "mycommand" else set()))


def test_every_command_of_the_list_is_one_that_the_catalogue_knows() -> None:
    assert set(commands()) >= READING
