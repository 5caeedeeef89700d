"""The page of a hunt: whatever stands in logs, it is text there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from storypack.engine.candidates import Coverage, EventAt
from storypack.hunting.findings import Finding, Hunt, Outcome, Scored
from storypack.report.hunt_html import render_html

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7*7 }}&lt;"


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text of each script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "": []}
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = tag if tag in ("script", "style") else self._within

    def handle_endtag(self, tag: str) -> None:
        self._within = "" if tag == self._within else self._within

    def handle_data(self, data: str) -> None:
        self.texts[self._within].append(data)


def finding(text: str = "a", number: int = 1) -> Finding:
    event = EventAt(Path("f"), text, text, 3, 1000.0, text)
    return Finding(
        number=number,
        detection=text,
        path="d.yml",
        type="TTP",
        title=text,
        severity="high",
        score=70,
        entities=(Scored("user", text, 70, text),),
        threat_objects=(("ip", text),),
        techniques=("T1048",),
        stories=(text,),
        next_steps=text,
        row={text: text, "list": [text, text]},
        first=1000.0,
        last=2000.0,
        run=3600.0,
        events=(event,),
        event_count=1,
        notes=(text,),
        allow_lists=(text,),
    )


def hunt(text: str = "a") -> Hunt:
    return Hunt(
        findings=[finding(text)],
        outcomes=[Outcome(text, "d.yml", "no data", needs=(text,)), Outcome(text, "d.yml", "not run", why=text)],
        coverage=[Coverage(text, 1, 5, 1, {0: 3, 3600: 1})],
        unreadable={text: text},
        notes=[text],
    )


def test_what_logs_say_adds_no_element() -> None:
    plain, hostile = Page(render_html(hunt())), Page(render_html(hunt(HOSTILE)))
    assert [tag for tag, _ in plain.elements] == [tag for tag, _ in hostile.elements]
    assert [sorted(given) for _, given in plain.elements] == [sorted(given) for _, given in hostile.elements]
    assert plain.texts["script"][1:] == hostile.texts["script"][1:]
    assert "".join(hostile.texts[""]).count(HOSTILE) >= 10  # as text it is whole


def test_only_the_own_script_and_style_may_run() -> None:
    page = Page(render_html(hunt()))
    (policy,) = [
        given["content"] for tag, given in page.elements if given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None and policy.startswith("default-src 'none'; ")
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.texts[kind][-1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [given for _, given in page.elements for name in given if name.startswith("on") or name == "style"]


def test_nothing_is_fetched() -> None:
    page = Page(render_html(hunt()))
    assert not [given for _, given in page.elements if {"src", "href", "action"} & set(given)]
    assert "url(" not in "".join(page.texts["style"])
    assert not re.search(r"fetch\(|XMLHttpRequest|innerHTML|eval\(", "".join(page.texts["script"]))


def test_every_element_that_the_script_asks_for_is_there() -> None:
    page = Page(render_html(hunt()))
    ids = {given["id"] for _, given in page.elements if "id" in given}
    wanted = set(re.findall(r'byId\("([a-z]+)"\)', page.texts["script"][-1]))
    assert wanted and wanted <= ids


def test_events_over_time_are_few_bars() -> None:
    wide = Hunt(coverage=[Coverage("a", 1, 5_000, 0, {3600 * hour: 1 for hour in range(0, 50_000, 10)})])
    bars = json.loads(Page(render_html(wide)).texts["script"][0])
    assert len(bars) <= 400
    assert sum(count for _, count, _ in bars) == 5_000


@pytest.mark.parametrize("words", ["Nothing was found.", "not read"])
def test_a_hunt_without_findings_has_a_page(words: str) -> None:
    text = render_html(Hunt(unreadable={"a": "b"}))
    assert words.lower() in text.lower()
