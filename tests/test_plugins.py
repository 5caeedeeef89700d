"""What another installed package offers: rules and formats of results, found by entry point."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from storypack import plugins
from storypack.checks import cache, catalogue
from storypack.cli import main
from storypack.report.formats import renderer

RULE = """
from storypack.checks.catalogue import Fault, rule

@rule("XX001", "A story of one word", on="story", why="One word says little.", example="name: Leak")
def one_word(story, context):
    if " " not in story.name:
        yield Fault("name", "the story's name is one word")

def count(results):
    return f"{len(results.issues)} in all"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Puts a package with entry points where Python finds it."""

    def installed(module: str, code: str, points: str) -> None:
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{module}-2.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 2.1\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(points, encoding="utf-8")
        plugins.offered.cache_clear()

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(catalogue, "_RULES", dict(catalogue._RULES))
    yield installed
    plugins.offered.cache_clear()
    for name in ("house_rules", "broken_rules"):
        sys.modules.pop(name, None)


def test_rules_and_formats_of_another_package(install: object) -> None:
    assert callable(install)
    before = plugins.identity(plugins.RULES)
    points = "[storypack.rules]\nhouse = house_rules\n[storypack.renderers]\nvalidate.count = house_rules:count\n"
    install("house_rules", RULE, points)
    assert "XX001" in catalogue.rules()
    assert set(plugins.identity(plugins.RULES)) - set(before) == {"house house_rules 2.1"}
    assert renderer("validate", "count").__module__ == "house_rules"
    with pytest.raises(KeyError):
        renderer("test", "count")
    run = CliRunner().invoke(main, ["validate", "--format", "nonsense"])
    assert "'count'" in run.output.replace("\n", " ")


def test_a_package_that_cannot_be_loaded_is_named(install: object) -> None:
    assert callable(install)
    install("broken_rules", "import nowhere_to_be_found\n", "[storypack.rules]\nbroken = broken_rules\n")
    with pytest.raises(plugins.PluginError, match=r"broken_rules 2\.1 offers 'broken'.*nowhere_to_be_found"):
        catalogue.rules()
    run = CliRunner().invoke(main, ["rules"])
    assert run.exit_code == 2
    assert "bug of storypack" not in run.output
    assert "broken_rules 2.1" in run.output


def test_what_a_result_rests_on_is_there() -> None:
    root = Path(cache.__file__).parents[1]
    assert [stage for stage in cache.STAGES if not (root / stage).is_dir()] == []
