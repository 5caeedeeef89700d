"""Text: escapes of URLs, numbers in other bases, hashes, lists of commands."""

from __future__ import annotations

import hashlib
import math
import re
from urllib.parse import unquote

from storypack.engine.udf.registry import MOST_CHARACTERS, Refused, macro, udf

macro("spl_hex", "x", body="'0x' || format('{:X}', TRY_CAST(trunc(x) AS BIGINT))")
macro("spl_binary", "x", body="format('{:b}', TRY_CAST(trunc(x) AS BIGINT))")
macro(
    "spl_commas",
    "x",
    body="CASE WHEN x = trunc(x) AND abs(x) < 1e18 THEN format('{:,}', TRY_CAST(x AS BIGINT)) "
    "ELSE format('{:,.2f}', x) END",
)


@udf("spl_urldecode", "VARCHAR", returns="VARCHAR")
def urldecode(text: str | None) -> str | None:
    """`%41` made `A`; bytes that are no UTF-8 become the replacement character. A plus stays."""
    return None if text is None else unquote(text, errors="replace")


@udf("spl_tonumber", "VARCHAR", "DOUBLE", returns="DOUBLE")
def tonumber(text: str | None, base: float | None) -> float | None:
    """The whole number that a text is in a base of 2 to 36; null if it is none."""
    if text is None or base is None or not 2 <= base <= 36 or not re.fullmatch(r"[+-]?[0-9A-Za-z]+", text):
        return None
    try:
        return float(int(text, int(base)))
    except (ValueError, OverflowError):
        return None


@udf("spl_duration", "DOUBLE", returns="VARCHAR")
def duration(seconds: float | None) -> str | None:
    """`HH:MM:SS`, with `D+` in front from a day on and six decimals if there are any."""
    if seconds is None or abs(seconds) > 1e15 or seconds != seconds:
        return None
    micros = round(abs(seconds) * 1_000_000)
    whole, fraction = divmod(micros, 1_000_000)
    days, rest = divmod(whole, 86400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    if days:
        text = f"{days}+{text}"
    if fraction:
        text = f"{text}.{fraction:06d}"
    return f"-{text}" if seconds < 0 and micros else text


_AGES = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@udf("spl_age", "DOUBLE", returns="VARCHAR")
def age(seconds: float | None) -> str | None:
    """`5 days ago`, in whole units of the largest kind; what lies ahead is `now`."""
    if seconds is None or not math.isfinite(seconds):
        return None
    for unit, length in _AGES:
        number = int(seconds // length)
        if number > 0:
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "now"


@udf("spl_sha512", "VARCHAR", returns="VARCHAR")
def sha512(text: str | None) -> str | None:
    """The digest of the text in UTF-8, in hexadecimal."""
    return None if text is None else hashlib.sha512(text.encode(errors="replace")).hexdigest()


@udf("spl_too_long", "BIGINT", returns="VARCHAR")
def too_long(length: int | None) -> str | None:
    """Refuses a text of that length."""
    raise Refused(f"a text of {length or 0:,} characters is too long: {MOST_CHARACTERS:,} are the most")


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\\.|[\[\]|]|[^"\\\[\]|]+', re.DOTALL)
_COMMAND = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")


@udf("spl_commands", "VARCHAR", returns="VARCHAR[]")
def commands(search: str | None) -> list[str] | None:
    """The names of the commands of a search, without those of its subsearches; null for null or none."""
    if search is None:
        return None
    stages, depth = [""], 0
    for token in _TOKEN.findall(search):
        if token == "|" and depth == 0:
            stages.append("")
            continue
        depth += (token == "[") - (token == "]")
        stages[-1] += token
    names = [found[1] for stage in stages if (found := _COMMAND.match(stage))]
    return names or None
