"""The list of what nobody has established."""

from __future__ import annotations

import pytest

from storypack.reference.unknown import Point, point, points


def test_ids() -> None:
    ids = [each.id for each in points()]
    assert len(set(ids)) == len(ids) > 10
    assert point("not-null").avoid == 'isnull(u) OR u!="adm"'
    with pytest.raises(KeyError):
        point("nothing")


@pytest.mark.parametrize("each", points(), ids=lambda each: each.id)
def test_a_point_has_readings_with_evidence_and_a_probe_that_tells_them_apart(each: Point) -> None:
    assert len(each.readings) > 1
    assert all(reading.says.endswith(".") and reading.evidence for reading in each.readings)
    assert each.avoid
    assert each.marked or each.switch or each.id == "mvexpand-nowhere"
    assert list(each.probe.rows) == [reading.id for reading in each.readings]
    answers = list(each.probe.rows.values())
    assert all(answers.count(answer) == 1 for answer in answers)
