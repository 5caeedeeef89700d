"""Different spellings of the same, and the same spelling of what differs."""

from __future__ import annotations

import doctest

import pytest

from storypack.deploy import kinds, normalise
from storypack.deploy.normalise import normalised
from storypack.deploy.object_kind import ObjectKind


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        (kinds.SAVED_SEARCH, "disabled", "1", True),
        (kinds.SAVED_SEARCH, "disabled", "false", ""),
        (kinds.SAVED_SEARCH, "action.notable", "1", "true"),
        (kinds.SAVED_SEARCH, "action.risk.param.verbose", "0", None),
        (kinds.SAVED_SEARCH, "realtime_schedule", "1", None),
        (kinds.SAVED_SEARCH, "alert_threshold", "0", 0),
        (kinds.SAVED_SEARCH, "alert_threshold", "5", "5.0"),
        (kinds.SAVED_SEARCH, "alert.suppress.period", "604800", "1w"),
        (kinds.SAVED_SEARCH, "alert.suppress.period", "3600s", "1h"),
        (kinds.SAVED_SEARCH, "alert.suppress.fields", "user,dest", "user, dest"),
        (kinds.SAVED_SEARCH, "cron_schedule", "0 * * * *", " 0  * * * * "),
        (kinds.SAVED_SEARCH, "search", "a\n| b", " a  \r\n| b\n"),
        (kinds.SAVED_SEARCH, "action.notable.param._entities", '[{"a":1,"b":"x"}]', '[ {"b": "x", "a": 1.0} ]'),
        (
            kinds.SAVED_SEARCH,
            "action.notable.param.drilldown_searches",
            '[{"earliest_offset":"604800","name":"x"}]',
            '[{"name":"x","earliest_offset":"1w"}]',
        ),
        (kinds.LOOKUP, "match_type", "CIDR(ip),WILDCARD(user)", "CIDR(ip), WILDCARD(user)"),
        (kinds.LOOKUP, "case_sensitive_match", "true", ""),
        (kinds.LOOKUP, "max_matches", "1", 1),
        (kinds.LOOKUP_FILE, "content", 'a,b\r\n"1",2\r\n', "a,b\n1,2"),
        (kinds.LOOKUP_FILE, "content", "a,b\n,\n", "a,b"),
        (kinds.LOOKUP_FILE, "content", "b,a\n2,1\n", "a,b\n1,2\n"),
        (kinds.MACRO, "acl.write", "power,admin", "admin, power"),
    ],
)
def test_the_same(kind: ObjectKind, field: str, one: object, other: object) -> None:
    assert normalised(kind, field, one) == normalised(kind, field, other)


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        (kinds.SAVED_SEARCH, "disabled", "1", None),
        (kinds.SAVED_SEARCH, "realtime_schedule", "0", None),
        (kinds.SAVED_SEARCH, "alert.suppress.period", "60", "60m"),
        (kinds.SAVED_SEARCH, "alert.track", "auto", "1"),
        (kinds.SAVED_SEARCH, "search", 'a "x  y"', 'a "x y"'),
        (kinds.SAVED_SEARCH, "search", "a\n| b", "a | b"),
        (kinds.SAVED_SEARCH, "action.notable.param._entities", '["a","b"]', '["b","a"]'),
        (kinds.MACRO, "definition", "1", "1.0"),
        (kinds.MACRO, "definition", "true", "1"),
        (kinds.APP, "version", "1.10", "1.1"),
        (kinds.LOOKUP_FILE, "content", "a,b\n1,2\n", "a,b\n1,3\n"),
        (kinds.LOOKUP_FILE, "content", "a,b\n1,2\n3,4\n", "a,b\n3,4\n1,2\n"),
        (kinds.LOOKUP_FILE, "content", "a,b\n1,2\n", "a,c\n1,2\n"),
    ],
)
def test_not_the_same(kind: ObjectKind, field: str, one: object, other: object) -> None:
    assert normalised(kind, field, one) != normalised(kind, field, other)


def test_examples() -> None:
    assert doctest.testmod(normalise).failed == 0
