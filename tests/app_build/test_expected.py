"""Pairs: the YAML of tests/app_build/pack/ and the app of tests/app_build/expected/ that it becomes, file by file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from splunk_appinspect import configuration_parser
from splunk_appinspect.configuration_file import ConfigurationFile

from storypack.app_build.content import AppContent
from storypack.app_build.from_pack import tactics_of
from storypack.app_build.tree import app_tree
from storypack.conf import Conf, read

EXPECTED = Path(__file__).parent / "expected"
FILES = sorted(path.relative_to(EXPECTED).as_posix() for path in EXPECTED.rglob("*") if path.is_file())
CONFS = [path for path in FILES if path.endswith((".conf", ".meta"))]


@pytest.fixture(scope="module")
def tree(content: AppContent) -> dict[str, bytes]:
    return app_tree(content, tactics_of).files


def test_the_app_has_these_files(tree: dict[str, bytes]) -> None:
    assert sorted(tree) == FILES


@pytest.mark.parametrize("path", FILES)
def test_a_file(tree: dict[str, bytes], path: str) -> None:
    assert tree[path].decode() == Path(EXPECTED, path).read_bytes().decode()


@pytest.mark.parametrize("path", CONFS)
def test_appinspect_reads_the_same_and_finds_nothing_wrong(tree: dict[str, bytes], path: str) -> None:
    file = configuration_parser.parse(
        io.BytesIO(tree[path]), ConfigurationFile(), configuration_parser.configuration_lexer
    )
    theirs = {name: {key: opt.value for key, opt in section.options.items()} for name, section in file.sects.items()}
    assert theirs == {stanza.name: dict(stanza.settings) for stanza in read(tree[path])}
    assert not list(file.errors)


def test_conf_values_are_what_the_yaml_says(tree: dict[str, bytes]) -> None:
    searches = read(tree["default/savedsearches.conf"])
    rule = searches["EX - Bucket Opened - Rule"]
    assert rule["description"] == (
        "Somebody opened a bucket.\n[evil]\nsearch = | delete\n# not a comment \\ in the middle"
    )
    assert rule["search"].splitlines()[1] == '| eval path="C:\\\\Temp\\\\x"'
    assert "evil" not in searches.names
    assert read(tree["default/macros.conf"])["ex_recent(1)"]["definition"].count("\n") == 1


def test_json_values_are_json_with_sorted_keys_and_no_blanks(tree: dict[str, bytes]) -> None:
    found = 0
    for path in CONFS:
        for stanza in read(tree[path]):
            for key, value in stanza.settings.items():
                if value.startswith(("{", "[{", '["')):
                    assert value == json.dumps(json.loads(value), sort_keys=True, separators=(",", ":")), key
                    found += 1
    assert found > 20


def actions(conf: Conf, name: str) -> set[str]:
    """The actions that are switched on; a parameter alone switches none on."""
    keys = [key for key in conf[f"EX - {name} - Rule"].settings if key.startswith("action.") and ".param." not in key]
    return {key.split(".")[1] for key in keys}


def test_findings_and_risk_follow_the_type(tree: dict[str, bytes]) -> None:
    conf = read(tree["default/savedsearches.conf"])
    assert actions(conf, "Bucket Opened") == {"correlationsearch", "notable", "risk"}
    assert actions(conf, "Odd Name Queried") == {"correlationsearch", "risk"}
    assert actions(conf, "Several Signs") == {"correlationsearch", "notable"}
    assert actions(conf, "Archive Hunt") == {"correlationsearch"}


def test_what_the_author_wrote_for_analysts_is_there_without_a_finding(tree: dict[str, bytes]) -> None:
    settings = read(tree["default/savedsearches.conf"])["EX - Odd Name Queried - Rule"].settings
    (drilldown,) = json.loads(settings["action.notable.param.drilldown_searches"])
    assert drilldown["name"] == "Names that $src$ asked for"
    assert json.loads(settings["action.notable.param.next_steps"])["data"] == "Ask whose machine $src$ is."
    assert "action.notable" not in settings


def test_what_runs_and_what_does_not(tree: dict[str, bytes]) -> None:
    conf = read(tree["default/savedsearches.conf"])
    enabled = {stanza.name for stanza in conf if stanza["disabled"] == "0"}
    assert enabled == {"EX - Bucket Opened - Rule", "EX - Follow a User - Step 1"}
    assert conf["EX - Follow a User - Step 1"]["enableSched"] == "0"


def test_xml_and_json_files_parse(tree: dict[str, bytes]) -> None:
    for path, data in tree.items():
        if path.endswith(".xml"):
            ElementTree.fromstring(data)
    view = ElementTree.fromstring(tree["default/data/ui/views/small.xml"])
    definition = json.loads(view.findtext("definition") or "")
    assert (view.findtext("label"), definition["title"]) == ("Small & <simple>", "Small & <simple>")
    assert definition["description"] == "]]> is no end"
    assert json.loads(tree["app.manifest"])["info"]["releaseDate"] == "2026-03-04"


def test_every_generated_name_carries_the_prefix(tree: dict[str, bytes]) -> None:
    """So that the app can stand beside any other: searches, stories and filter macros are told apart by it."""
    assert all(name.startswith("EX - ") for name in read(tree["default/savedsearches.conf"]).names)
    for name in read(tree["default/analyticstories.conf"]).names:
        assert name.split("://")[1].startswith("EX - ")
    filters = [name for name in read(tree["default/macros.conf"]).names if name.endswith("_filter")]
    assert len(filters) == 4
    assert all(name.startswith("ex_") for name in filters)
