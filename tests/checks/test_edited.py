"""After an edit of a search little is checked anew, and nothing else is taken for such an edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storypack.app_build.check import app_issues
from storypack.app_build.sandbox import Sandbox
from storypack.app_build.watched import ALL, Watched
from storypack.checks import snapshot
from storypack.checks.cache import store_of
from storypack.checks.edited import Outside, outsides, outsides_of
from storypack.cli import checking
from storypack.cli.checking import checked
from storypack.pack.load import load_pack
from tests.checks.example_pack import HUNT, ODD, SETTINGS, SHARE, TODAY, variant, write

SEARCH = "search: |-\n  `exf_cloud` | stats count by user\n  | lookup exf_normal user | `exf_odd_upload_filter`\n"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))


def folder_of(tmp_path: Path, edits: dict[str, Any] | None = None, search: str = SEARCH) -> Path:
    """The example pack, with the search of one detection as a block."""
    write(tmp_path, variant(edits or {}))
    start, _, rest = (tmp_path / ODD).read_text(encoding="utf-8").partition("search: ")
    assert rest
    end = rest.index("intermediate_findings:")
    (tmp_path / ODD).write_text(f"{start}{search}{rest[end:]}", encoding="utf-8")
    return tmp_path


def replaced(folder: Path, old: str, new: str, path: str = ODD) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def keep(folder: Path) -> None:
    """A run that keeps its result."""
    store = store_of(folder)
    snapshot.save(store, snapshot.state_of(folder, TODAY), checked(folder, (), TODAY, store)[0])


def taken(folder: Path) -> bool:
    """Whether a run takes what was kept of the pack before the edit; then it must say what a run from nothing says."""
    store, state = store_of(folder), snapshot.state_of(folder, TODAY)
    edit = snapshot.edit_of(store, state)
    result = checking._after(folder, TODAY, edit) if edit else None
    if result is None:
        return False
    found = result[0]
    expected = checked(folder, (), TODAY, None)[0]
    assert (list(found.issues), list(found.files), found.silenced) == (
        list(expected.issues),
        list(expected.files),
        expected.silenced,
    )
    snapshot.save(store, state, found)
    return True


@pytest.mark.parametrize(
    ("old", "new", "is_taken"),
    [
        ("count by user\n", "count by user\n  | where count>3\n", True),
        ("count by user\n", "count by\n", True),
        ("count by user\n", "count by user | `exf_misspelt`\n", False),  # calls another macro
        ("lookup exf_normal user | ", "", False),  # a lookup that nothing names is an issue of its own
        ("count by user\n", "count by user | inputlookup exf_normal_2\n", True),
        ("count by user\n", "count by user | search exf_nets\n", False),
        ("version: 1", "version: 2", False),
        ("name: Odd Upload", "name: Odder Upload", False),
        ("search: |-\n", "search: |-\n\n", True),
        ("search: |-\n", "search: [\n", False),
        ("search: |-\n", "search: >-\n", False),
        ("schedule: hourly\n", "schedule: hourli\n", False),
    ],
)
def test_what_is_taken_for_an_edit_of_a_search(old: str, new: str, is_taken: bool, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    keep(folder)
    replaced(folder, old, new)
    assert taken(folder) == is_taken


def test_edits_one_after_the_other(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {ODD: {"silence": [{"rule": "SP201", "reason": "x"}]}})
    keep(folder)
    for old, new in (("by user\n", "by\n"), ("by\n", "by user\n"), ("by user\n", "by user, src\n")):
        replaced(folder, old, new)
        assert taken(folder)


@pytest.mark.parametrize(
    "more",
    [
        {SETTINGS: {"silence": [{"rule": "SP125", "reason": "x"}]}},
        {"overlays/site.yml": {"name": "Site", "description": "Ours.", "detections": {"Odd Upload": {"version": 2}}}},
        {"app/README.md.j2": b"{% for d in detections %}{{ d.detection.search }}{% endfor %}"},
        {"app/README.md.j2": b"{% for d in detections %}{{ d.detection | tojson }}{% endfor %}"},
        {"app/README.md.j2": b"{% for d in detections %}{{ d }}{% endfor %}"},
    ],
)
def test_packs_in_which_a_search_may_matter_to_anything(more: dict[str, Any], tmp_path: Path) -> None:
    folder = folder_of(tmp_path, more)
    keep(folder)
    replaced(folder, "by user\n", "by user, src\n")
    assert not taken(folder)


@pytest.mark.parametrize(
    "path", [HUNT, SHARE, "macros/exf_cloud.yml", "lookups/exf_trusted.csv", "tests/data/hot.jsonl"]
)
def test_other_files_that_changed_with_it(path: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    keep(folder)
    replaced(folder, "by user\n", "by user, src\n")
    with (folder / path).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert not taken(folder)


@pytest.mark.parametrize("change", ["added", "removed", "another day", "damaged", "another key"])
def test_what_was_kept_of_something_else(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path)
    keep(folder)
    replaced(folder, "by user\n", "by user, src\n")
    state = snapshot.state_of(folder, TODAY)
    match change:
        case "added":
            (folder / "notes.txt").write_text("x", encoding="utf-8")
            state = snapshot.state_of(folder, TODAY)
        case "removed":
            (folder / HUNT).unlink()
            state = snapshot.state_of(folder, TODAY)
        case "another day":
            state = snapshot.state_of(folder, TODAY.replace(year=2027))
        case "damaged":
            path = store_of(folder).folder / snapshot.FILE
            path.write_bytes(path.read_bytes().replace(b"outsides", b"outsideS"))
        case "another key":
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert snapshot.edit_of(store_of(folder), state) is None


def test_rows_that_are_none_are_passed_over() -> None:
    rows = {"a": None, "b": [], "c": ["a", "b"], "d": ["a", "b", 3], "e": {"name": "a"}, "f": ["a", "b", "c"]}
    assert outsides_of(rows) == {"f": Outside("a", "b", "c")}
    assert outsides_of([rows]) == {}


@pytest.mark.parametrize(
    "search",
    [
        "search: '`exf_cloud` | `exf_odd_upload_filter`'\n",
        "search: |+\n  `exf_cloud` | `exf_odd_upload_filter`\n",
        "'search': |\n  `exf_cloud` | `exf_odd_upload_filter`\n",
        '"search": |\n  `exf_cloud`\nasset_type: "x\nsearch: |\n  `exf_cloud` | y\n  "\n',
    ],
)
def test_a_search_that_is_no_block_at_the_margin(search: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, search=search)
    assert ODD not in outsides(load_pack(folder).pack)


def test_what_others_see(tmp_path: Path) -> None:
    seen = outsides(load_pack(folder_of(tmp_path)).pack)
    assert list(seen) == [ODD]
    assert (seen[ODD].name, seen[ODD].id) == ("Odd Upload", "00000000-0000-4000-8000-000000000003")
    assert seen[ODD] == Outside(*seen[ODD].row)


@pytest.mark.parametrize(
    ("template", "read"),
    [
        ("{{ d.name }} {{ d['type'] }} {{ d.get('id') }}", {"name", "type", "id"}),
        ("{{ d | length }} {{ 'name' in d }}", set()),
        ("{{ d }}", {ALL}),
        ("{{ d ~ '' }}", {ALL}),
        ("{{ d | tojson }}", {ALL}),
        ("{{ d | string }}", {ALL}),
        ("{% for key in d %}{{ d[key] }}{% endfor %}", {ALL, "name", "type", "id"}),
        ("{% for key, value in d.items() %}{% endfor %}", {ALL}),
        ("{% for key, value in d | items %}{% endfor %}", {ALL}),
        ("{% for key, value in d | dictsort %}{% endfor %}", {ALL}),
        ("{{ d.values() | list }}", {ALL}),
        ("{{ d | list }}", {ALL}),
        ("{{ dict(d).name }}", {ALL, "name", "type", "id"}),
        ("{{ dict(**d).name }}", {ALL, "name", "type", "id"}),
        ("{{ d == {} }}", {ALL}),
        ("{{ [d] | map(attribute='name') | join }}", {"name"}),
        ("{{ [d] | sort(attribute='type') | length }}", {"type"}),
        ("{{ [d] | groupby('id') | length }}", {"id"}),
        ("{{ [d] | join(',', attribute='name') }}", {"name"}),
    ],
)
def test_what_a_template_looks_at_is_noted(template: str, read: set[str]) -> None:
    noted: set[str] = set()
    values = Watched({"name": "a", "type": "b", "id": "c"}, noted)
    Sandbox(autoescape=False).from_string(template).render({"d": values})
    assert noted == read


def test_the_keys_that_templates_of_the_app_look_at(tmp_path: Path) -> None:
    text = b"{% for d in detections if d.detection.status %}{{ d.detection.name }}{% endfor %}"
    read: set[str] = set()
    assert app_issues(load_pack(folder_of(tmp_path, {"app/README.md.j2": text})).pack, read) == []
    assert read == {"status", "name"}
