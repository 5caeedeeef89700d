"""AWS: CloudTrail's files and answers, EventBridge, CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storypack.engine.events.openers.registry import Opened, envelope, epoch, iso_time, member_text, opener

envelope("Records")  # CloudTrail to S3
envelope("Events", "NextToken")  # aws cloudtrail lookup-events
envelope("events", "searchedLogStreams", "nextToken", "nextForwardToken", "nextBackwardToken")  # aws logs
envelope("logEvents", "messageType", "owner", "logGroup", "logStream", "subscriptionFilters")  # a subscription


@opener
def looked_up(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A member of lookup-events: the record is a text within."""
    record = value.get("CloudTrailEvent")
    return [Opened(record)] if isinstance(record, str) and "EventName" in value else None


@opener
def event_bridge(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """EventBridge's frame: the add-on indexes `detail`."""
    if "detail-type" in value and isinstance(value.get("detail"), dict) and "source" in value:
        return [Opened(member_text(raw, "detail"), iso_time(value.get("time")))]
    return None


_LOG_KEYS = frozenset({"logStreamName", "timestamp", "message", "ingestionTime", "eventId", "id", "extractedFields"})


@opener
def log_event(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A member of CloudWatch Logs' lists: a text and its time in milliseconds. A subscription's question whether its
    target is there is no event."""
    if value.keys() <= _LOG_KEYS and isinstance(message := value.get("message"), str):
        if message.startswith("CWL CONTROL MESSAGE:"):
            return []
        time = epoch(value.get("timestamp"))
        return None if time is None else [Opened(message.rstrip("\r\n"), time)]
    return None
