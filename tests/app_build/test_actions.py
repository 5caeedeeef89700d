"""Alert actions in savedsearches.conf: which are in force, and that no text of them becomes anything else."""

from __future__ import annotations

from typing import Any

import pytest

from storypack.app_build.actions import alert_actions
from storypack.app_build.content import AppContent
from storypack.conf import Conf, Stanza, read, write
from storypack.pack.models import Schedule

MAIL = {"to": "soc@example.com"}
HOOK = {"url": "https://hooks.example.com/x"}


def made(content: AppContent, pack: Any = None, schedule: Any = None, own: Any = None) -> dict[str, str]:
    """The keys of a detection with these actions of the pack, its schedule and its own."""
    settings = content.settings.model_copy(update={"actions": pack or {}})
    detection = content.detections[0].model_copy(update={"actions": own or {}})
    times = {"cron_schedule": "0 * * * *", "earliest_time": "-1h", "latest_time": "now"}
    return alert_actions(settings, detection, Schedule.model_validate({**times, "actions": schedule or {}}))


def test_the_nearest_counts(content: AppContent) -> None:
    assert made(content, pack={"email": MAIL})["action.email.to"] == "soc@example.com"
    assert made(content, pack={"email": MAIL}, schedule={"email": {"to": "b"}}) == {
        "action.email": "1",
        "action.email.to": "b",
    }
    assert made(content, pack={"email": MAIL}, schedule={"email": {"to": "b"}}, own={"email": {"to": "c"}}) == {
        "action.email": "1",
        "action.email.to": "c",
    }
    assert made(content, pack={"email": MAIL, "webhook": HOOK}, own={"email": False}) == {
        "action.webhook": "1",
        "action.webhook.param.url": "https://hooks.example.com/x",
    }


def test_actions_of_the_pack_are_for_detections(content: AppContent) -> None:
    settings = content.settings.model_copy(update={"actions": {"email": MAIL}})
    schedule = Schedule(cron_schedule="0 * * * *", earliest_time="-1h", latest_time="now", actions={"webhook": HOOK})
    assert alert_actions(settings, content.baselines[0], schedule) == {
        "action.webhook": "1",
        "action.webhook.param.url": "https://hooks.example.com/x",
    }


def test_values_are_spelled_as_conf_has_them(content: AppContent) -> None:
    keys = made(content, own={"email": MAIL | {"inline": True, "sendpdf": False, "priority": 2}, "ours": {"at": 0.5}})
    assert keys["action.email.inline"] == "1"
    assert keys["action.email.sendpdf"] == "0"
    assert keys["action.email.priority"] == "2"
    assert keys["action.ours.param.at"] == "0.5"


def test_places_are_filled_in(content: AppContent) -> None:
    detection = content.detections[0]
    text = "%name% (%type%): 100% of %percent% %nothing% $result.user$ %description%"
    filled = made(content, own={"slack": {"message": text}})["action.slack.param.message"]
    start = f"{detection.name} ({detection.type}): 100% of %percent% %nothing% $result.user$ "
    assert filled == start + detection.description.strip()


@pytest.mark.parametrize(
    "text",
    ["a\n[evil]\nkey = value", "# no comment", "a = b", " x ", "\t\u2028\x0b\U0001f600", "[x]", "%name%\n[evil]"],
)
def test_no_text_becomes_anything_else(content: AppContent, text: str) -> None:
    keys = made(content, own={"slack": {"message": text}, "ours": {"a.b": text}})
    (stanza,) = read(write(Conf((Stanza("one", keys),))))
    assert dict(stanza.settings) == keys
    assert stanza.name == "one"
