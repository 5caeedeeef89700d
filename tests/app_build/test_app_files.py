"""What `app/` of a pack adds, and how its mistakes are told."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from storypack.app_build.app_files import constant_confs, dashboards, menu
from storypack.app_build.check import app_issues
from storypack.app_build.content import AppContent
from storypack.app_build.dashboards import dashboard
from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree, dashboard_values
from storypack.cli import main
from storypack.conf import read
from storypack.pack.load import load_pack
from storypack.spl.parser import parse

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("default/app.conf.j2", b"[ui]\nlabel = {{ nothing }}\n", "undefined"),
        ("default/app.conf.j2", b"[ui]\nlabel = {% if %}\n", "Expected an expression"),
        ("default/app.conf.j2", b"[ui]\nlabel = caf\xe9\n", "UTF-8"),
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
    with pytest.raises(BuildError, match="XML cannot hold"):
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


# --- what is wrong is said at its line, and by `validate` as well

WRONG_DASHBOARDS = [
    (b"", 1, "not JSON"),
    (b'{"title": "x",\n"a": }', 2, "not JSON"),
    (b"[]", 1, "JSON object"),
    (b'"text"', 1, "JSON object"),
    (b"null", 1, "JSON object"),
    (b'{"title": 5}', 1, "no text"),
    (b'{"title": ""}', 1, "no text"),
    (b'{"title": "x",\n"description": ["a"]}', 2, '"description" is no text'),
    (b'{"title": "x",\n"a": NaN}', 2, "NaN is no number"),
    (b'{"title": "x",\n"a": -Infinity}', 2, "-Infinity is no number"),
    (b'{"title": "x",\n"a": 1, "a": 2}', 2, "twice"),
    (b'{"title": "a\\u0000b"}', 1, "U+0000"),
    (b'{"title": "a\\ud800b"}', 1, "U+D800"),
    (b'{"title": "x",\n\n"a": "@titel@"}', 3, "@titel@"),
    (b'{"title": "x",\n"visualizations": {\n"v": {"dataSources": {"primary": "ds"}}}}', 3, "not there"),
    (b'{"title": "x", "dataSources": {\n"d": {"type": "ds.chain", "options": {"extend": "e"}}}}', 2, "not there"),
    (b'{"title": "x",\n"dataSources": []}', 2, "no object"),
    (b'{"title": "x", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 0, "too deep"),
    (b'{"title": "x", "a": ' + b"9" * 5000 + b"}", 0, "not JSON"),
    (b'{"title": "caf\xe9"}', 1, "UTF-8"),
]


@pytest.mark.parametrize(("data", "line", "said"), WRONG_DASHBOARDS, ids=range(len(WRONG_DASHBOARDS)))
def test_a_dashboard_that_is_none_is_refused_at_its_line(data: bytes, line: int, said: str) -> None:
    with pytest.raises(BuildError) as caught:
        dashboards({"dashboards/x.json": data}, {"title": "T"})
    (issue,) = caught.value.issues
    assert issue.location.file == "app/dashboards/x.json"
    assert said in issue.message
    assert issue.location.line == line


def test_a_dashboard_of_inputs_tabs_and_tokens_is_right() -> None:
    definition = {
        "title": "@title@",
        "dataSources": {
            "a": {"type": "ds.search", "options": {"query": 'index=@index@-not | eval mail="x@y@z"'}},
            "b": {"type": "ds.chain", "options": {"extend": "a"}},
        },
        "visualizations": {"v": {"dataSources": {"primary": "b"}}, "w": {"type": "splunk.markdown"}},
        "inputs": {"i": {"type": "input.timerange", "options": {"defaultValue": "-24h@h,now"}}},
        "layout": {"tabs": {"items": []}},
    }
    text = json.dumps(definition).replace("@index@", "web").replace("x@y@z", "x@example.com")
    assert "<label>T</label>" in dashboards({"dashboards/x.json": text.encode()}, {"title": "T"})["x"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(Path(__file__).parent / "pack", tmp_path / "pack"))
    app = pack / "app"
    files = {
        "default/app.conf.j2": b"[ui]\nlabel = {{ nothing }}\n",
        "default/macros.conf.j2": b"[default]\na = b\n",
        "default/web.conf": b"[settings]\n",
        "local/app.conf.j2": b"[ui]\n",
        "dashboards/one.json": b"{",
        "dashboards/two.json": b"[]",
        "dashboards/line\nfeed.json": b'{"title": "x"}',
        "default/a b.conf.j2": b"[s]\n",
        "static/appIcon.png": b"GIF89a",
        "static/icon.svg": b"<svg/>",
        "default/data/ui/nav/default.xml.j2": b"<nav>",
        "README.md.j2": b"\n{{ 1 / 0 }}",
        "README.txt": b"a note",
    }
    for path, data in files.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_bytes(data)
    issues = {(each.location.file, each.rule, each.location.line) for each in app_issues(load_pack(pack).pack)}
    assert issues == {
        ("app/default/app.conf.j2", "SP902", 2),
        ("app/default/macros.conf.j2", "SP902", 0),
        ("app/default/web.conf", "SP903", 0),
        ("app/local/app.conf.j2", "SP903", 0),
        ("app/dashboards/one.json", "SP902", 1),
        ("app/dashboards/two.json", "SP902", 1),
        ("app/dashboards/line\\x0afeed.json", "SP902", 0),
        ("app/default/a b.conf.j2", "SP902", 0),
        ("app/static/appIcon.png", "SP902", 0),
        ("app/static/icon.svg", "SP903", 0),
        ("app/default/data/ui/nav/default.xml.j2", "SP902", 1),
        ("app/README.md.j2", "SP902", 2),
    }
    said = CliRunner().invoke(main, ["validate", "--pack", str(pack), "--format", "json"])
    shown = {(each["rule"], Path(each["file"]).name) for each in json.loads(said.stdout)["issues"]}
    assert ("SP902", "two.json") in shown


@pytest.mark.parametrize("data", [data for data, _, _ in WRONG_DASHBOARDS])
def test_validate_refuses_what_build_refuses(data: bytes, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(Path(__file__).parent / "pack", tmp_path / "pack"))
    (pack / "app" / "dashboards" / "x.json").write_bytes(data)
    loaded = load_pack(pack)
    checked = [(each.location, each.message) for each in app_issues(loaded.pack)]
    with pytest.raises(BuildError) as caught:
        app_tree(app_content(loaded.pack), tactics_of)
    assert [(each.location, each.message) for each in caught.value.issues] == checked
