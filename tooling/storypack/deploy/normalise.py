"""One spelling for what means the same, so that only real differences show.

splunkd and Enterprise Security write values back in their own way: booleans as 1, true or yes, JSON with other blanks
and key order, 604800 seconds as 1w, lists with or without blanks, text without its outer white space.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from storypack.conf import boolean
from storypack.deploy import dashboards
from storypack.deploy.object_kind import ObjectKind
from storypack.truth import WRITTEN_BACK

_DURATION = re.compile(r"(\d{1,18})\s*([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.0*)?")
_ACTION = re.compile(r"action\.[^.]+(\.param\.verbose)?")


def normalised(kind: ObjectKind, field: str, value: object) -> str:
    """The one spelling of a value of a field; None and "" are the same as what the field means when it is absent."""
    text = as_text(value)
    if field.startswith("acl."):
        return role_list(text) if field != "acl.sharing" else text
    if kind.by_search and field == kind.content:
        return csv_text(text)
    if kind.has_switch and field == kind.content:
        text = dashboards.without_state(text)
    text = re.sub(r"[ \t]+$", "", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.M).strip()
    if not text:
        text = kind.absent.get(field, "")
    if field in kind.flags or _ACTION.fullmatch(field):
        return flag(text)
    if field in kind.numbers:
        return str(int(text.partition(".")[0])) if _NUMBER.fullmatch(text) else text or "0"
    if field in kind.durations:
        return duration(text)
    if field in kind.lists:
        return ",".join(part for part in re.split(r"\s*,\s*|\s+(?=\w+\()", text) if part)
    if field == "cron_schedule":
        return " ".join(text.split())
    if field == "allow_skew":
        return "0" if text in ("", "0%") else text
    if text[:1] in "[{" and text[-1:] in "]}":
        return json_spelling(text)
    return text


def means_same(kind: ObjectKind, field: str, ours: str | None, theirs: str | None) -> bool:
    """Whether the instance's value means what ours does; most are letter for letter the same.

    Roles of Splunk Cloud (sc_admin), which a package names for every instance, say nothing where we name none.
    """
    if ours == theirs:
        return True
    here, there = normalised(kind, field, ours), normalised(kind, field, theirs)
    if field in ("acl.read", "acl.write") and "sc_" not in here:
        there = ",".join(role for role in there.split(",") if not role.startswith("sc_"))
    return here == there


def as_text(value: object) -> str:
    """A value of a JSON answer as conf text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        return ",".join(as_text(one) for one in value)
    return str(value)


def flag(text: str) -> str:
    """A boolean as 1 or 0; a word that is none (alert.track = auto) as it is.

    >>> flag("true"), flag("0"), flag(""), flag("auto")
    ('1', '0', '0', 'auto')
    """
    value = WRITTEN_BACK.read(text)
    return text if value is None else boolean(value)


def duration(text: str) -> str:
    """A span in seconds.

    >>> duration("1w"), duration("604800"), duration("3600s"), duration("2p")
    ('604800', '604800', '3600', '2p')
    """
    match = _DURATION.fullmatch(text)
    return str(int(match[1]) * _SECONDS[match[2]]) if match else text


def json_spelling(text: str) -> str:
    """JSON with sorted keys and no blanks; offsets in it (of drilldowns) in seconds. Other text as it is.

    >>> json_spelling('[{"name": "a", "earliest_offset": "1w"}]')
    '[{"earliest_offset":"604800","name":"a"}]'
    """
    try:
        return json.dumps(_offsets(json.loads(text)), sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text


def _offsets(value: Any) -> Any:
    if isinstance(value, list):
        return [_offsets(one) for one in value]
    if isinstance(value, dict):
        return {
            key: duration(str(one)) if key.endswith("_offset") and isinstance(one, str | int) else _offsets(one)
            for key, one in value.items()
        }
    return int(value) if isinstance(value, float) and value.is_integer() else value


def role_list(text: str) -> str:
    """Roles sorted: their order says nothing."""
    return ",".join(sorted({role.strip() for role in text.split(",") if role.strip()}))


def csv_text(text: str) -> str:
    """A CSV in one spelling: columns by name, quotes only where needed, LF, no blank lines, short rows filled.

    Text with a cell beyond `MAX_CELL` as it is.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if any(row)]
    except csv.Error:
        return text
    if not rows:
        return ""
    width = len(rows[0])
    order = sorted(range(width), key=lambda number: rows[0][number].strip())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        filled = row + [""] * width
        writer.writerow([filled[number].strip() for number in order])
    return out.getvalue()
