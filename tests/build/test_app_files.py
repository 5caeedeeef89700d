"""What `app/` of a pack adds, and how its mistakes are told."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from storypack.build.app_files import constant_confs, dashboards, menu
from storypack.build.content import AppContent
from storypack.build.dashboards import dashboard
from storypack.build.errors import BuildError
from storypack.build.from_pack import tactics_of
from storypack.build.tree import app_tree, dashboard_values
from storypack.conf import read
from storypack.spl.parser import parse

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("default/app.conf.j2", b"[ui]\nlabel = {{ nothing }}\n", "undefined"),
        ("default/app.conf.j2", b"[ui]\nlabel = {% if %}\n", "Expected an expression"),
        ("default/app.conf.j2", b"[ui]\nlabel = caf\xe9\n", "utf-8"),
        ("metadata/default.meta.j2", b"[a]\n{{ title }", "unexpected"),
        ("default/data/ui/nav/default.xml.j2", b"<nav>", "no element found"),
        ("dashboards/x.json", b"{", "Expecting property name"),
        ("dashboards/x.json", b"{}", "title"),
        ("README.md.j2", b"{{ 1 / }}", "unexpected"),
    ],
)
def test_a_file_that_is_wrong_is_named(content: AppContent, path: str, data: bytes, said: str) -> None:
    with pytest.raises(BuildError) as caught:
        app_tree(dataclasses.replace(content, app_files={path: data}), tactics_of)
    (issue,) = caught.value.issues
    assert issue.location.file == f"app/{path}"
    assert said in issue.message


def test_a_template_wins_setting_by_setting(content: AppContent) -> None:
    files = {
        "default/app.conf.j2": b"[ui]\nis_visible = 0\n[new]\na = b\n",
        "metadata/default.meta.j2": b"[views]\nexport = system\n",
    }
    tree = app_tree(dataclasses.replace(content, app_files=files), tactics_of).files
    app, meta = read(tree["default/app.conf"]), read(tree["metadata/default.meta"])
    assert dict(app["ui"].settings) == {"is_visible": "0", "label": "Example Pack"}
    assert app["new"]["a"] == "b"
    assert meta["views"]["export"] == "system"
    assert meta["views"]["access"] == meta[""]["access"]


@pytest.mark.parametrize("value", ["x\n[evil]\na = b", "x\r\n[evil]", "# x", "[evil]"])
def test_what_is_filled_into_a_conf_is_one_value(value: str) -> None:
    confs = constant_confs({"default/a.conf.j2": b"[s]\nk = {{ v }}\nnext = 1\n"}, {"v": value})
    assert dict(confs["default/a.conf"]["s"].settings) == {"k": value.replace("\r\n", "\n"), "next": "1"}


@pytest.mark.parametrize("value", ["x\\", "x\\\n[evil]", "\x00"])
def test_what_cannot_be_filled_in_is_refused(value: str) -> None:
    with pytest.raises(BuildError):
        constant_confs({"default/a.conf.j2": b"[s]\nk = {{ v }}\n"}, {"v": value})


def test_what_is_filled_into_the_menu_is_text() -> None:
    text = menu({"default/data/ui/nav/default.xml.j2": b"<nav><a>{{ v }}</a></nav>"}, {"v": "<evil/>&"}, [])
    assert ElementTree.fromstring(text).findtext("a") == "<evil/>&"


def test_a_dollar_that_is_filled_in_starts_no_token() -> None:
    view = dashboard({"title": "@x@ costs $token$"}, {"x": "$5"})
    definition = json.loads(ElementTree.fromstring(view).findtext("definition") or "")
    assert definition["title"] == "$$5 costs $token$"


def test_a_title_that_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(BuildError, match="invalid token"):
        dashboards({"dashboards/x.json": json.dumps({"title": "\x00"}).encode()}, {})


# --- the app/ of this repository's own pack

DASHBOARDS = sorted((REPOSITORY / "app" / "dashboards").glob("*.json"))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_of_this_pack_hang_together(path: Path) -> None:
    definition = json.loads(path.read_text())
    sources, shown = definition["dataSources"], definition["visualizations"]
    used = {source for viz in shown.values() for source in viz.get("dataSources", {}).values()}
    used |= {source["options"]["extend"] for source in sources.values() if source["type"] == "ds.chain"}
    assert used == set(sources)
    assert {block["item"] for block in definition["layout"]["structure"]} == set(shown)
    assert set(definition["layout"]["globalInputs"]) == set(definition["inputs"])


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_searches_of_dashboards_are_spl(content: AppContent, path: Path) -> None:
    view = dashboard(json.loads(path.read_text()), dashboard_values(content))
    sources = json.loads(ElementTree.fromstring(view).findtext("definition") or "")["dataSources"]
    assert sources
    for source in sources.values():
        assert "@" not in source["options"]["query"]
        assert parse(source["options"]["query"]).commands


def test_the_menu_names_only_dashboards_that_exist() -> None:
    template = (REPOSITORY / "app/default/data/ui/nav/default.xml.j2").read_text()
    views = {view.get("name") for view in ElementTree.fromstring(template).iter("view")}
    views -= {"{{ each.view }}"}  # the dashboards of investigations
    assert views - {"search", "reports", "dashboards"} == {path.stem for path in DASHBOARDS}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("appIcon", (36, 36)),
        ("appIcon_2x", (72, 72)),
        ("appIconAlt", (36, 36)),
        ("appIconAlt_2x", (72, 72)),
        ("appLogo", (160, 40)),
        ("appLogo_2x", (320, 80)),
    ],
)
def test_icons_have_the_size_that_splunk_asks_for(name: str, size: tuple[int, int]) -> None:
    data = (REPOSITORY / "app" / "static" / f"{name}.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == size
