"""A first, weaker condition for a pass over large files: it names one or two fields that nearly all base filters name.

To look up all that the filters compare costs as much again as to read an event, and most events are of no filter's
kind. So one field is looked up first (CloudTrail's `eventName`), and all else only where its value is one that any
filter asks for. The more different things filters ask of a field, the more it tells events apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from storypack.engine.coarse import Comparison, Outline, Together
from storypack.spl import tree

MOST_FIELDS = 2


def gate(outlines: Iterable[Outline]) -> Outline | None:
    """What must hold for each event that any of the outlines holds for; None where there is nothing of the kind that
    names MOST_FIELDS fields or fewer."""
    some = [each for each in outlines if each is not False]
    uses = Counter(name for each in some for name in _sufficient(each))
    chosen: list[str] = []
    left: Sequence[Outline] = some
    while left:
        names = frozenset().union(*map(_sufficient, left))
        if not names or len(chosen) == MOST_FIELDS:
            return None
        values = {name: len({_reduced(each, [name]) for each in left if name in _sufficient(each)}) for name in names}
        chosen.append(min(names, key=lambda name: (-values[name], uses[name], name)))
        left = [each for each in left if not _sufficient(each).intersection(chosen)]
    parts = tuple(dict.fromkeys(_reduced(each, chosen) for each in some))
    return None if not parts else parts[0] if len(parts) == 1 else Together(parts, any=True)


def _sufficient(part: Outline) -> frozenset[str]:
    """The fields each of which by itself rules events out."""
    match part:
        case Together(parts, any=True):
            return frozenset.intersection(*map(_sufficient, parts))
        case Together(parts, any=False):
            return frozenset().union(*map(_sufficient, parts))
        case Comparison(tree.Compare(tree.Field(name), "=", value), by_needle=False) if _tells(value):
            return frozenset((name,))
        case Comparison(tree.In(tree.Field(name), values), by_needle=False) if all(_tells(each) for each in values):
            return frozenset((name,))
        case _:
            return frozenset()


def _tells(value: object) -> bool:
    """Whether a value is one that not just any event has."""
    return isinstance(value, tree.Word) and bool(value.text.strip("*"))


def _reduced(part: Outline, chosen: Sequence[str]) -> Outline:
    """The outline with comparisons of one of these fields only: the first that suffices."""
    name = next(each for each in chosen if each in _sufficient(part))
    match part:
        case Together(parts, any=True):
            return Together(tuple(dict.fromkeys(_reduced(each, (name,)) for each in parts)), any=True)
        case Together(parts, any=False):
            return _reduced(next(each for each in parts if name in _sufficient(each)), (name,))
        case _:
            return part
