"""Names that a URL, an SPL string or a file name could take apart, through a whole history."""

from __future__ import annotations

import pytest

from deploy.site import APP, Site, clock
from storypack.deploy import kinds
from storypack.deploy.apply import apply_plan, plan_deployment
from storypack.deploy.desired import Desired, Object
from storypack.deploy.object_kind import ObjectKind


def app(name: str, text: str) -> Desired:
    """An app whose objects all have this name."""
    file = name.replace("/", "_") + ".csv"  # a file's name has no slash
    acl = {"acl.sharing": "global", "acl.read": "*", "acl.write": "admin"}
    every: tuple[tuple[ObjectKind, str, dict[str, str]], ...] = (
        (kinds.APP, APP, {"label": "x", "version": "1.0.0"}),
        (kinds.MACRO, name, {"definition": f"{text} | head"}),
        (kinds.LOOKUP_FILE, file, {"content": f"a,b\n{text},1\n"}),
        (kinds.LOOKUP, name, {"filename": file}),
        (kinds.SAVED_SEARCH, name, {"search": f"index={text}", "disabled": "0"}),
        (kinds.STORY, name, {"version": text}),
        (kinds.VIEW, name, {"eai:data": f"<dashboard><label>{text}</label></dashboard>"}),
    )
    made = [Object(kind, title, {**settings, **acl}) for kind, title, settings in every]
    return Desired(APP, "1.0.0", {one.key: one for one in made})


@pytest.mark.parametrize(
    "name",
    ["a/b", "a%b", "ä ✓ 語", 'it\'s "quoted"', ".hidden", "..dots", "a\\b", "semi;colon", "q?x=1&y=2",
     "hash#tag", "two  blanks", "plus+sign", "pipe|x", "<tag>", "a*b", "$x$", "{j}", "comma, x", "[x]"],
)  # fmt: skip
def test_made_changed_and_taken_back(site: Site, name: str) -> None:
    first = site.splunkd.state.dump()
    connection = site.connection()
    store = site.store(connection)
    for text in ("one", "two"):
        wanted = app(name, text)
        planned = plan_deployment(connection, store, wanted)
        assert len(planned.plan.pending) == (7 if text == "one" else 5)
        apply_plan(connection, store, planned, clock, site.steps.append)
        assert not plan_deployment(connection, store, wanted).plan.pending
    connection.close()
    assert site.splunkd.state.merged(APP, "savedsearches", name)["search"] == "index=two"
    site.roll_back("1")
    assert site.splunkd.state.dump() == first
