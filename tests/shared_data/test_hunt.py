"""One hunt over all real files, as they lie: it finds what is to be found in them, and nothing in the background."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from storypack.cli.hunt import command

from .runs import DATA, ROOT, manifest

if not (DATA / "MANIFEST.yml").is_file():
    pytest.skip(f"the real events are not there ({DATA})", allow_module_level=True)

from .test_shared_data import FIRES, bare

# Its events are not in the shape in which Google's add-on writes them, so a hunt cannot tell what they are.
NOT_RECOGNISED = "gws/panther_gsuite_drive_tests"


def test_a_hunt_over_all_files_finds_the_positives_and_nothing_else(tmp_path: Path) -> None:
    report = tmp_path / "hunt.jsonl"
    given = [str(DATA), "--pack", str(ROOT), "--format", "json", "-o", str(report)]
    result = CliRunner().invoke(command, given, standalone_mode=False)
    assert result.return_value == 1, result.output
    kinds: dict[str, list[dict[str, object]]] = {}
    for line in report.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        kinds.setdefault(row["kind"], []).append(row)
    assert kinds["hunt"][0]["unreadable"] == []
    lines: dict[tuple[str, str], set[int]] = {}
    files = {file.full.resolve(): bare(file) for file in manifest()}
    for finding in kinds["finding"]:
        for event in finding["events"]:  # type: ignore[attr-defined]
            place = files.get(Path(event["file"]).resolve())
            if place is not None:
                stem = Path(str(finding["file"])).stem
                lines.setdefault((stem, place), set()).add(event["line"])
    expected = {key: set(alone) for key, (_, alone) in FIRES.items() if key[1] != NOT_RECOGNISED}
    assert set(lines) == set(expected)
    assert all(expected[key] <= lines[key] for key in expected)
