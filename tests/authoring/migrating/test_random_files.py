"""Random files of older formats say the same in the current one, keep their comments, and are done with after a run."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from storypack.authoring.migrating.file import MigrationError, adapted_as, migrated
from storypack.pack.adapters import adapt
from storypack.pack.explain import unknown_keys, without
from storypack.pack.kinds import BY_FOLDER, content_folders
from storypack.pack.yaml import parse
from tests.authoring.migrating.old_files import old_file


def model(folder: str, data: dict[str, Any]) -> Any:
    """What is loaded of the data, or the keys that keep it from being loaded."""
    try:
        return BY_FOLDER[folder].adapter().validate_python(data)
    except ValidationError as error:
        if unknown := unknown_keys(error, data):
            return model(folder, without(data, unknown))
        return sorted((each["type"], each["loc"]) for each in error.errors(include_url=False))


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9))
def test_the_same_is_said(seed: int) -> None:
    name, path, text, comments = old_file(random.Random(seed))
    folder = content_folders()[name]
    before = parse(text)[0]
    adapted = adapt(folder, before, "some_name", "cloud")
    result = migrated(folder, path, text.encode())
    if result is None:
        assert adapted is None or adapted.data == before
        return
    assert adapted is not None
    after = result.after.decode()
    assert model(folder, parse(after)[0]) == model(folder, adapted.data)
    lines = after.splitlines()
    for comment in comments:
        assert any(line.endswith(comment) for line in lines), (comment, after)
    assert migrated(folder, path, result.after) is None
    assert adapted_as(folder, path, parse(after)[0]) is None


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9))
def test_a_damaged_file_is_rewritten_right_or_left_with_a_reason(seed: int) -> None:
    draw = random.Random(seed)
    name, path, text, _ = old_file(draw)
    damaged = list(text)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(damaged))
        damaged[at : at + draw.randrange(3)] = draw.choice(
            ("", " ", "\n", ":", "- ", "#", "'", "[", "&a ", "*a ", "\t", "é")
        )
    folder = content_folders()[name]
    try:
        result = migrated(folder, path, "".join(damaged).encode())
    except MigrationError as error:
        assert str(error)
        return
    if result is not None:
        assert migrated(folder, path, result.after) is None
