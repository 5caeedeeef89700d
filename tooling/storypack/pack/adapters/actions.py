"""`alert_action` of a deployment as alert actions of the current format. The keys written are those that contentctl
writes into savedsearches.conf."""

from __future__ import annotations

from typing import Any

from storypack.pack.adapters.adapted import Adapted, KeyPath

# An action and its parameters under contentctl's names: those of Splunk.
_NAMES = {"phantom": "sendtophantom"}
_PARAMETERS = {
    "email": {"subject": "subject.alert", "message": "message.alert"},
    "phantom": {"cam_workers": "_cam_workers"},
}
_MORE = {"email": {"useNSSubject": True}}
# What detections say themselves in the current format, and what a deployment usually says of it.
_FINDINGS: dict[str, dict[str, str]] = {
    "notable": {"rule_title": "%name%", "rule_description": "%description%"},
    "rba": {},
}


def convert(adapted: Adapted, value: Any, place: KeyPath) -> None:
    """Set `actions` of what `value`, at `place` in the file, says."""
    if not isinstance(value, dict):
        return
    for name, parameters in value.items():
        if name == "suppress":
            message = "`suppress` of the deployment is left out: each detection says its own `throttling`"
            adapted.note((*place, name), message, "add throttling: to the detections")
        elif name in _FINDINGS:
            _finding(adapted, name, parameters, (*place, name))
        elif isinstance(parameters, dict):
            named = _PARAMETERS.get(name, {})
            written = {named.get(key, key): _plain(value) for key, value in parameters.items() if value is not None}
            adapted.put(
                ("actions", _NAMES.get(str(name), str(name))), {**written, **_MORE.get(name, {})}, (*place, name)
            )
        elif parameters is not None:
            adapted.note(place, f"the alert action `{name}` has no parameters, and is left out", "write them below it")


def _plain(value: Any) -> Any:
    """A list as conf has it."""
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _finding(adapted: Adapted, name: str, parameters: Any, place: KeyPath) -> None:
    usual = _FINDINGS[name]
    if not isinstance(parameters, dict):
        return
    others = [key for key, text in usual.items() if parameters.get(key) not in (None, text)]
    if others:
        message = f"{', '.join(others)} of `{name}` are not used: each detection says them in its `finding`"
        adapted.note(place, message, decide=False)
