"""A small pack whose detections and tests are written by each test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from storypack.pack.load import load_pack
from storypack.testing.plan import plan_tests
from storypack.testing.results import TestResult
from storypack.testing.run import run_test
from storypack.testing.setting import Setting

NOON = "2026-11-20T12:00:00Z"
COMMON = {
    "version": 1,
    "creation_date": "2026-11-01",
    "modification_date": "2026-11-22",
    "author": "A. Author",
    "description": "What it is.",
}


def event(second: int = 0, **fields: Any) -> dict[str, Any]:
    """An event so many seconds after noon."""
    return {"time": f"2026-11-20T{12 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z", **fields}


def search_test(name: str = "Fires", events: Sequence[Mapping[str, Any]] | str = (), **keys: Any) -> dict[str, Any]:
    """A test; `events` are put into a file of their own."""
    return {"name": name, "events": events, **keys}


class SmallPack:
    """Files of a pack under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbered = 0
        self.write(
            "storypack.yml",
            {
                "app_id": "DA-ESS-Example",
                "title": "Example",
                "version": "1.0.0",
                "author": "A. Author",
                "description": "An example.",
                "stanza_prefix": "EX",
                "macro_prefix": "ex_",
            },
        )
        self.write("macros/ex_audit.yml", {**self.common("ex_audit"), "definition": "index=* sourcetype=ex:audit"})
        self.schedule("default_ttp", "-70m@m", "-10m@m")

    def common(self, name: str) -> dict[str, Any]:
        self.numbered += 1
        return {"name": name, "id": f"11111111-1111-4111-8111-{self.numbered:012}", **COMMON}

    def write(self, path: str, data: Mapping[str, Any]) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(dict(data), sort_keys=False, width=1000), encoding="utf-8")

    def schedule(self, name: str, earliest: str, latest: str) -> None:
        keys = {"cron_schedule": "0 * * * *", "earliest_time": earliest, "latest_time": latest}
        self.write(f"schedules/{name}.yml", {**self.common(name), **keys})

    def lookup(self, name: str, rows: str, **keys: Any) -> None:
        self.write(f"lookups/{name}.yml", {**self.common(name), "lookup_type": "csv", **keys})
        (self.folder / "lookups" / f"{name}.csv").write_text(rows, encoding="utf-8")

    def detection(self, name: str, search: str, *tests: Mapping[str, Any], **keys: Any) -> None:
        stem = name.lower().replace(" ", "_")
        written = []
        for number, test in enumerate(tests):
            test = dict(test)
            events = test.pop("events", ())
            if events:
                path = f"tests/data/{stem}_{number}.jsonl"
                text = events if isinstance(events, str) else "".join(json.dumps(one) + "\n" for one in events)
                (self.folder / "tests" / "data").mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_text(text, encoding="utf-8")
                test["attack_data"] = [{"data": path, "sourcetype": "ex:audit"}]
            written.append(test)
        body = {
            "status": "production",
            "type": "TTP",
            "data_source": [],
            "search": search,
            "how_to_implement": "Collect it.",
            "known_false_positives": "Few.",
            "finding": {"title": "$user$ did it", "entity": {"field": "user", "type": "user", "score": 60}},
            "analytic_story": [],
            "asset_type": "Disk",
            "category": "cloud",
            **keys,
            "tests": written,
        }
        self.write(f"detections/cloud/{stem}.yml", {**self.common(name), **body})

    def run(self) -> list[TestResult]:
        """All tests of the pack, in this process."""
        loaded = load_pack(self.folder)
        assert not loaded.pack.broken, loaded.issues
        setting = Setting(loaded.pack)
        try:
            return [run_test(planned, setting) for planned in plan_tests(loaded.pack)]
        finally:
            setting.close()

    def only(self) -> TestResult:
        """The result of the pack's one test."""
        (result,) = self.run()
        return result
