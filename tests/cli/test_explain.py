"""storypack explain on the example pack and on the whole of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from storypack.cli import main
from tests.checks.example_pack import ODD, SHARE, variant, write

PACK = Path(__file__).parents[2]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


TEXT = """\
Odd Upload
detections/web/odd_upload.yml

index=* sourcetype="cloud:api" bytes>10   (`exf_cloud`)
      + bytes
      = bytes, and any other

| stats count as n by user
      - bytes
      + n, user
      = n, user

| where n > 3
      = the same fields

| rename user as who
      - user
      + who
      = n, who

| search *   (`exf_odd_upload_filter`)
      = the same fields

index       *
sourcetype  cloud:api
macro       exf_cloud = index=* sourcetype="cloud:api"
macro       exf_odd_upload_filter = search *
"""
SEARCH = "`exf_cloud` bytes>10 | stats count as n by user | where n>3 | rename user as who | `exf_odd_upload_filter`"


@pytest.mark.parametrize("name", ["Odd Upload", "odd_upload", ODD])
def test_text(tmp_path: Path, name: str) -> None:
    result = run(name, "--pack", write(tmp_path, variant({ODD: {"search": SEARCH}})))
    assert (result.exit_code, result.stdout) == (0, TEXT)


def test_json(tmp_path: Path) -> None:
    pack = write(tmp_path, variant({ODD: {"search": SEARCH}}))
    found = json.loads(run("odd_upload", "--pack", pack, "--format", "json", "--sql").stdout)
    assert found["expanded"].splitlines()[1] == "| stats count as n by user"
    fields = [["n", "user"], ["n", "user"], ["n", "who"], ["n", "who"]]
    assert [stage["fields"] for stage in found["stages"]][1:] == fields
    assert [stage["reads"] for stage in found["stages"]] == [[], ["user"], ["n"], ["user"], []]
    assert "SELECT" in found["sql"]


def test_what_a_search_needs(tmp_path: Path) -> None:
    search = (
        "| tstats summariesonly=t count values(Web.ht*) as h from datamodel=Web.Web where Web.user=a by Web.src\n"
        "| lookup exf_trusted account AS Web.src OUTPUT owner\n| `exf_odd_upload_filter`"
    )
    pack = write(tmp_path, variant({ODD: {"search": search}}))
    found = json.loads(run("odd_upload", "--pack", pack, "--format", "json").stdout)
    web = ["Web.http_content_type", "Web.http_method", "Web.http_referrer", "Web.http_referrer_domain"]
    assert found["datasets"]["Web.Web"][:4] == web
    assert {"Web.src", "Web.user"} <= set(found["datasets"]["Web.Web"])
    assert found["lookups"] == [{"name": "exf_trusted", "columns": ["account", "owner"]}]
    assert found["expanded"].startswith("| tstats ")


def test_a_search_that_cannot_be_read(tmp_path: Path) -> None:
    result = run("odd_upload", "--pack", write(tmp_path, variant({ODD: {"search": "index=a | (b"}})))
    assert result.exit_code == 1
    assert f"{ODD}:" in result.stderr
    assert "the name of a command after `|` expected" in result.stderr


def test_an_unknown_name(tmp_path: Path) -> None:
    result = run("odd_uplod", "--pack", write(tmp_path, variant({SHARE: {}})))
    assert result.exit_code == 2
    assert "did you mean" in result.stderr


@pytest.mark.slow
def test_every_search_of_our_pack_is_explained() -> None:
    files = [*(PACK / "detections").rglob("*.yml"), *(PACK / "baselines").glob("*.yml")]
    assert files
    for file in files:
        result = run(file.stem, "--pack", PACK, "--sql")
        assert result.exit_code == 0, result.output
        assert yaml.safe_load(file.read_text(encoding="utf-8"))["name"] in result.stdout
