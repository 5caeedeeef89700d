"""Random histories: versions of the pack come and go, the site changes things, faults strike, applies are taken back.

Whatever the order: after an apply nothing is pending and what the site set is as it set it; after a rollback the
instance is as it was before the apply.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.site import APP, RULE, Site, Tree, edited, tree
from secret_watch import look
from splunkd import Fault, Splunkd
from storypack.splunkd.errors import DeployError

SECOND = "EXF - Second - Rule"
TWO = (
    tree()["default/savedsearches.conf"].decode()
    + f"[{SECOND}]\nsearch = index=main `exf_proxy`\nenableSched = 1\ncron_schedule = 0 * * * *\n"
)


def versions() -> list[Tree]:
    newer = edited("transforms", "exf_trusted_1.csv", "exf_trusted_2.csv")
    newer["lookups/exf_trusted_2.csv"] = newer.pop("lookups/exf_trusted_1.csv") + b"example.net,too\n"
    return [
        tree(),
        edited("savedsearches", "method=POST", "method=PUT"),
        edited("savedsearches", "-70m@m", "-130m@m"),
        tree(savedsearches=TWO, macros=tree()["default/macros.conf"].decode() + "[exf_more]\ndefinition = a | b\n"),
        tree(savedsearches="", overview=None, analyticstories=""),
        newer,
    ]


def site_sets(splunkd: Splunkd, which: int) -> tuple[str, str, str, str] | None:
    """A change of the site: (kind, name, key, value), or None when there is nothing to change."""
    changes = [
        ("savedsearches", RULE, "disabled", "0"),
        ("savedsearches", RULE, "cron_schedule", "*/7 * * * *"),
        ("macros", "exf_archive_leaves_filter", "definition", "search NOT user=backup"),
        ("macros", "exf_proxy", "definition", "index=net"),
    ]
    kind, name, key, value = changes[which % len(changes)]
    app = splunkd.state.apps.apps.get(APP)
    if app is None or not app.has(kind, name):
        return None
    app.put(kind, name, {key: value})
    return kind, name, key, value


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_order(seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    known, done = versions(), 0
    with Splunkd() as splunkd:
        site = Site(splunkd, tmp_path, {"retries": 2, "backoff": 0.001})
        before: list[dict[str, Any] | None] = []  # per apply that stands; None = the site changed something since
        held: dict[tuple[str, str, str], str] = {}
        for _ in range(16):
            what = chosen.choice(["apply", "apply", "apply", "site", "back", "fault"])
            if what == "site":
                if change := site_sets(splunkd, chosen.randrange(4)):
                    held[change[:3]] = change[3]
                    before = [None] * len(before)
            elif what == "back" and before:
                site.roll_back()
                goal = before.pop()
                assert goal is None or splunkd.state.dump() == goal
                held.clear()  # what came with the apply may have gone with it
            elif what in ("apply", "fault"):
                version, start = chosen.choice(known), splunkd.state.dump()
                if what == "fault":
                    kind, status = chosen.choice([("cut", 0), *(("answer", status) for status in (403, 404, 500, 504))])
                    effect, times = chosen.random() < 0.5, chosen.choice([1, 9])
                    splunkd.faults.add(
                        Fault(kind, chosen.randrange(1, 25), times=times, effect=effect, status=status)  # type: ignore[arg-type]
                    )
                if applied(lambda version=version: site.apply(version), splunkd):
                    before.append(start)
                splunkd.faults.clear()
                assert not site.plan(version).pending
                done += 1
                for (kind, name, key), value in list(held.items()):
                    if splunkd.state.app(APP).has(kind, name):
                        assert splunkd.state.merged(APP, kind, name)[key] == value
                    else:
                        del held[kind, name, key]
        assert done


def applied(run: Callable[[], object], splunkd: Splunkd) -> bool:
    """Apply until it is through; whether there was anything to do."""
    for _ in range(5):
        try:
            return run() is not None
        except DeployError as error:
            look("an error", str(error))
            splunkd.faults.clear()
    raise AssertionError("it never came to an end")
