"""What is thrown away before it is looked at closely: never an event that matches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.engine.coarse import coarse_sql, exact_sql, outline, possible_terms
from storypack.engine.events.origin import EventFile
from storypack.engine.filters import relaxed
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import Origin
from storypack.engine.knowledge.scan import RunSql, open_scan
from storypack.engine.needles import needle_of
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.spl import parse_term, tree

NOW = 1_795_176_000.0
VALUES = (
    "Kim", "KIM LEE", r"C:\Temp\Rclone.exe", 'say "hello"', "<upload> & go", "über", "1000", "1e3", "a/b/curl", "x=y",
    "10.1.2.3", "true", "-", "tab\there", "archive.zip", "Ärger.zip",
)  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileSource]:
    folder = tmp_path_factory.mktemp("events")
    pairs = [(one, VALUES[(at * 7 + 3) % len(VALUES)]) for at, one in enumerate(VALUES)]
    texts = {
        "json": [
            json.dumps({"user": a, "name": b, "deep": {"er": a}, "many": [a, b]}, ensure_ascii=False) for a, b in pairs
        ],
        "numbers": ['{"user": 1e3, "name": 1000, "deep": {"er": 1.50}, "many": [true]}'],
        "spelt": [
            json.dumps({"user": a, "name": b, "many": [b]}).replace("i", "\\u0069").replace("/", "\\/")
            for a, b in pairs
        ],
        "words": [f'{NOW} user="{a}" name={b} many="{a}"' for a, b in pairs if '"' not in a],
        "xml": [
            f"<Event><Data Name='user'>{_xml(a)}</Data><name>{_xml(b)}</name><user>{_xml(a)}</user></Event>"
            for a, b in pairs
        ],
    }
    files = []
    for kind, lines in texts.items():
        path = folder / f"{kind}.log"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        files.append(EventFile(path, f"ex:{kind}", str(path)))
    with FileSource(files, clock=NOW) as opened:
        yield opened


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("e", "&#101;", 1)


FIELDS = st.sampled_from(["user", "name", "deep.er", "many{}", "many", "sourcetype", "source", "nothing"])
PIECES = st.sampled_from([*VALUES, "rclone", "TEMP", "upload", "ger.zip", "lee", "10.1.0.0/16", "ex:json", "curl"])


@st.composite
def words(draw: st.DrawFn) -> str:
    text = draw(PIECES).replace("\\", "\\\\").replace('"', '\\"')
    before, after = draw(st.sampled_from([("", ""), ("*", ""), ("", "*"), ("*", "*")]))
    return f'"{before}{text}{after}"'


COMPARISONS = st.one_of(
    st.tuples(FIELDS, st.sampled_from(["=", "!=", ">"]), words()).map("".join),
    st.tuples(FIELDS, st.lists(words(), min_size=1, max_size=3)).map(lambda one: f"{one[0]} IN ({', '.join(one[1])})"),
    FIELDS.map(lambda name: f"{name}=*"),
    words(),
)
TERMS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        inner.map(lambda one: f"NOT ({one})"),
    ),
    max_leaves=4,
)


def scans(
    source: FileSource, session: Session
) -> Iterator[tuple[tuple[Origin, OriginFields], tuple[Origin, OriginFields]]]:
    """Each origin twice: with fields that stay, and with those for a trial."""
    run = RunSql(repr(session.now))
    twice = [open_scan(source.events, source.knowledge, ScanRequest(), session, run=run).parts for _ in "ab"]
    return zip(*twice, strict=True)


def missed(source: FileSource, terms: Sequence[tree.Term]) -> list[tuple[str, tree.Term, str]]:
    """The events that match a filter and are thrown away nevertheless: kind, filter, event."""
    found = []
    with open_session(source, None, NOW) as session, session.translated():
        for (origin, fields), (_, trial) in scans(source, session):
            conditions = []
            for term in terms:
                possible = possible_terms(frozenset({term}), fields)
                exact = exact_sql(possible, fields, session)
                coarse = coarse_sql(outline(possible, trial, session), fields, session)
                conditions.append(f"coalesce({exact}, FALSE) AND NOT coalesce({coarse}, FALSE)")
            flags = ", ".join(conditions)
            rows = session.rows(f"SELECT _raw, {flags} FROM ({fields.layers.sql(f'_raw, {flags}')})")
            kind = origin.constants["sourcetype"]
            found += [(kind, term, row[0]) for row in rows for term, lost in zip(terms, row[1:], strict=True) if lost]
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TERMS, min_size=12, max_size=12))
def test_no_event_is_thrown_away_that_matches(source: FileSource, texts: list[str]) -> None:
    assert missed(source, [relaxed(parse_term(text)) for text in texts]) == []


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("ex:json", "user=kim", 1),
        ("ex:json", "user=kim name=nobody", 0),
        ("ex:json", "(user=kim OR user=nobody) NOT name=none", 1),
        ("ex:json", 'many{}="*rclone.exe"', 2),
        ("ex:words", "user=kim", 4),  # KIM LEE, and two whose name it is
        ("ex:words", "user=nobody", 0),
        ("ex:words", "NOT user=kim", 15),
        ("ex:xml", "user=nobody", 14),  # those that spell a character by its number
        ("ex:numbers", "name=1000", 1),
    ],
)
def test_what_is_thrown_away(source: FileSource, kind: str, text: str, kept: int) -> None:
    with open_session(source, None, NOW) as session, session.translated():
        for (origin, fields), (_, trial) in scans(source, session):
            if origin.constants["sourcetype"] == kind:
                coarse = coarse_sql(outline([parse_term(text)], trial, session), fields, session)
                sql = f"SELECT count(*) FROM ({fields.layers.sql(coarse)}) WHERE {coarse}"
                assert session.rows(sql) == [(kept,)]


@pytest.mark.parametrize(
    ("value", "needle"),
    [
        ("Rclone.exe", "rclone.exe"),
        (r"*\\Temp\\rclone*", "rclone"),
        ("a*longer*b", "longer"),
        ("ab", None),
        ("4688", None),
        ("1e3", None),
        ("10.0.0.0/8", None),
        ("fe80::/16", None),
        ("Ärger.zip", "rger.zip"),
        ("*", None),
    ],
)
def test_the_text_that_stands_in_every_event_that_matches(value: str, needle: str | None) -> None:
    assert needle_of(value) == needle
