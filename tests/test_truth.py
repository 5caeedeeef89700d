"""Words for true and false: what each place takes, and what it does not."""

from __future__ import annotations

import pytest

from storypack import truth
from storypack.truth import Truth


@pytest.mark.parametrize(
    ("place", "true", "false", "neither"),
    [
        (truth.CONF, "1 true T yes Y", "0 FALSE f no n", "on off enabled disabled 2"),
        (truth.OPTION, "1 true t Yes y", "0 false f No n", "on off enabled disabled auto"),
        (truth.WRITTEN_BACK, "1 True t yes y on Enabled", "0 false f no n off Disabled", "auto 2"),
        (truth.ANSWER, "1 True", "0 False", "yes no t f on"),
        (truth.YAML, "true yes On 1", "false no Off 0", "t f y n"),
    ],
)
def test_each_place_has_words_of_its_own(place: Truth, true: str, false: str, neither: str) -> None:
    assert {place.read(word) for word in true.split()} == {True}
    assert {place.read(word) for word in false.split()} == {False}
    assert {place.read(word) for word in neither.split()} == {None}
    assert not any(place.is_true(word) or place.is_false(word) for word in neither.split())
    assert place.words == {word.lower() for word in (true + " " + false).split()} | ({""} & place.false)


def test_nothing_is_false_only_where_splunk_wrote_it() -> None:
    places = (truth.CONF, truth.OPTION, truth.WRITTEN_BACK, truth.ANSWER, truth.YAML)
    assert [place for place in places if place.read(" ") is not None] == [truth.WRITTEN_BACK]


def test_blanks_around_a_word_say_nothing() -> None:
    assert truth.CONF.read(" true\t") is True
