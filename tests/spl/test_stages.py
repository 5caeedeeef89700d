"""A stage that was read before, at another place or in another search, is what reading it anew would give."""

from __future__ import annotations

import pytest

from storypack.conformance.cases import cases
from storypack.spl import SplError, parse
from storypack.spl.fields.walk import walk
from storypack.spl.memory import forget
from storypack.spl.tree import Pipeline


def places(pipeline: Pipeline) -> list[tuple[str, int, int]]:
    """All that equality of trees leaves out: the type of each node, and its place."""
    return [(type(node).__name__, *node.span) for node in walk(pipeline)]


def fresh(text: str) -> Pipeline:
    forget()
    return parse(text)


def searches() -> list[str]:
    texts = dict.fromkeys(case.spl for case in cases())
    return [text for text in texts if "|" in text.strip()[1:]]


def moved(text: str) -> str:
    """The stages of a search behind another first one."""
    return f"index=elsewhere host=a_long_name |{text.strip().lstrip('|').partition('|')[2]}"


def test_stages_of_all_cases_are_the_same_at_another_place() -> None:
    compared = 0
    for text in searches():
        try:
            expected = fresh(moved(text))
        except SplError:
            continue
        forget()
        parse(text)
        again = parse(moved(text))
        assert again == expected, text
        assert places(again) == places(expected), text
        compared += 1
    assert compared > 300


@pytest.mark.parametrize(
    "stage",
    [
        'eval a=if(match(b, "x|y"), "p\\"q", -c), d=\'some field\' . "z"',
        "stats count(eval(status=500)) as errors, values(a.*) as * by host, user",
        "where NOT (a IN (1, 2) OR b!=.5)",
        "rename a.* as *, \"b c\" as 'd e'",
        'search a=1 NOT (b="x y" OR c IN (d, "e"))',
        "lookup owners host AS dest OUTPUTNEW owner AS who",
        "statz count by host",
    ],
)
@pytest.mark.parametrize("ending", ["", " ", " | head 5", "|head 5"])
def test_stage_at_two_places_of_one_search(stage: str, ending: str) -> None:
    text = f"index=a | {stage} | fields host |  {stage}{ending}"
    tree = fresh(text)
    alone = fresh(f"index=a | fields host {' ' * len(stage)}|  {stage}{ending}")
    first, second = tree.commands[1], tree.commands[3]
    assert first == second == alone.commands[2]
    assert first is not second
    shift = text.index(stage, second.span.start) - text.index(stage)
    assert [node.span for node in walk(second)] == [
        (node.span.start + shift, node.span.end + shift) for node in walk(first)
    ]


def test_stage_is_shared_where_its_place_is_the_same() -> None:
    forget()
    first, second = parse("index=a | stats count by host"), parse("index=b | stats count by host")
    assert first.commands[1] is second.commands[1]


@pytest.mark.parametrize(
    ("closed", "open_"),
    [
        ("index=a | table 'a | fields b' | head 5", "index=a | table 'a | fields b"),
        ("index=a | table x 'a b 'c' | head 5", "index=a | table x 'a b 'c' | head 5 '"),
        ("index=a | search x=a\\| y=1 | head 5", "index=a | search x=a | y=1"),
    ],
)
def test_text_that_is_read_by_what_follows_is_read_each_time(closed: str, open_: str) -> None:
    for first, second in ((closed, open_), (open_, closed)):
        expected = reading(second)
        forget()
        reading(first, anew=False)
        assert reading(second, anew=False) == expected


def reading(text: str, *, anew: bool = True) -> object:
    if anew:
        forget()
    try:
        tree = parse(text)
    except SplError as error:
        return error.message, error.span
    return tree, places(tree)


def test_error_behind_known_stages_is_where_it_is() -> None:
    stages = "| stats count by host | eval a=1 "
    fresh(f"index=a {stages}")
    with pytest.raises(SplError) as caught:
        parse(f"index=longer {stages}| eval b=(1 | head 5")
    assert caught.value.span.start == len(f"index=longer {stages}| eval b=(1")


def test_stage_in_a_subsearch_closes_its_bracket() -> None:
    fresh("index=a | stats count by host | head 5")
    text = "index=a | join host [ search index=b | stats count by host ] | head 5"
    assert places(parse(text)) == places(fresh(text))
