"""printf (Search Reference: Conversion functions)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from storypack.engine.udf.registry import udf
from storypack.engine.unicode import mended

_SPECIFIER = re.compile(r"%(?P<flags>['\-0+ #]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+)?)?(?P<type>[a-zA-Z%])")
_LONGEST = 10_000


@udf("spl_printf", "VARCHAR", "VARCHAR[]", returns="VARCHAR")
def printf(template: str | None, arguments: list[str | None]) -> str | None:
    """The text of a format and its arguments; null for a null format, for a specifier that Splunk does not have, or
    if an argument is missing."""
    if template is None:
        return None
    values = iter(arguments)
    try:
        return _SPECIFIER.sub(lambda found: _format(found, values), template)
    except (ValueError, OverflowError, StopIteration):
        return None


def _format(found: re.Match[str], values: Iterator[str | None]) -> str:
    kind, flags = found["type"], found["flags"]
    if kind == "%":
        return "%"
    width = found["width"]
    if width == "*":
        wide = _integer(next(values))
        flags, wide = (flags + "-", -wide) if wide < 0 else (flags, wide)
    else:
        wide = int(width or 0)
    precision: int | None = None
    if "." in found[0]:
        given = found["precision"]
        precision = _integer(next(values)) if given == "*" else int(given or 0)
    if max(wide, precision or 0) > _LONGEST:
        raise ValueError("too long")
    return _pad(_body(kind, flags, precision, next(values)), flags, wide, kind, precision)


def _body(kind: str, flags: str, precision: int | None, value: str | None) -> str:
    """The value without padding."""
    if kind in "sz":
        return (value or "")[:precision] if precision is not None else value or ""
    if kind == "c":
        number = _number(value)
        return mended(chr(int(number))) if number is not None else (value or "")[:1]
    if kind in "di":
        return _sign(_digits(abs(_integer(value)), "d", flags, precision), _integer(value) < 0, flags)
    if kind in "uoxXp":
        return _digits(_integer(value) % 2**64, {"u": "d", "p": "X"}.get(kind, kind), flags, precision)
    if kind in "eEfFgGaA":
        number = _number(value) or 0.0
        return _sign(_float(abs(number), kind, flags, precision), math.copysign(1, number) < 0, flags)
    raise ValueError(f"%{kind} is not supported")


def _digits(number: int, kind: str, flags: str, precision: int | None) -> str:
    if precision == 0 and number == 0:
        return ""
    text = f"{number:,}" if "'" in flags and kind == "d" else f"{number:{kind}}"
    text = text.rjust(precision or 0, "0")
    if "#" in flags and number:
        text = {"x": "0x", "X": "0X", "o": "0"}.get(kind, "") + text
    return text


def _float(number: float, kind: str, flags: str, precision: int | None) -> str:
    if kind in "aA":
        text = _hexadecimal(number, precision)
        return text.upper() if kind == "A" else text
    alternate = "#" if "#" in flags else ""
    grouping = "," if "'" in flags and kind in "fF" else ""
    return f"{number:{alternate}{grouping}.{6 if precision is None else precision}{kind}}"


def _hexadecimal(number: float, precision: int | None) -> str:
    """C's `%a`: `0x1.922p+1`."""
    mantissa, exponent = number.hex().split("p")
    if precision is None:
        whole, _, digits = mantissa.partition(".")
        digits = digits.rstrip("0")
        return f"{whole}{'.' + digits if digits else ''}p{exponent}"
    scaled = round(float.fromhex(mantissa) * 16**precision)
    whole, rest = divmod(scaled, 16**precision)
    return f"0x{whole}{f'.{rest:0{precision}x}' if precision else ''}p{exponent}"


def _sign(text: str, negative: bool, flags: str) -> str:
    if negative:
        return "-" + text
    return ("+" if "+" in flags else " " if " " in flags else "") + text


def _pad(text: str, flags: str, wide: int, kind: str, precision: int | None) -> str:
    if len(text) >= wide:
        return text
    if "-" in flags:
        return text.ljust(wide)
    whole_with_precision = kind in "diuoxXp" and precision is not None
    if "0" not in flags or kind in "szc" or whole_with_precision:
        return text.rjust(wide)
    head = re.match(r"[+\- ]?(?:0[xX])?", text)
    cut = head.end() if head else 0
    return text[:cut] + text[cut:].rjust(wide - cut, "0")


def _number(value: str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None


def _integer(value: str | None) -> int:
    return int(_number(value) or 0.0)
