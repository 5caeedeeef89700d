"""docs/house.md leads to what is there: its paths, the names in files that it gives, the members of registries."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from configparser import RawConfigParser
from pathlib import Path

import click
import pytest

import pages
from storypack.checks.catalogue import families, rules
from storypack.cli import COMMANDS, main
from storypack.conformance.cases import cases
from storypack.deploy.kinds import KINDS as DEPLOYED
from storypack.engine.aggregations.registry import names as aggregations
from storypack.engine.commands.registry import REFUSED
from storypack.engine.commands.registry import names as commands
from storypack.engine.events.formats.registry import formats
from storypack.engine.events.openers.registry import envelopes
from storypack.engine.events.sourcetypes import _BY_KEYS, _BY_TEXT
from storypack.engine.functions.registry import names as functions
from storypack.engine.ingest.forms import KEYS
from storypack.engine.ingest.settings import INDEX_TIME
from storypack.pack.kinds import KINDS
from storypack.reference.alert_actions import ALERT_ACTIONS
from storypack.reference.unknown import points
from storypack.report.formats import FORMATS
from storypack.spl.cards import cards

from .test_architecture import stages

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tooling" / "storypack"
TEXT = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
BUILTIN = PACKAGE / "engine/knowledge/builtin/default/props.conf"


def _formats(command: str) -> Collection[str]:
    """What `--format` of a command takes."""
    chosen = main.get_command(click.Context(main), command)
    assert chosen is not None
    choice = next(parameter.type for parameter in chosen.params if parameter.name == "format")
    assert isinstance(choice, click.Choice)
    return choice.choices


def _stanzas(path: Path) -> Collection[str]:
    reader = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    reader.read_string(path.read_text(encoding="utf-8"))
    return reader.sections()


REGISTRIES: dict[str, Callable[[], Collection[str]]] = {
    "commands": lambda: cards().keys(),
    "commands that run": commands,
    "commands refused": lambda: REFUSED.keys(),
    "eval functions": functions,
    "aggregations": aggregations,
    "rule families": families,
    "rules": lambda: rules().keys(),
    "content kinds": lambda: {kind.name for kind in KINDS},
    "event formats": lambda: [form.name for form in formats()],
    "what wraps events in JSON": lambda: envelopes().keys(),
    "source types told by their events": lambda: {name for name, _ in (*_BY_KEYS, *_BY_TEXT)},
    "index-time settings": lambda: INDEX_TIME,
    "forms of times": lambda: KEYS,
    "built-in knowledge": lambda: _stanzas(BUILTIN),
    "alert actions": lambda: ALERT_ACTIONS.keys(),
    "data models": lambda: [path.stem for path in (PACKAGE / "reference/data/cim").glob("*.json")],
    "conformance cases": lambda: {case.area for case in cases()},
    "unknown points": lambda: [point.id for point in points()],
    "deployed kinds": lambda: [kind.id for kind in DEPLOYED],
    "formats of results": lambda: {name for formats in FORMATS.values() for name in formats},
    "commands of the command line": lambda: COMMANDS.keys(),
    "generated pages": lambda: pages.PAGES.keys(),
}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading: the first cell, and the others."""
    part = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")
    ]
    return {first: rest for first, *rest in rows[1:]}


def code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def places(path: str) -> list[Path]:
    """The files or folders that a path of the page stands for; words in capitals stand for any name."""
    pattern = path if "README" in path else re.sub(r"[A-Z]{2,}", "*", path)
    return [match for base in (ROOT, PACKAGE) for match in base.glob(pattern.rstrip("/"))]


PATHS = sorted({each for each in code(TEXT) if re.fullmatch(r"[\w./-]*\w(?:/|\.(?:py|md|yml|jsonl?|conf))", each)})


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_there(path: str) -> None:
    matches = places(path)
    assert matches
    assert all(match.is_dir() == path.endswith("/") for match in matches)


def test_the_page_names_many_paths() -> None:
    assert len(PATHS) > 100
    assert not places("engine/nowhere.py")


NAMED = [
    (path, name) for path, names in re.findall(r"`([\w/]+\.py)`\s+\(((?:`\w+`[,\s]*)+)", TEXT) for name in code(names)
]


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_a_name_is_in_its_file(path: str, name: str) -> None:
    assert any(re.search(rf"\b{name}\b", place.read_text(encoding="utf-8")) for place in places(path))


def test_every_registry_of_the_page_is_checked() -> None:
    assert table("Registries").keys() == REGISTRIES.keys()


@pytest.mark.parametrize("registry", REGISTRIES)
def test_a_registry_has_the_members_that_the_page_names(registry: str) -> None:
    where, how, among = table("Registries")[registry]
    members = set(code(among))
    assert members
    assert members <= set(REGISTRIES[registry]())
    for decorator in (each for each in code(how) if each.startswith("@")):
        assert f"def {decorator[1:]}(" in places(code(where)[0])[0].read_text(encoding="utf-8")


def test_every_stage_is_on_the_page() -> None:
    listed = {name.strip("`/") for name in table("Stages") if name.endswith("/`")}
    assert listed == set(stages())


def test_every_recipe_has_numbered_steps_that_begin_with_files() -> None:
    recipes = TEXT.partition("\n## Recipes\n")[2].split("\n### ")[1:]
    assert len(recipes) > 12
    for recipe in recipes:
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", recipe, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1)), recipe
        assert len(numbers) > 2, recipe


def test_the_chores_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    chores = {each.split()[1] for each in code(TEXT) if each.startswith("make ")}
    assert chores
    assert all(f"\n{chore}:" in makefile for chore in chores)
