"""One value of an overlay put into the model of the object that it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from storypack.pack.models.detection import Detection
from storypack.pack.models.overlay import Change, KeyPath
from storypack.pack.models.schedule import Schedule
from storypack.pack.pack import Edit, Pack
from storypack.spelling import one_of

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LONE_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")

Changed = tuple[dict[str, Any], KeyPath]
"""Keys of the model with their new values, and where in the model the change shows."""


class MisfitError(ValueError):
    """The object has nothing that could be changed so, and why; `cure` says what to do."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.cure = cure


def changed(pack: Pack, model: Any, change: Change) -> Changed:
    """What a change makes of a model of the pack. Raises MisfitError."""
    return _CHANGES.get(str(change.what[0]), _value)(pack, model, change)


def _value(_: Pack, __: Any, change: Change) -> Changed:
    """A key of the same name and meaning."""
    return {str(change.what[0]): change.value}, change.what


def _enabled(_: Pack, __: Any, change: Change) -> Changed:
    return {"enabled_by_default": change.value}, ("enabled_by_default",)


def _severity(_: Pack, model: Detection, change: Change) -> Changed:
    if model.finding is None:
        raise MisfitError("it makes no finding that could have a severity")
    return {"finding": model.finding.model_copy(update={"severity": change.value})}, ("finding", "severity")


def _definition(_: Pack, model: Any, change: Change) -> Changed:
    if _LONE_NUMBER.fullmatch(model.definition) and not _LONE_NUMBER.fullmatch(change.value):
        raise MisfitError(f"its definition is a number ({model.definition.strip()})", "write a number")
    return {"definition": change.value}, ("definition",)


def _schedule(pack: Pack, model: Any, change: Change) -> Changed:
    if len(change.what) == 1:
        return {"schedule": change.value, "custom_schedule": None}, ("schedule",)
    now = pack.schedule_of(model)
    if now is None:
        raise MisfitError("its schedule is not in schedules/")
    schedule = Schedule.model_validate({**dict(now), str(change.what[1]): change.value})
    return {"schedule": schedule, "custom_schedule": None}, change.what


def _actions(pack: Pack, model: Any, change: Change) -> Changed:
    """Parameters are laid over those that the search has now, from wherever it has them."""
    name = str(change.what[1])
    if len(change.what) == 2:
        if change.value is False and name not in _all_actions(pack, model):
            return {}, change.what
        return {"actions": {**model.actions, name: change.value}}, change.what
    parameters = {**(_all_actions(pack, model).get(name) or {}), str(change.what[2]): change.value}
    return {"actions": {**model.actions, name: parameters}}, change.what


def _all_actions(pack: Pack, model: Any) -> Mapping[str, Any]:
    schedule = pack.schedule_of(model)
    of_pack = pack.settings.actions if isinstance(model, Detection) else {}
    return {**of_pack, **(schedule.actions if schedule else {}), **model.actions}


def _threshold(_: Pack, model: Any, change: Change) -> Changed:
    was, becomes = change.value.was, change.value.becomes
    if _NUMBER.split(was) != _NUMBER.split(becomes) or not _NUMBER.search(was):
        message = f"`{was}` and `{becomes}` differ in more than their numbers"
        raise MisfitError(message, "for another search write a detection of your own")
    places = threshold_places(model.search, was)
    if len(places) != 1:
        count = f"{len(places)} times" if places else "not"
        raise MisfitError(f"`{was}` stands {count} in its search", "write it with more of what is around it there")
    at = places[0]
    return {"search": model.search[:at] + becomes + model.search[at + len(was) :]}, ("search",)


def _test(_: Pack, model: Any, change: Change) -> Changed:
    """The rows that a test is to give; what they were to look like is about those of the pack."""
    names = [test.name for test in model.tests]
    name = str(change.what[1])
    if name not in names:
        raise MisfitError(f"it has no test '{name}'", one_of(name, names))
    place = names.index(name)
    update = {"expected_results": change.value} | ({"expected_rows": []} if change.value == 0 else {})
    tests = list(model.tests)
    tests[place] = tests[place].model_copy(update=update)
    return {"tests": tests}, ("tests", place, "expected_results")


def threshold_places(search: str, text: str) -> list[int]:
    """Where a text stands in a search, names and numbers not cut in two.

    >>> threshold_places("where count > 20 OR count > 2", "count > 2")
    [20]
    """
    before = r"(?<![\w.])" if text[:1].isalnum() or text[:1] == "_" else ""
    after = r"(?![\w.])" if text[-1:].isalnum() or text[-1:] == "_" else ""
    return [match.start() for match in re.finditer(before + re.escape(text) + after, search)]


def edit_of(search: str, change: Change) -> Edit:
    """The place of a threshold in the search as it was before."""
    at = threshold_places(search, change.value.was)[0]
    return Edit(at, len(change.value.was), len(change.value.becomes))


def _filter(_: Pack, __: Any, change: Change) -> Changed:
    """The filter macro is no part of the model; its text is read here, where its place is known."""
    from storypack.spl.parser import parse  # few packs have overlays
    from storypack.spl.source import SplError

    try:
        parse(f"index=* | {change.value}")
    except SplError as error:
        raise MisfitError(f"as a stage of a search it cannot be read: {error.message}", error.cure or "") from error
    return {}, change.what


_CHANGES: Final[Mapping[str, Callable[[Pack, Any, Change], Changed]]] = {
    "enabled": _enabled,
    "filter": _filter,
    "severity": _severity,
    "definition": _definition,
    "schedule": _schedule,
    "actions": _actions,
    "thresholds": _threshold,
    "tests": _test,
}
