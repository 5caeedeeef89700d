"""What `validate` passes, `build`, `test` and an instance accept; what they refuse, `validate` names.

`STORYPACK_EDITS=5000 pytest tests/hostile/test_random_edits.py` tries more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.site import Site
from splunkd import Splunkd
from splunkd.fixtures import splunkd
from storypack.app_build.check import app_issues
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.checks.run import run_checks
from storypack.issue import Issue, Severity
from storypack.pack.load import load_pack
from storypack.pack.pack import Pack
from storypack.testing.plan import plan_tests
from storypack.testing.results import Outcome
from storypack.testing.run import run_test
from storypack.testing.setting import Setting
from tests.checks.example_pack import TODAY, write
from tests.hostile.random_edits import edited, pack

__all__ = ["splunkd"]

EDITS = int(os.environ.get("STORYPACK_EDITS", "96"))
BATCHES = 8
DEPLOYED = 12  # of how many packs that are right one goes to the instance


def checked(folder: Path) -> tuple[Pack, list[Issue]]:
    """The pack, and the errors that `validate` would show."""
    loaded = load_pack(folder)
    found = run_checks(loaded.pack, TODAY, [*loaded.issues, *app_issues(loaded.pack)])
    return loaded.pack, [issue for issue in found.issues if issue.severity is Severity.ERROR]


def built(given: Pack) -> dict[str, bytes] | BuildError:
    try:
        return app_tree(app_content(given), tactics_of).files
    except BuildError as error:
        return error


def refused(given: Pack) -> list[str]:
    """What `test` says of searches and events that it cannot run; a wrong number of rows is no matter of `validate`."""
    setting = Setting(given)
    try:
        results = [run_test(planned, setting) for planned in plan_tests(given)]
    finally:
        setting.close()
    failures = [(result.outcome, result.failure) for result in results if result.failure is not None]
    return [
        f"{failure.location}: {failure.message}"
        for outcome, failure in failures
        if (failure.problem == "search error" or outcome is Outcome.NOT_RUN) and not _unknown(failure.message)
    ]


def known_site(splunkd: Splunkd, folder: Path) -> Site:
    """The instance, with a folder for what is known of it."""
    state = folder / "state"
    state.mkdir()
    return Site(splunkd, state)


def _unknown(message: str) -> bool:
    """Whether the engine names what it cannot do, though Splunk can."""
    return "is not supported" in message or "behind a URL" in message


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_validate_passes_the_others_accept(batch: int, splunkd: Splunkd, tmp_path: Path) -> None:
    right, site = 0, known_site(splunkd, tmp_path)
    for seed in range(batch, EDITS, BATCHES):
        files, edits = edited(seed)
        folder = write(tmp_path / str(seed) / "pack", files)
        said = f"seed {seed}: " + "; ".join(edits)
        given, errors = checked(folder)
        app = built(given)
        if errors:
            continue  # whoever builds is told; that is enough
        assert not isinstance(app, BuildError), (said, [f"{each.location}: {each.message}" for each in app.issues])
        assert refused(given) == [], said
        if right % DEPLOYED == 0:
            site.apply(app)
            assert not site.plan(app).pending, said
        right += 1
    assert right > 0


def test_the_pack_without_edits_passes_them_all(splunkd: Splunkd, tmp_path: Path) -> None:
    given, errors = checked(write(tmp_path / "pack", pack()))
    assert errors == []
    assert refused(given) == []
    app = built(given)
    assert not isinstance(app, BuildError)
    site = known_site(splunkd, tmp_path)
    site.apply(app)
    assert not site.plan(app).pending
