"""Lookups, views and the KV Store."""

from __future__ import annotations

import json

import pytest
from splunklib.binding import HTTPError

from splunkd import Splunkd

ROOT = "/servicesNS/nobody/search"
JSON = {"output_mode": "json"}
VIEW = '<dashboard version="1.1"><label>A &amp; b</label></dashboard>'


def stage(splunkd: Splunkd, text: str) -> str:
    path = splunkd.state.staging / "staged.csv"
    path.write_text(text)
    return str(path)


# --- lookups ----------------------------------------------------------------------------------------------------


def test_a_lookup_file_comes_from_the_staging_folder(splunkd: Splunkd) -> None:
    path = f"{ROOT}/data/lookup-table-files"
    made = splunkd.ask("POST", path, {"name": "a.csv", "eai:data": stage(splunkd, "user,why\nkim,test\n"), **JSON})
    assert made.status == 201
    assert made.json["entry"][0]["content"]["eai:data"].endswith("/search/lookups/a.csv")
    assert splunkd.state.local("search", "lookups", "a.csv") == {"eai:data": "user,why\nkim,test\n"}
    assert not list(splunkd.state.staging.iterdir())  # moved away

    assert splunkd.ask("POST", f"{path}/a.csv", {"eai:data": stage(splunkd, "user\nlee\n")}).status == 200
    assert splunkd.state.local("search", "lookups", "a.csv") == {"eai:data": "user\nlee\n"}
    outside = splunkd.root / "elsewhere.csv"
    outside.write_text("x\n")
    for wrong in (str(outside), "user,why\nkim,test\n", str(splunkd.state.staging / ".." / "elsewhere.csv")):
        assert splunkd.ask("POST", path, {"name": "b.csv", "eai:data": wrong}).status == 400
    assert splunkd.ask("POST", path, {"name": "a.csv", "eai:data": stage(splunkd, "x\n")}).status == 409
    assert splunkd.ask("POST", path, {"name": "../b.csv", "eai:data": stage(splunkd, "x\n")}).status == 400
    assert splunkd.ask("DELETE", f"{path}/a.csv").status == 200
    assert splunkd.ask("GET", f"{path}/a.csv").status == 404


def test_a_definition_needs_its_file(splunkd: Splunkd) -> None:
    path = f"{ROOT}/data/transforms/lookups"
    assert splunkd.ask("POST", path, {"name": "a", "filename": "a.csv"}).status == 400
    splunkd.state.app("search").put("lookups", "a.csv", {"eai:data": "user\nkim\n"})
    splunkd.state.app("search").put("transforms", "extraction", {"REGEX": "x"})
    made = splunkd.ask("POST", path, {"name": "a", "filename": "a.csv", "case_sensitive_match": "false", **JSON})
    content = made.json["entry"][0]["content"]
    assert (content["type"], content["case_sensitive_match"]) == ("file", False)
    assert splunkd.ask("GET", path, JSON).names == ["a"]  # extractions of transforms.conf are none of these
    assert splunkd.ask("POST", f"{path}/a", {"name": "b"}).status == 400
    assert splunkd.ask("POST", f"{path}/a", {"max_matches": "many"}).status == 400
    assert splunkd.ask("POST", path, {"name": "k", "external_type": "kvstore", "collection": "k"}).status == 400
    kv = {"name": "k", "external_type": "kvstore", "collection": "k", "fields_list": "_key, user", **JSON}
    assert splunkd.ask("POST", path, kv).json["entry"][0]["content"]["fields_array"] == ["_key", "user"]


def test_the_lookup_editor_works_when_it_is_installed(splunkd: Splunkd) -> None:
    path = "/services/data/lookup_edit/lookup_contents"
    given = {"namespace": "search", "lookup_file": "a.csv", "owner": "nobody"}
    rows = [["user", "why"], ["kim", "a,b"]]
    assert splunkd.ask("POST", path, {**given, "contents": json.dumps(rows)}).status == 404
    splunkd.state.add_app("lookup_editor")
    assert splunkd.ask("POST", path, {**given, "contents": json.dumps(rows)}).status == 200
    assert splunkd.state.local("search", "lookups", "a.csv")["eai:data"] == 'user,why\nkim,"a,b"\n'
    assert splunkd.ask("GET", path, given).json == rows


# --- views ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["views", "nav"])
def test_views_and_navigation_hold_xml(splunkd: Splunkd, kind: str) -> None:
    path = f"{ROOT}/data/ui/{kind}"
    made = splunkd.ask("POST", path, {"name": "default", "eai:data": VIEW, **JSON}).json["entry"][0]["content"]
    assert (made["eai:data"], made["rootNode"], made["label"]) == (VIEW, "dashboard", "A & b")
    assert splunkd.ask("GET", path, JSON).names == ["default"]
    assert splunkd.ask("POST", f"{path}/default", {"eai:data": "<a>"}).status == 400
    assert splunkd.ask("POST", f"{path}/default", {"eai:data": VIEW, "name": "b"}).status == 400
    assert splunkd.ask("POST", f"{path}/default", {"label": "b"}).status == 400
    assert splunkd.ask("POST", path, {"name": "b"}).status == 400


# --- KV Store ---------------------------------------------------------------------------------------------------


def test_records_by_the_sdk(splunkd: Splunkd) -> None:
    service = splunkd.connect(app="search")
    service.kvstore.create("usual", fields={"user": "string", "n": "number"}, accelerated_fields={"u": {"user": 1}})
    data = service.kvstore["usual"].data
    key = data.insert({"user": "kim", "n": 3})["_key"]
    assert data.query_by_id(key) == {"user": "kim", "n": 3, "_key": key, "_user": "nobody"}
    data.batch_save({"_key": "a", "user": "lee", "n": 5}, {"_key": "b", "user": "lee", "n": 1})
    assert [record["_key"] for record in data.query(query={"user": "lee"}, sort="n")] == ["b", "a"]
    assert [record["_key"] for record in data.query(query={"n": {"$gt": 3}})] == ["a"]
    assert [record["_key"] for record in data.query(query={"$or": [{"n": 1}, {"user": "kim"}]})] == [key, "b"]
    assert data.query(fields="user", limit=1, skip=1) == [{"user": "lee"}]
    assert [len(found) for found in data.batch_find({"query": {"user": "lee"}}, {"query": {}})] == [2, 3]
    data.update("a", {"user": "new"})
    assert data.query_by_id("a") == {"user": "new", "_key": "a", "_user": "nobody"}  # replaced as a whole
    data.delete(query='{"user": "lee"}')
    data.delete_by_id(key)
    assert [record["_key"] for record in data.query()] == ["a"]
    with pytest.raises(HTTPError) as caught:
        data.query_by_id(key)
    assert caught.value.status == 404
    service.kvstore.delete("usual")
    assert splunkd.state.collections == {}


def test_what_the_kv_store_refuses(splunkd: Splunkd) -> None:
    config, data = f"{ROOT}/storage/collections/config", f"{ROOT}/storage/collections/data/usual"
    as_json = {"Content-Type": "application/json"}
    assert splunkd.ask("POST", config, {"name": "usual", "field.a": ""}).status == 400
    assert splunkd.ask("POST", config.replace("nobody", "admin"), {"name": "usual"}).status == 400
    assert splunkd.ask("POST", config, {"name": "usual", "accelerated_fields.a": "{"}).status == 400
    assert splunkd.ask("POST", config, {"name": "usual", "foo": "1"}).status == 400
    assert splunkd.ask("POST", config, {"name": "usual", "replicate": "true"}).status == 201
    assert splunkd.state.local("search", "collections", "usual") == {"replicate": "1"}
    assert splunkd.ask("POST", config, {"name": "usual"}).status == 409
    assert splunkd.ask("POST", data, body=b"{}").status == 400  # no application/json
    assert splunkd.ask("POST", data, body=b"{", headers=as_json).status == 400
    assert splunkd.ask("POST", data, body=b'{"_key": "a"}', headers=as_json).status == 201
    assert splunkd.ask("POST", data, body=b'{"_key": "a"}', headers=as_json).status == 409
    many = json.dumps([{"n": number} for number in range(1001)]).encode()
    assert splunkd.ask("POST", f"{data}/batch_save", body=many, headers=as_json).status == 400
    assert splunkd.ask("GET", f"{ROOT}/storage/collections/data/none").status == 404
