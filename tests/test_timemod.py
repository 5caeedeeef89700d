"""Time modifiers: what each resolves to, and what each mistake is answered with."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.timemod import UNITS, TimeModifierError, parse, resolve

NOW = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC).timestamp()  # a Thursday, a leap day


def utc(text: str) -> float:
    return datetime.fromisoformat(text + "+00:00").timestamp()


@pytest.mark.parametrize(
    ("modifier", "expected"),
    [
        ("now", "2024-02-29T12:34:56"),
        ("now()", "2024-02-29T12:34:56"),
        ("-30s", "2024-02-29T12:34:26"),
        ("-1h", "2024-02-29T11:34:56"),
        ("-h", "2024-02-29T11:34:56"),
        ("1h", "2024-02-29T13:34:56"),
        ("+90min", "2024-02-29T14:04:56"),
        ("@s", "2024-02-29T12:34:56"),
        ("@m", "2024-02-29T12:34:00"),
        ("@h", "2024-02-29T12:00:00"),
        ("@d", "2024-02-29T00:00:00"),
        ("-1d@d+2h", "2024-02-28T02:00:00"),
        ("-70m@m", "2024-02-29T11:24:00"),
        ("@d-2h", "2024-02-28T22:00:00"),
        ("-mon@mon+7d", "2024-01-08T00:00:00"),
        ("-1d-1h@h", "2024-02-28T11:00:00"),
        ("-1d@d+2h@h-5m", "2024-02-28T01:55:00"),
        ("@w", "2024-02-25T00:00:00"),
        ("@w0", "2024-02-25T00:00:00"),
        ("@w7", "2024-02-25T00:00:00"),
        ("@w1", "2024-02-26T00:00:00"),
        ("@w4", "2024-02-29T00:00:00"),
        ("@w5", "2024-02-23T00:00:00"),
        ("@w6", "2024-02-24T00:00:00"),
        ("-1w@w1", "2024-02-19T00:00:00"),
        ("@mon", "2024-02-01T00:00:00"),
        ("@q", "2024-01-01T00:00:00"),
        ("-1q@q", "2023-10-01T00:00:00"),
        ("+1quarter@qtr", "2024-04-01T00:00:00"),
        ("@y", "2024-01-01T00:00:00"),
        ("-1y", "2023-02-28T12:34:56"),
        ("-1mon", "2024-01-29T12:34:56"),
        ("-12mon", "2023-02-28T12:34:56"),
        ("+1mon", "2024-03-29T12:34:56"),
        ("rt", "2024-02-29T12:34:56"),
        ("rtnow", "2024-02-29T12:34:56"),
        ("rt-5m@m", "2024-02-29T12:29:00"),
        ("0", "1970-01-01T00:00:00"),
        ("10/27/2024:13:30:01", "2024-10-27T13:30:01"),
        ("10/27/2024", "2024-10-27T00:00:00"),
        ("2024-10-27T13:30:01", "2024-10-27T13:30:01"),
        ("2024-10-27T15:30:01+02:00", "2024-10-27T13:30:01"),
        ("2024-10-27T13:30:01Z", "2024-10-27T13:30:01"),
        ("  -1h ", "2024-02-29T11:34:56"),
    ],
)
def test_resolves_to(modifier: str, expected: str) -> None:
    assert resolve(modifier, NOW) == utc(expected)


def test_the_last_day_of_a_month_is_not_carried_over() -> None:
    assert resolve("-1mon", utc("2024-03-31T08:00:00")) == utc("2024-02-29T08:00:00")
    assert resolve("+1mon", utc("2023-01-31T08:00:00")) == utc("2023-02-28T08:00:00")
    assert resolve("-1q", utc("2024-05-31T08:00:00")) == utc("2024-02-29T08:00:00")


def test_fractions_stay_until_a_snap_takes_them() -> None:
    assert resolve("-1h", NOW + 0.25) == NOW - 3600 + 0.25
    assert resolve("-1d", NOW + 0.25) == NOW - 86400 + 0.25
    assert resolve("@s", NOW + 0.25) == NOW
    assert resolve("1709210096.5", 0) == 1709210096.5


def test_before_the_epoch() -> None:
    assert resolve("@d", -1.0) == -86400.0
    assert resolve("-1y", 0.0) == utc("1969-01-01T00:00:00")


def test_days_follow_the_wall_clock_and_hours_do_not() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon = datetime(2024, 3, 31, 12, tzinfo=berlin).timestamp()  # summer time began this morning
    assert noon - resolve("-1d", noon, berlin) == 23 * 3600
    assert noon - resolve("-24h", noon, berlin) == 24 * 3600
    assert resolve("@d", noon, berlin) == datetime(2024, 3, 31, tzinfo=berlin).timestamp()
    assert resolve("@w1", noon, berlin) == datetime(2024, 3, 25, tzinfo=berlin).timestamp()


def test_snapping_in_the_hour_that_happens_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    second = datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=1).timestamp()
    assert resolve("@h", second, berlin) == second - 1800


def test_snapping_to_the_hour_where_the_zone_is_half_an_hour_off() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    assert resolve("@h", utc("2024-02-29T12:34:56"), kolkata) == utc("2024-02-29T12:30:00")


def test_what_kind_it_is() -> None:
    assert parse("rt-5m").realtime and parse("rt-5m").relative
    assert not parse("-5m").realtime
    assert not parse("1709210096").relative
    assert not parse("10/27/2024:00:00:00").relative
    assert parse("now").relative


@pytest.mark.parametrize(
    ("text", "column", "said", "cure"),
    [
        ("", 1, "empty", "now"),
        ("yesterday", 1, "'yesterday' is not a unit", "units are"),
        ("-1x", 3, "'x' is not a unit", "s, m, h, d, w, mon, q, y"),
        ("-1D", 3, "'D' is not a unit", "lower case: d"),
        ("-1M", 3, "'M' is not a unit", "mon is months"),
        ("-5", 1, "'-5' has no unit", "-5s"),
        ("-1.5h", 1, "whole", "-90m"),
        ("-1h@", 4, "followed by a unit", "@d"),
        ("@w8", 1, "'@w8' is not a snap", "@w6"),
        ("@week1", 1, "'@week1' is not a snap", "@w6"),
        ("@d2", 1, "'@d2' is not a snap", "@d"),
        ("-1d@d2h", 4, "not a snap", ""),
        ("-1h 30m", 4, "not an offset", ""),
        ("--1h", 1, "not an offset", ""),
        ("rt-5", 3, "no unit", "-5s"),
        ("27/10/2024:00:00:00", 1, "not a date", "month first"),
        ("2024-13-01", 1, "not a date", "2024-10-27"),
        ("every tuesday", 1, "'every' is not a unit", ""),
        ("1709210096000", 1, "after the year 9999", "not milliseconds"),
        ("-9999999999999999d", 1, "too large", ""),
        ("١h", 1, "is not an offset", ""),
    ],
)
def test_mistakes_are_named_with_place_and_cure(text: str, column: int, said: str, cure: str) -> None:
    with pytest.raises(TimeModifierError) as caught:
        parse(text)
    assert said in caught.value.message
    assert cure in caught.value.cure
    assert caught.value.column == column


@pytest.mark.parametrize("text", ["-9000y", "+9000y", "-999999999999d", "-999999999999mon"])
def test_leaving_the_calendar_is_an_error(text: str) -> None:
    with pytest.raises(TimeModifierError, match="years 1 to 9999"):
        resolve(text, NOW)


units = st.sampled_from(sorted(UNITS))
moments = st.integers(-2_000_000_000, 4_000_000_000)


@given(moments, units)
def test_a_snap_goes_back_and_stays(moment: int, unit: str) -> None:
    snapped = resolve(f"@{unit}", moment)
    assert snapped <= moment
    assert resolve(f"@{unit}", snapped) == snapped
    assert moment < resolve(f"@{unit}+1{unit}", moment)


@given(moments, st.sampled_from(["s", "m", "h", "d", "w"]), st.integers(0, 5000))
def test_there_and_back(moment: int, unit: str, number: int) -> None:
    assert resolve(f"-{number}{unit}+{number}{unit}", moment) == moment


@given(moments, st.integers(0, 7))
def test_a_weekday_is_the_weekday(moment: int, day: int) -> None:
    snapped = datetime.fromtimestamp(resolve(f"@w{day}", moment), UTC)
    assert snapped.isoweekday() % 7 == day % 7
    assert 0 <= moment - snapped.timestamp() < 7 * 86400


@given(st.text(max_size=12))
def test_any_text_is_a_modifier_or_a_named_mistake(text: str) -> None:
    try:
        parse(text).resolve(NOW)
    except TimeModifierError as error:
        assert error.message
