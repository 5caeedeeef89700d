"""What an app_template holds, and the pack's own dashboards, reach the app or are named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from storypack.app_build.check import app_issues
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.conf import read
from storypack.issue import Issue
from storypack.pack.load import load_pack

PACK = Path(__file__).parent / "pack"
VIEW = '<form version="1.1"><label>Theirs</label></form>\n'
YAML = """\
name: Uploads
id: 0d000000-0000-4000-8000-000000000001
version: 1
creation_date: 2026-11-01
modification_date: 2026-11-01
author: Kim Example
description: What goes out.
theme: dark
"""
STUDIO = '{"title": "Uploads", "dataSources": {"a": {"type": "ds.search", "options": {"query": "x earliest=-1d@d@w"}}}}'


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def write(pack: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(text, encoding="utf-8")


def built(pack: Path) -> dict[str, str]:
    files = app_tree(app_content(load_pack(pack).pack), tactics_of).files
    return {path: data.decode(errors="replace") for path, data in files.items()}


def issues(pack: Path) -> list[Issue]:
    return app_issues(load_pack(pack).pack)


def test_a_template_is_carried(pack: Path) -> None:
    write(
        pack,
        {
            "app_template/default/macros.conf": "[theirs]\ndefinition = search *\n",
            "app_template/default/their_own.conf": "[x]\na = 1\n",
            "app_template/default/empty.conf": "# nothing\n",
            "app_template/default/data/ui/views/theirs.xml": VIEW,
            "app_template/default/data/ui/panels/part.xml": "<panel><title>Part</title></panel>",
            "app_template/default/data/ui/nav/default.xml": '<nav><view name="theirs" /></nav>',
            "app_template/default/data/models/Theirs.json": "{}",
            "app_template/bin/run.py": "",
        },
    )
    files = built(pack)
    assert [stanza.name for stanza in read(files["default/macros.conf"])].count("theirs") == 1
    assert "ex_recent" in files["default/macros.conf"]
    assert files["default/data/ui/views/theirs.xml"] == VIEW
    assert files["default/data/ui/nav/default.xml"] == '<nav><view name="theirs" /></nav>'
    assert {"default/data/ui/panels/part.xml", "default/data/models/Theirs.json"} <= files.keys()
    assert not {"bin/run.py", "default/empty.conf"} & files.keys()
    assert [(each.rule, each.location.file) for each in issues(pack) if "app_template" in each.location.file] == [
        ("SP903", "app_template/bin/run.py")
    ]


def test_confs_that_splunk_does_not_know_can_be_reloaded(pack: Path) -> None:
    write(
        pack, {"app_template/default/their_own.conf": "[x]\na = 1\n", "app_template/default/times.conf": "[y]\nb = 1\n"}
    )
    files = built(pack)
    triggers = next(stanza for stanza in read(files["default/app.conf"]) if stanza.name == "triggers")
    assert triggers.get("reload.their_own") == "simple"
    assert "reload.times" not in triggers.settings
    assert "conf_replication_include.their_own = 1" in files["default/server.conf"]


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("default/data/ui/views/x.xml", "<dashboard>", "it is not XML"),
        ("default/data/ui/views/x.xml", '<!DOCTYPE a [<!ENTITY b "c">]><dashboard/>', "a document type"),
        ("default/data/ui/views/x.xml", "<script/>", "its first element is <script>"),
        ("default/data/ui/nav/default.xml", "<dashboard/>", "its first element is <dashboard>"),
        ("default/data/models/X.json", "{", "it is not JSON"),
        ("default/x.conf", "[a]\nb = c\\", "ends in a backslash"),
    ],
)
def test_a_template_that_cannot_be_used(pack: Path, path: str, text: str, message: str) -> None:
    write(pack, {f"app_template/{path}": text})
    found = [each for each in issues(pack) if each.location.file == f"app_template/{path}"]
    if message == "ends in a backslash":  # as splunkd reads it: the file's last line goes on nowhere
        assert found == []
        return
    assert [(each.rule, message in each.message) for each in found] == [("SP902", True)]
    with pytest.raises(BuildError):
        built(pack)


def test_settings_for_every_app_stay_out(pack: Path) -> None:
    write(pack, {"app_template/default/macros.conf": "[default]\niseval = 1\n[theirs]\ndefinition = x\n"})
    names = [stanza.name for stanza in read(built(pack)["default/macros.conf"])]
    assert ("theirs" in names, "default" in names) == (True, False)


def test_dashboards_of_the_pack(pack: Path) -> None:
    write(
        pack,
        {
            "dashboards/uploads.yml": YAML,
            "dashboards/uploads.json": STUDIO,
            "dashboards/plain.yml": YAML.replace("Uploads", "Plain").replace("000001", "000002"),
            "dashboards/plain.xml": VIEW,
        },
    )
    files = built(pack)
    assert issues(pack) == []
    assert files["default/data/ui/views/plain.xml"] == VIEW
    studio = files["default/data/ui/views/uploads.xml"]
    assert '<dashboard version="2" theme="dark">' in studio
    assert "earliest=-1d@d@w" in studio, "a dashboard of the pack has no places to fill in"
    assert 'name="uploads"' in files["default/data/ui/nav/default.xml"]


@pytest.mark.parametrize(
    ("files", "file", "message"),
    [
        ({}, "dashboards/uploads.yml", "there is no uploads.json or uploads.xml"),
        ({"dashboards/uploads.json": "[]"}, "dashboards/uploads.json", "a dashboard is a JSON object"),
        ({"dashboards/uploads.json": '{"title": 1}'}, "dashboards/uploads.json", 'no "title"'),
        ({"dashboards/uploads.xml": "<nav/>"}, "dashboards/uploads.xml", "its first element is <nav>"),
    ],
)
def test_a_dashboard_without_a_definition_that_works(
    pack: Path, files: Mapping[str, str], file: str, message: str
) -> None:
    write(pack, {"dashboards/uploads.yml": YAML, **files})
    (found,) = issues(pack)
    assert (found.rule, found.location.file, message in found.message) == ("SP902", file, True)
    with pytest.raises(BuildError):
        built(pack)


def test_a_definition_outside_of_the_pack_is_not_read(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(STUDIO)
    write(pack, {"dashboards/uploads.yml": YAML})
    (pack / "dashboards/uploads.json").symlink_to(tmp_path / "secret.json")
    (found,) = issues(pack)
    assert (found.rule, found.location.file) == ("SP902", "dashboards/uploads.yml")


def test_models_of_the_machine_learning_toolkit(pack: Path) -> None:
    model = YAML.replace("Uploads", "names").replace("theme: dark\n", "lookup_type: mlmodel\n")
    write(pack, {"lookups/names.yml": model, "lookups/names.mlmodel": "algo\n"})
    files = built(pack)
    assert files["lookups/__mlspl_names.mlmodel"] == "algo\n"
    assert "filename = __mlspl_names.mlmodel" in files["default/transforms.conf"]
    (pack / "lookups/names.mlmodel").unlink()
    assert ["names.mlmodel cannot be read" in each.message for each in issues(pack)] == [True]


def test_a_model_of_an_older_format(pack: Path) -> None:
    old = "name: __mlspl_odd.mlmodel\ndescription: d\nfilename: __mlspl_odd.mlmodel.mlmodel\n"
    write(pack, {"lookups/__mlspl_odd.yml": old, "lookups/__mlspl_odd.mlmodel.mlmodel": "algo\n"})
    files = built(pack)
    assert files["lookups/__mlspl_odd.mlmodel"] == "algo\n"
