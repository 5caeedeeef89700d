"""`make command`: the files of a command that is read, printed, checked and run from the beginning."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import new_command
from storypack.conformance.cases import Case
from storypack.engine import run_search
from storypack.engine.commands import registry
from storypack.spl import cards, catalogue, parse, print_search
from storypack.spl.commands import plain
from storypack.spl.fields import flow, uses
from storypack.spl.memory import forget

NAME = "squash"


@pytest.fixture
def registries() -> Iterator[None]:
    """What a command is entered in, without it afterwards."""
    catalogue.commands.cache_clear()
    forget()
    yield
    for entered in (cards._entered, plain._rules, registry._registry):
        entered.pop(NAME, None)
    catalogue.commands.cache_clear()


@pytest.mark.parametrize("grammar", ["", "own"])
def test_the_new_files_are_a_command_that_works(
    grammar: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registries: None
) -> None:
    card, runs, cases = new_command.write(tmp_path, NAME, grammar)
    for path in (card, runs):
        name = path.removeprefix("tooling/").removesuffix(".py").replace("/", ".")
        spec = importlib.util.spec_from_file_location(name, tmp_path / path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    tree = parse(f"index=a | {NAME} b")
    command = tree.commands[1]
    assert command.name == NAME
    assert isinstance(command, plain.Plain) == (not grammar)
    assert print_search(tree) == f"index=a\n| {NAME} b"
    assert [use.name for use in uses(command)] == ["b"]
    assert flow(parse(f"index=a | table b | {NAME} b"))[-1].after.known == {"b"}
    case = Case(**json.loads((tmp_path / cases).read_text(encoding="utf-8")))
    assert run_search(case.spl, case.events) == case.expected["rows"]


@pytest.mark.parametrize(
    ("name", "grammar", "reason"),
    [
        ("stats", "", "there is a command of that name"),
        ("bucket", "", "there is a command of that name"),
        ("../x", "", "in small letters"),
        ("Squash", "", "in small letters"),
        (NAME, "mine", "GRAMMAR=own"),
    ],
)
def test_what_no_command_can_have_is_refused(name: str, grammar: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        new_command.write(tmp_path, name, grammar)
    assert not [*tmp_path.iterdir()]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_command.write(tmp_path, NAME)
    with pytest.raises(ValueError, match="there already"):
        new_command.write(tmp_path, NAME, "own")
