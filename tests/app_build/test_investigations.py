"""Investigations in the app: a dashboard each, and the way to it from findings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from storypack.app_build.content import AppContent
from storypack.app_build.from_pack import tactics_of
from storypack.app_build.investigations import definition, drilldown_dashboards, view_name
from storypack.app_build.tree import app_tree
from storypack.pack.models import Detection, Investigation

STEPS = {
    "name": "Where $money$ Went",
    "id": "00000000-0000-4000-8000-000000000001",
    "version": 1,
    "creation_date": "2026-11-01",
    "modification_date": "2026-11-01",
    "author": "a",
    "description": "d",
    "status": "production",
    "inputs": ["user", {"name": "host", "default": "*"}],
    "window": {"before": "2h", "after": "1h"},
    "steps": [
        {"name": "All", "description": "What?", "search": "index=* user=$user|s$ | where _time<$time$"},
        {"name": "Near", "description": "Near?", "search": "index=*", "window": {"before": "5m", "after": "5m"}},
        {"name": "Week", "description": "Week?", "search": "index=*", "earliest_time": "-7d@d"},
        {"name": "Think", "description": "It costs $5."},
    ],
}


def investigation(content: AppContent) -> Investigation:
    return Investigation.model_validate({**STEPS, "analytic_story": [content.stories[0].name]})


def test_each_step_has_its_question_and_its_range(content: AppContent) -> None:
    found = definition(investigation(content))
    queries = {name: source["options"] for name, source in found["dataSources"].items()}
    assert queries["ds_1"]["query"] == "index=* user=$user|s$ | where _time<$window_2h_1h:result.moment$"
    assert queries["ds_1"]["queryParameters"] == {
        "earliest": "$window_2h_1h:result.earliest$",
        "latest": "$window_2h_1h:result.latest$",
    }
    assert queries["ds_2"]["queryParameters"]["earliest"] == "$window_5m_5m:result.earliest$"
    assert queries["ds_3"]["queryParameters"] == {"earliest": "-7d@d", "latest": "now"}
    assert "moment-300, latest=moment+300" in queries["ds_window_5m_5m"]["query"]
    assert "ds_4" not in queries
    assert "It costs $$5." in found["visualizations"]["viz_4_text"]["options"]["markdown"]
    assert found["title"] == "Where $$money$$ Went"


def test_every_token_of_a_dashboard_has_a_value(content: AppContent) -> None:
    """Those of inputs, and those of results of data sources that say so."""
    found = definition(investigation(content))
    inputs = {each["options"]["token"] for each in found["inputs"].values()}
    smart = {each["name"] for each in found["dataSources"].values() if each["options"].get("enableSmartSources")}
    text = json.dumps([each["options"] for each in found["dataSources"].values()])
    tokens = set(re.findall(r"\$([\w:.]+)(?:\|s)?\$", text))
    assert {"user", "time"} <= tokens
    assert all(token in inputs or token.partition(":")[0] in smart for token in tokens)


def test_the_app_holds_the_view_and_findings_lead_to_it(content: AppContent) -> None:
    taken = investigation(content)
    app = app_tree(replace(content, investigations=(taken,)), tactics_of)
    view = app.files[f"default/data/ui/views/{view_name(taken)}.xml"].decode()
    assert ElementTree.fromstring(view).findtext("label") == "Where $$money$$ Went"
    assert '"dashboard_id":"investigate_where_money_went"' in app.files["default/savedsearches.conf"].decode()


def linked(content: AppContent, **changes: Any) -> list[dict[str, Any]]:
    detection = next(each for each in content.detections if each.finding)
    story = [content.stories[0].name]
    entity = {"field": "src_user", "type": "user", "score": 50}
    finding = {"title": "t", "entity": entity}
    raw = detection.model_dump(mode="json") | {"finding": finding, "analytic_story": story} | changes
    raw |= {"creation_date": detection.creation_date, "modification_date": detection.modification_date}
    return drilldown_dashboards(
        replace(content, investigations=(investigation(content),)), Detection.model_validate(raw, strict=False)
    )


def test_a_finding_fills_the_inputs_that_its_entities_fit(content: AppContent) -> None:
    (link,) = linked(content, intermediate_findings=None)
    assert {token["name"]: token["value"] for token in link["tokens"]} == {
        "form.user": "$src_user$",
        "form.time": "$info_max_time$",
    }


def test_a_finding_of_another_story_leads_nowhere(content: AppContent) -> None:
    assert linked(content, analytic_story=["Another"]) == []
