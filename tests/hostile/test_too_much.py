"""A megabyte of mistakes: nobody is to wait for them, and nobody is to read them all."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from storypack.checks.catalogue import MOST
from storypack.cli import main
from tests.hostile.hostile_pack import DETECTION, DETECTION_FILE, healthy, with_value, write

MANY = 40_000


def listed(key: str, item: str, number: int = 2 * MANY) -> str:
    """The healthy detection with a long list in place of (or beside) what it has at a key."""
    lines = [line for line in DETECTION.splitlines() if not line.startswith(f"{key}:")]
    return "\n".join([*lines, f"{key}:", *[f"- {item}"] * number]) + "\n"


def searched(spl: str) -> str:
    return with_value(DETECTION_FILE, "search", json.dumps(spl))


TOO_MUCH = {
    "unknown keys": DETECTION + "".join(f"k{number}: x\n" for number in range(MANY)),
    "keys twice": DETECTION + "k: x\n" * MANY,
    "one anchor, used often": "a: &a [x]\n" + "".join(f"b{number}: *a\n" for number in range(MANY)),
    "control characters": DETECTION + "cve: [" + '"\\x01",' * MANY + "]\n",
    "numbers for texts": listed("references", "1"),
    "texts for URLs": listed("references", "x"),
    "unknown techniques": listed("mitre_attack_id", "T99"),
    "unknown stories": listed("analytic_story", "Exampl Story"),
    "unknown data sources": listed("data_source", "A AND B AND C", MANY // 2),
    "tests with a wrong key": listed("tests", "{nam: x}", MANY // 2),
    "a line of blanks": searched("a" + " " * 1_000_000 + "b"),
    "a line of calls": searched("`ex_audit` " * 90_000),
    "a line of pipes": searched("|" * 1_000_000),
    "a line of brackets": searched("[(" * 500_000),
    "a line of quotes": searched('"' * 500_001),
    "a line of dollars": with_value(DETECTION_FILE, "finding", json.dumps({"title": "$a" * 500_000, "entity": {}})),
    "a line of text": with_value(DETECTION_FILE, "how_to_implement", "x" * 1_900_000),
}


@pytest.mark.parametrize("name", TOO_MUCH)
@pytest.mark.timeout(60)  # each takes a second or two; with a fault for every mistake it would take minutes
def test_a_megabyte_of_mistakes(name: str, tmp_path: Path) -> None:
    pack = healthy(tmp_path / "pack")
    write(pack, DETECTION_FILE, TOO_MUCH[name])
    result = CliRunner().invoke(main, ["validate", "--pack", str(pack), "--format", "json", "--no-cache"])
    assert result.exit_code == (0 if name == "a line of text" else 1), result.output[-500:]
    issues = json.loads(result.stdout)["issues"]
    counted = Counter(issue["rule"] for issue in issues)
    assert sum(counted.values()) <= 3 * MOST + 5
    if max(counted.values(), default=0) > MOST:
        assert any(f"the first {MOST} are shown" in issue["message"] for issue in issues)
