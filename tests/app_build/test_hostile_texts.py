"""Whatever people write into a text field: no stanza and no key appears that the same content would not have anyway."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from splunk_appinspect import configuration_parser
from splunk_appinspect.configuration_file import ConfigurationFile

from storypack.app_build.content import AppContent
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import tactics_of
from storypack.app_build.tree import app_tree
from storypack.conf import read
from storypack.pack.models import KvStoreLookup
from storypack.pack.models.base import Model

# Fields that hold names, ids, dates and other words of a fixed alphabet; what is not here is anybody's text.
FIXED = {
    "name", "id", "version", "creation_date", "modification_date", "status", "type", "lookup_type", "app_id",
    "stanza_prefix", "macro_prefix", "category", "usecase", "security_domain", "schedule", "period", "match_type",
    "score", "cron_schedule", "schedule_window", "allow_skew", "macro", "lookup", "baselines", "field_types", "product",
    "collection", "tests", "silence", "analytic_story", "data_source", "kind", "arguments", "schedules", "build",
    "before", "after",
}  # fmt: skip

HOSTILE = [
    "x\n[evil]\nsearch = | delete",
    "x\r[evil]\rsearch = y",
    "x\r\n[evil]\r\nkey = v",
    "x\u2028[evil]\u2029key = v\x85[evil]\x0b[evil]\x0c[evil]",
    "# x \\",
    "ends in a backslash\\",
    "line ends in a backslash\\\n[evil]",
    "\n\n[evil]\n\n",
    "]\n[evil",
    "\x00[evil]",
    "\ud800",
    "\ufeff[evil]",
    "]]></definition><evil/>",
    '"}],"evil":[{"',
    "{{ 7 * 7 }}{% raw %}",
    "$evil$ @app@ %original_detection_search%",
    "x" * 100_000,
]
TEXT = st.lists(
    st.sampled_from(["\n", "\r", "\\", "[evil]", "evil = 1", "#", " ", "\x00", "\u2028", "\ufeff", "]]>", '"'])
    | st.text(max_size=4),
    min_size=1,
    max_size=8,
).map("".join)


def with_text(value: Any, text: str) -> Any:
    """The value with every free text in it, at any depth, replaced."""
    if isinstance(value, Model):
        # The fields of a collection are part of keys (`field.user`); they have a test of their own.
        fixed = FIXED | {"fields"} if isinstance(value, KvStoreLookup) else FIXED
        changed = {name: with_text(item, text) for name, item in value if name not in fixed}
        return value.model_copy(update=changed)
    if isinstance(value, list):
        return [with_text(item, text) for item in value]
    return text if isinstance(value, str) else value


def poisoned(content: AppContent, text: str) -> AppContent:
    kinds = ("detections", "stories", "baselines", "investigations", "macros", "lookups")
    changed = {kind: tuple(with_text(model, text) for model in getattr(content, kind)) for kind in kinds}
    return dataclasses.replace(content, settings=with_text(content.settings, text), **changed)


def keys_by_stanza(tree: dict[str, bytes]) -> Iterator[tuple[str, str, frozenset[str]]]:
    for path, data in tree.items():
        if path.endswith((".conf", ".meta")):
            theirs = configuration_parser.parse(
                io.BytesIO(data), ConfigurationFile(), configuration_parser.configuration_lexer
            )
            assert not list(theirs.errors)
            seen = {name: frozenset(section.options) for name, section in theirs.sects.items()}
            assert seen == {stanza.name: frozenset(stanza.settings) for stanza in read(data)}
            for name, keys in seen.items():
                yield path, name, keys


def check(content: AppContent, text: str) -> None:
    harmless = poisoned(content, "harmless")
    before = set(keys_by_stanza(app_tree(harmless, tactics_of).files))
    try:
        tree = app_tree(poisoned(content, text), tactics_of).files
    except BuildError as error:
        assert error.issues
        assert all(issue.message for issue in error.issues)
        return
    assert set(keys_by_stanza(tree)) == before
    for path, data in tree.items():
        if path.endswith(".xml"):
            assert not list(ElementTree.fromstring(data).iter("evil"))
        if path == "app.manifest":
            assert "evil" not in json.loads(data)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_everywhere(content: AppContent, text: str) -> None:
    check(content, text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT)
def test_any_text_everywhere(content: AppContent, text: str) -> None:
    check(content, text)


def test_what_cannot_be_carried_names_its_file_and_its_cure(content: AppContent) -> None:
    first = content.detections[0]
    broken = first.model_copy(update={"description": "C:\\Temp\\"})
    changed = dataclasses.replace(
        content,
        detections=(broken, *content.detections[1:]),
        origins={**content.origins, id(broken): "detections/endpoint/archive_hunt.yml"},
    )
    with pytest.raises(BuildError) as caught:
        app_tree(changed, tactics_of)
    assert {issue.location.file for issue in caught.value.issues} == {"detections/endpoint/archive_hunt.yml"}
    assert "description" in caught.value.issues[1].message
    assert all("backslash" in issue.message and issue.cure for issue in caught.value.issues)


@pytest.mark.parametrize("field", ["a b", "a=b", "a\nevil = 1", "a\\", "a\u2028", " a"])
def test_a_collection_field_that_could_be_another_key_is_refused(content: AppContent, field: str) -> None:
    lookups = tuple(
        each.model_copy(update={"fields": [field]}) if isinstance(each, KvStoreLookup) else each
        for each in content.lookups
    )
    with pytest.raises(BuildError, match="field"):
        app_tree(dataclasses.replace(content, lookups=lookups), tactics_of)


@pytest.mark.parametrize("name", ["default", "general", "global", "stash"])
def test_a_macro_that_would_reach_other_apps_is_refused(content: AppContent, name: str) -> None:
    macro = content.macros[0].model_copy(update={"name": name})
    with pytest.raises(BuildError, match="every app"):
        app_tree(dataclasses.replace(content, macros=(macro,)), tactics_of)
