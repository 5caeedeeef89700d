"""Searches in, canonical searches out."""

from __future__ import annotations

import pytest

from storypack.spl import parse, print_search
from tests.spl.spl_fixtures import blocks, pairs


@pytest.mark.parametrize("search", blocks("canonical.txt"))
def test_canonical_text_stays(search: str) -> None:
    assert print_search(parse(search)) == search


@pytest.mark.parametrize(("search", "expected"), pairs("formatted.txt"))
def test_formatted(search: str, expected: str) -> None:
    tree = parse(search)
    assert print_search(tree) == expected
    assert parse(expected) == tree
