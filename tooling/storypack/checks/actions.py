"""Alert actions of the pack, its schedules and its searches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Schedule
from storypack.pack.models.actions import PLACEHOLDERS
from storypack.pack.pack import Pack
from storypack.reference.alert_actions import ALERT_ACTIONS, OWN_ACTIONS
from storypack.spelling import did_you_mean, one_of

_PLACE = re.compile(r"%([A-Za-z_]+)%")
_URL = re.compile(r"https?://[^\s]+")
Actions = Mapping[str, Any]


def _actions(pack: Pack) -> Iterator[tuple[object, str, Actions]]:
    """Every set of actions: whose it is (None = the pack's own), its key path, and the actions."""
    yield None, "actions", pack.settings.actions
    for preset in pack.schedules:
        yield preset.model, "actions", preset.model.actions
    for entry in pack.searches:
        search = entry.model
        yield search, "actions", search.actions
        if isinstance(search.schedule, Schedule):
            yield search, "schedule.actions", search.schedule.actions
        if search.custom_schedule is not None:
            yield search, "custom_schedule.actions", search.custom_schedule.actions


def _parameters(name: str, parameters: Actions, place: str) -> Faults:
    known = ALERT_ACTIONS.get(name)
    for key, value in parameters.items():
        for found in _PLACE.finditer(str(value)):
            if found[1] not in PLACEHOLDERS:
                cure = one_of(found[1], PLACEHOLDERS)
                yield Fault(f"nothing fills in {found[0]}", f"{place}.{key}", cure)
        if known and known.built_in and key not in known.parameters:
            yield Fault(f"`{name}` has no parameter {key}", f"{place}.{key}", did_you_mean(key, known.parameters))
    for key in known.required if known else ():
        if not str(parameters.get(key, "")).strip():
            yield Fault(f"`{name}` does nothing without {key}", place, f"add {key}:")
    url = parameters.get("url") if name == "webhook" else None
    if isinstance(url, str) and url.strip() and not _URL.fullmatch(url.strip()):
        yield Fault("the URL of a webhook begins with https://", f"{place}.url")


@rule(
    "SP158",
    "Alert action that does not work",
    on="pack",
    why="Splunk takes any key for an action's parameter. One that the action does not know is never read, and an "
    "e-mail without an address is never sent: the alert fires, and nobody hears of it.",
    example="actions:\n  email: {too: soc@example.com, subject: '%title%'}",
    cure="Use the parameters of savedsearches.conf, without `action.email.` or `action.slack.param.` in front.",
)
def broken_action(pack: Pack, context: Context) -> Faults:
    for owner, start, actions in _actions(pack):
        for name, parameters in actions.items():
            place = f"{start}.{name}"
            if name in OWN_ACTIONS:
                message = f"`{name}` is made from what the detection says itself"
                cure = "remove it; finding: and intermediate_findings: say what it does"
                yield Fault(message, place, cure, about=owner)
            elif parameters is not False:
                yield from (replace(fault, about=owner) for fault in _parameters(name, parameters, place))


@rule(
    "SP159",
    "Parameter that an alert action may not know",
    on="pack",
    severity=Severity.WARNING,
    why="The parameters of an add-on's action change with its versions; this is none of those that are known.",
    example="actions:\n  slack: {chanel: '#soc'}",
    cure="Look it up in the savedsearches.conf.spec of the add-on, and silence this rule if it is right.",
)
def uncertain_parameter(pack: Pack, context: Context) -> Faults:
    for owner, start, actions in _actions(pack):
        for name, parameters in actions.items():
            known = ALERT_ACTIONS.get(name)
            if known is None or known.built_in or parameters is False:
                continue
            for key in parameters.keys() - known.parameters:
                cure = one_of(key, known.parameters)
                message = f"no version of `{name}` is known to have {key}"
                yield Fault(message, f"{start}.{name}.{key}", cure, about=owner)
