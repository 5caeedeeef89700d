"""An investigation as a dashboard (Dashboard Studio): inputs on top, then each step with its question and its answer.

The moment in question is a text input. What an analyst types there (a date, epoch seconds, now) becomes a range by a
search of its own, whose result the steps read as tokens ("Setting tokens from search results", Dashboard Studio).
"""

from __future__ import annotations

import re
from typing import Any

from storypack.app_build.content import AppContent
from storypack.conf import tidy
from storypack.pack.models import Detection, Investigation, Settings
from storypack.pack.models.investigation import Input, Step, Window
from storypack.pack.names import file_stem

_WIDTH, _TEXT_HEIGHT, _ROWS_HEIGHT = 1440, 170, 320
_MOMENTS = re.compile(r"\$(time|earliest|latest)\$")
_DATES = (
    "%Y-%m-%dT%H:%M:%S%Z",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)


def view_name(investigation: Investigation) -> str:
    """The name of the view, which no dashboard of `app/` should have.

    >>> from types import SimpleNamespace
    >>> view_name(SimpleNamespace(name="Mailbox Taken"))
    'investigate_mailbox_taken'
    """
    return f"investigate_{file_stem(investigation.name)}"


def definition(investigation: Investigation) -> dict[str, Any]:
    """The Dashboard Studio definition; texts of the author start no token in titles and prose."""
    windows = {_window_name(each): each for each in map(investigation.window_of, investigation.steps)}
    sources: dict[str, Any] = {f"ds_{name}": _range(name, window) for name, window in windows.items()}
    visualizations: dict[str, Any] = {}
    structure: list[dict[str, Any]] = []
    top = 0
    for number, step in enumerate(investigation.steps, start=1):
        visualizations[f"viz_{number}_text"] = {
            "type": "splunk.markdown",
            "options": {"markdown": _prose(number, step)},
        }
        structure.append(_block(f"viz_{number}_text", top, _TEXT_HEIGHT))
        top += _TEXT_HEIGHT
        if step.search is None:
            continue
        sources[f"ds_{number}"] = _search(number, step, _window_name(investigation.window_of(step)))
        visualizations[f"viz_{number}"] = {
            "type": "splunk.table",
            "title": _plain(step.name),
            "dataSources": {"primary": f"ds_{number}"},
            "options": {"count": 20},
        }
        structure.append(_block(f"viz_{number}", top, _ROWS_HEIGHT))
        top += _ROWS_HEIGHT
    inputs = {"input_time": _text_input("time", "Moment (date, epoch seconds or now)", "now")}
    inputs |= {
        f"input_{each.name}": _text_input(each.name, each.label or each.name, each.default)
        for each in investigation.inputs
    }
    return {
        "title": _plain(investigation.name),
        "description": _plain(investigation.description),
        "inputs": inputs,
        "dataSources": sources,
        "visualizations": visualizations,
        "layout": {"type": "grid", "options": {"width": _WIDTH}, "structure": structure, "globalInputs": list(inputs)},
    }


def drilldown_dashboards(content: AppContent, detection: Detection) -> list[dict[str, Any]]:
    """The dashboards that a finding leads to: investigations that name the detection or share a story with it, filled
    with the finding's entities and the end of the run that found it."""
    dashboards = []
    for investigation in content.investigations:
        related = detection.name in investigation.detections or (
            set(detection.analytic_story) & set(investigation.analytic_story)
        )
        values = _filled(investigation.inputs, detection)
        if related and values:
            dashboards.append(_link(content.settings, investigation, values))
    return dashboards


def _filled(inputs: list[Input], detection: Detection) -> dict[str, str]:
    """The field of the detection's entities that fills each input; inputs that none fills are left out."""
    fields: dict[str, str] = {}
    for entity in detection.entities:
        fields.setdefault(entity.type, entity.field)
    return {each.name: fields[each.entity_type] for each in inputs if each.entity_type in fields}


def _link(settings: Settings, investigation: Investigation, values: dict[str, str]) -> dict[str, Any]:
    tokens = [{"name": f"form.{name}", "value": f"${field}$"} for name, field in values.items()]
    tokens.append({"name": "form.time", "value": "$info_max_time$"})
    return {
        "app": settings.app_id,
        "dashboard_id": view_name(investigation),
        "name": tidy(investigation.name),
        "tokens": tokens,
    }


def _range(name: str, window: Window) -> dict[str, Any]:
    """The search that turns the moment into a range."""
    dates = ", ".join(f'strptime($time|s$, "{form}")' for form in _DATES)
    before, after = window.seconds
    # No dollar stands in a pattern here: two of them would read as a token.
    query = (
        f'| makeresults | eval moment=case(isnotnull(tonumber($time|s$)), tonumber($time|s$), $time|s$="now", now(), '
        f"true(), coalesce({dates})) | eval earliest=moment-{before}, latest=moment+{after} "
        "| table moment earliest latest"
    )
    options = {"query": query, "queryParameters": {"earliest": "-1m", "latest": "now"}, "enableSmartSources": True}
    return {"type": "ds.search", "name": name, "options": options}


def _search(number: int, step: Step, window: str) -> dict[str, Any]:
    """A step's search; its moment and range are those that the window's search worked out."""
    results = {"time": "moment", "earliest": "earliest", "latest": "latest"}
    query = _MOMENTS.sub(lambda match: f"${window}:result.{results[match[1]]}$", tidy(step.search or ""))
    own = step.window is None and (step.earliest_time or step.latest_time)
    earliest = step.earliest_time or "0" if own else f"${window}:result.earliest$"
    latest = step.latest_time or "now" if own else f"${window}:result.latest$"
    parameters = {"earliest": earliest, "latest": latest}
    return {"type": "ds.search", "name": f"step {number}", "options": {"query": query, "queryParameters": parameters}}


def _prose(number: int, step: Step) -> str:
    parts = [f"### {number}. {_plain(step.name)}", _plain(step.description)]
    if step.interpretation:
        parts.append(f"**Look for:** {_plain(step.interpretation)}")
    if step.next_steps:
        parts.append(f"**Next:** {_plain(step.next_steps)}")
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    """Text on one line in which no dollar starts a token."""
    return " ".join(text.split()).replace("$", "$$")


def _text_input(token: str, title: str, default: str | None) -> dict[str, Any]:
    options = {"token": token} | ({} if default is None else {"defaultValue": default})
    return {"type": "input.text", "title": _plain(title), "options": options}


def _block(item: str, top: int, height: int) -> dict[str, Any]:
    return {"item": item, "type": "block", "position": {"x": 0, "y": top, "w": _WIDTH, "h": height}}


def _window_name(window: Window) -> str:
    return f"window_{window.before}_{window.after}"
