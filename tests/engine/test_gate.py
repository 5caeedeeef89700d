"""The first condition of a pass holds wherever a base filter's outline holds, and names few fields."""

from __future__ import annotations

from itertools import product

from storypack.engine.coarse import Comparison, Outline, Together
from storypack.engine.gate import gate
from storypack.spl import tree


def same(name: str, value: str) -> Comparison:
    return Comparison(tree.Compare(tree.Field(name), "=", tree.Word(value)), by_needle=False)


def among(name: str, *values: str) -> Comparison:
    return Comparison(tree.In(tree.Field(name), tuple(map(tree.Word, values))), by_needle=False)


def differs(name: str, value: str) -> Comparison:
    return Comparison(tree.Not(tree.Compare(tree.Field(name), "=", tree.Word(value))), by_needle=False)


def all_of(*parts: Outline) -> Together:
    return Together(parts, any=False)


def any_of(*parts: Outline) -> Together:
    return Together(parts, any=True)


def holds(part: Outline, event: dict[str, str]) -> bool:
    match part:
        case bool():
            return part
        case Together(parts, any=some):
            return (any if some else all)(holds(each, event) for each in parts)
        case Comparison(tree.Not(tree.Compare(tree.Field(name), _, tree.Word(text)))):
            return event[name] != text
        case Comparison(tree.Compare(tree.Field(name), _, tree.Word(text))):
            return text == "*" or event[name] == text
        case Comparison(tree.In(tree.Field(name), values)):
            return event[name] in {each.text for each in values if isinstance(each, tree.Word)}
    raise AssertionError(part)


def names(part: Outline | None) -> set[str]:
    match part:
        case Together(parts):
            return set().union(*map(names, parts))
        case Comparison(tree.Compare(tree.Field(name)) | tree.In(tree.Field(name))):
            return {name}
    return set()


OUTLINES: list[Outline] = [
    all_of(same("source", "s3"), among("name", "get", "copy"), differs("who", "aws")),
    all_of(same("source", "ec2"), same("name", "share")),
    any_of(all_of(same("source", "s3"), same("name", "put")), all_of(same("name", "start"), differs("who", "me"))),
    all_of(any_of(same("who", "me"), differs("who", "aws")), same("name", "stop")),
    False,
]


def test_it_holds_wherever_an_outline_holds() -> None:
    outlines = [*OUTLINES, all_of(same("source", "kms"), same("bucket", "*"))]
    first = gate(outlines)
    assert first is not None
    values = {
        "source": ["s3", "ec2", "kms", "x"],
        "name": ["get", "copy", "share", "put", "start", "stop", "x"],
        "who": ["aws", "me"],
        "bucket": ["b"],
    }
    passed = 0
    for each in product(*values.values()):
        event = dict(zip(values, each, strict=True))
        assert holds(first, event) or not any(holds(part, event) for part in outlines), event
        passed += holds(first, event)
    assert passed < 56


def test_the_field_of_which_most_is_asked_stands_for_all() -> None:
    assert names(gate(OUTLINES)) == {"name"}
    assert names(gate([*OUTLINES, same("source", "kms")])) == {"name", "source"}


def test_a_value_that_any_event_has_tells_nothing() -> None:
    assert gate([same("bucket", "*")]) is None
    assert names(gate([all_of(same("bucket", "*"), same("source", "s3"))])) == {"source"}


def test_there_is_none_where_a_filter_asks_for_everything_or_by_texts() -> None:
    assert gate([*OUTLINES, True]) is None
    assert gate([*OUTLINES, differs("who", "aws")]) is None
    assert gate([Comparison(tree.Compare(tree.Field("name"), "=", tree.Word("get")), by_needle=True)]) is None
    assert gate([any_of(same("name", "get"), differs("who", "aws"))]) is None


def test_there_is_none_of_more_than_two_fields() -> None:
    assert gate([same("a", "1"), same("b", "1"), same("c", "1")]) is None


def test_nothing_passes_where_nothing_can_match() -> None:
    assert gate([]) is None
    assert gate([False]) is None
