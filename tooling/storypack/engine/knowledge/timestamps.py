"""`_time` of an event, by the settings of its origin.

props.conf.spec: TIMESTAMP_FIELDS, TIME_PREFIX, TIME_FORMAT, MAX_TIMESTAMP_LOOKAHEAD (128). Without any of them, the
first thing at the event's start that looks like a time; a lookahead of 0 or -1 has no end. Times without a zone are of
TZ, else UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from storypack.engine.ingest.forms import ANYWHERE, HAS_ZONE, KEYS
from storypack.engine.knowledge.json_fields import json_field
from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import as_text, quote
from storypack.engine.udf.re2 import translate
from storypack.engine.zones import zone_of

LOOKAHEAD = 128
EMPTY = "''"
_MOST_REPEATS = 1_000  # of RE2

_SYSTEM_TIME = r"""<TimeCreated SystemTime=['"]([^'"]+)"""
_HAS_ZONE = re.compile(r"%[zZs]|%:z|%::z")


def time_sql(
    settings: Mapping[str, str],
    layers: Layers,
    clock: str,
    warn: Callable[[str], object] = lambda message: None,
    *,
    few: bool = False,
) -> str:
    """DOUBLE SQL over `_raw`: epoch seconds, NULL where the event shows no time. `clock` = SQL of the start of the
    search. `warn` is told of settings that cannot
    be followed. `few` = to prepare patterns for all forms of times would take longer than to read the events: Python
    looks for them."""
    zone = zone_of(settings.get("TZ", ""), warn)
    form = settings.get("TIME_FORMAT", "").strip()
    if names := [name.strip() for name in settings.get("TIMESTAMP_FIELDS", "").split(",") if name.strip()]:
        return _of_fields(names, form, zone, clock, layers)
    width = _lookahead(settings, warn)
    prefix = settings.get("TIME_PREFIX", "")
    text = _after(prefix, width) if prefix else "_raw" if width is None else f"left(_raw, {width})"
    if form:
        return _formatted(text, form, zone, clock)
    is_narrow = bool(prefix) or "MAX_TIMESTAMP_LOOKAHEAD" in settings
    if few:
        keyed = "NULL" if is_narrow else "_raw"
        return f"spl_shown_time({text}, {keyed}, {clock}, {quote(zone)})"
    first = _recognised(_first_time(text), zone, clock)
    if is_narrow:
        return first
    windows = _recognised(f"nullif(regexp_extract(_raw, {quote(_SYSTEM_TIME)}, 1), '')", zone, clock)
    return (
        f"CASE WHEN starts_with(_raw, '{{') THEN coalesce({_keyed(zone, clock, layers)}, {first}) "
        f"WHEN starts_with(_raw, '<Event') THEN coalesce({windows}, {first}) ELSE {first} END"
    )


def _first_time(text: str) -> str:
    """The first time in a text; NULL for none."""
    groups = f"regexp_extract({text}, {quote(ANYWHERE)}, ['free', 'first', 'number'])"
    return f"list_transform([{groups}], lambda g_: nullif(g_['free'] || g_['first'] || g_['number'], ''))[1]"


def _keyed(zone: str, clock: str, layers: Layers) -> str:
    """The time under the first of the keys that are known to hold it."""
    texts = (as_text(json_field(key, layers)) for key in KEYS)
    return f"coalesce({', '.join(_recognised(f'nullif({text}, {EMPTY})', zone, clock) for text in texts)})"


def _of_fields(names: Sequence[str], form: str, zone: str, clock: str, layers: Layers) -> str:
    """The time that the fields make up together, in their order with blanks between, else that of the first one that
    is a time by itself. The fields are an event's own or those of its file's header."""
    texts = [f"coalesce({_indexed(name)}, {as_text(json_field(name, layers))})" for name in names]
    together = texts if len(texts) == 1 else [f"nullif(concat_ws(' ', {', '.join(texts)}), '')", *texts]
    times = [_formatted(text, form, zone, clock) for text in together] if form else []
    return f"coalesce({', '.join([*times, *(_recognised(text, zone, clock) for text in together)])})"


def _indexed(name: str) -> str:
    path = '$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"json_extract_string(__indexed, {quote(path)})"


def _formatted(text: str, form: str, zone: str, clock: str) -> str:
    if form == "%s":
        return f"TRY_CAST(nullif(regexp_extract({text}, '^\\s*(\\d{{1,12}})', 1), '') AS DOUBLE)"
    time = f"spl_strptime_past({text}, {quote(form)}, {clock})"
    return time if _HAS_ZONE.search(form) else _local(time, zone)


def _recognised(text: str, zone: str, clock: str) -> str:
    time = f"spl_timestamp({text}, {clock})"
    if not zone:
        return time
    return f"CASE WHEN regexp_matches({text}, {quote(HAS_ZONE)}) THEN {time} ELSE {_local(time, zone)} END"


def _lookahead(settings: Mapping[str, str], warn: Callable[[str], object]) -> int | None:
    """How many characters are looked at; None = all."""
    text = settings.get("MAX_TIMESTAMP_LOOKAHEAD", "").strip()
    if not text:
        return LOOKAHEAD
    try:
        width = int(text)
    except ValueError:
        warn(f"MAX_TIMESTAMP_LOOKAHEAD = {text} is no number; {LOOKAHEAD} is used")
        return LOOKAHEAD
    return width if width > 0 else None


def _local(time: str, zone: str) -> str:
    """Epoch seconds of a wall clock that was read as if it were UTC's."""
    return f"epoch(timezone({quote(zone)}, make_timestamp(CAST(({time}) * 1e6 AS BIGINT))))" if zone else time


def _after(prefix: str, width: int | None) -> str:
    """The `width` characters after the first match of a pattern; NULL where it does not match."""
    repeat = f"{{0,{width}}}" if width is not None and width <= _MOST_REPEATS else "*"
    plain = translate(prefix)
    if plain is not None and plain.groups < 9:
        spelled = f"(?:{plain.pattern})((?s:.{repeat}))"
        text = f"nullif(regexp_extract(_raw, {quote(spelled)}, {plain.groups + 1}), '')"
    else:
        pattern = f"(?:{prefix})([\\s\\S]{repeat})"
        text = f"spl_groups(_raw, {quote(pattern)})[-1]"
    return text if repeat != "*" or width is None else f"left({text}, {width})"
