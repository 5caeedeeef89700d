"""Which cron expressions Splunk reads, and what each mistake is answered with."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest

from storypack.checks.cron import CronError, check_cron, occurs, runs


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "*/5 * * * *",
        "00,20,40 * * * *",
        "3-13/5 0-6 * * 1-5",
        "0 0 29 2 *",
        "7 3 1,15 */3 0",
        "0  4 * * 6",
    ],
)
def test_good(text: str) -> None:
    check_cron(text)
    assert occurs(text)


@pytest.mark.parametrize(
    ("text", "said", "cure"),
    [
        ("", "0 fields", "every hour"),
        ("every tuesday", "2 fields", "every hour"),
        ("0 * * * * *", "6 fields", ""),
        ("@daily", "no '@daily'", "0 0 * * *"),
        ("60 * * * *", "minute 60 is outside of 0 to 59", ""),
        ("0 24 * * *", "hour 24", ""),
        ("0 0 0 * *", "day of the month 0", ""),
        ("0 0 * 13 *", "month 13", ""),
        ("0 0 * * 7", "day of the week 7", "Sunday is 0"),
        ("0 0 * * mon", "'mon' is not a day of the week", "no names"),
        ("0 0 * JAN *", "'JAN' is not a month", "no names"),
        ("0 0 L * *", "'L' is not", ""),
        ("1,,2 * * * *", "'' is not a minute", ""),
        ("-5 * * * *", "'-5' is not a minute", ""),
        ("50-10 * * * *", "runs backwards", "50-59,0-10"),
        ("*/0 * * * *", "step of the minute is 0", ""),
        ("5/10 * * * *", "step but no range", "5-59/10"),
        ("*/90 * * * *", "step 90 is larger", ""),
        ("٣ * * * *", "is not a minute", ""),
        ("0 * * * ?", "'?' is not", ""),
    ],
)
def test_bad(text: str, said: str, cure: str) -> None:
    with pytest.raises(CronError) as caught:
        check_cron(text)
    assert said in caught.value.message
    assert cure in caught.value.cure


@pytest.mark.parametrize("text", ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"])
def test_what_cannot_occur(text: str) -> None:
    check_cron(text)
    assert not occurs(text)


def test_a_day_of_the_week_saves_an_impossible_day() -> None:
    assert occurs("0 0 30 2 1")


def test_runs() -> None:
    times = islice(runs("30 6 * * 1", datetime(2026, 11, 21, tzinfo=UTC)), 2)
    assert [time.isoformat() for time in times] == ["2026-11-23T06:30:00+00:00", "2026-11-30T06:30:00+00:00"]
