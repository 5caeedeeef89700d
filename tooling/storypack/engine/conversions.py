"""The conversions of `convert` that SQL has no words for (Search Reference: convert)."""

from __future__ import annotations

import re

from storypack.engine.udf.registry import udf

_DURATION = re.compile(r"(?:(\d+)\+)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_MINUTES = re.compile(r"(?:(\d+):)?(\d+(?:\.\d+)?)")
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgKMG]?)[bB]?\s*")
_UNIT = re.compile(r"\s*([-+]?\d[\d,]*(?:\.\d+)?)\s*[A-Za-z%]*\s*")
_FACTORS = {"": 1.0, "k": 1.0, "m": 1024.0, "g": 1048576.0}


@udf("spl_dur2sec", "VARCHAR", returns="DOUBLE")
def dur2sec(text: str | None) -> float | None:
    """Seconds of `[D+]HH:MM:SS`."""
    found = _DURATION.fullmatch((text or "").strip())
    if not found:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


@udf("spl_mstime", "VARCHAR", returns="DOUBLE")
def mstime(text: str | None) -> float | None:
    """Seconds of `[MM:]SS.SSS`."""
    found = _MINUTES.fullmatch((text or "").strip())
    return float(found[1] or 0) * 60 + float(found[2]) if found else None


@udf("spl_memk", "VARCHAR", returns="DOUBLE")
def memk(text: str | None) -> float | None:
    """Kilobytes of a size such as `10m`; a size without a unit is in kilobytes."""
    found = _SIZE.fullmatch(text or "")
    return float(found[1]) * _FACTORS[found[2].lower()] if found else None


@udf("spl_unit_number", "VARCHAR", returns="DOUBLE")
def unit_number(text: str | None) -> float | None:
    """A number with commas or a unit behind it; null for anything else."""
    found = _UNIT.fullmatch(text or "")
    return float(found[1].replace(",", "")) if found else None
