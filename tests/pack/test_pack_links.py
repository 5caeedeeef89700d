"""A pack links what it holds by name."""

from __future__ import annotations

import pytest

from storypack.pack.names import NAME_PATTERN, file_stem, filter_macro_name, same_stem
from storypack.pack.rules import RULES
from tests.pack.example_pack import DETECTION, DETECTION_FILE, FILES, Folder


def test_detections_and_stories_know_each_other(folder: Folder) -> None:
    pack = folder.load().pack
    (detection,) = pack.detections
    assert pack.detections_of("Example Story") == [detection]
    assert pack.detections_of("Nothing") == []
    assert pack.users_of_macro("ex_audit") == [detection]
    assert pack.users_of_macro("nothing") == []


def test_a_drilldown_uses_a_macro(folder: Folder) -> None:
    drilldown = "drilldown_searches:\n- name: All\n  search: '`ex_audit` user=$user$'\n"
    searched = DETECTION.replace("`ex_audit` action=copy", "index=a action=copy")
    folder.write(DETECTION_FILE, searched + drilldown)
    pack = folder.load().pack
    assert [key for key, _ in pack.detections[0].model.searches()] == ["search", "drilldown_searches.0.search"]
    assert pack.users_of_macro("ex_audit") == [*pack.detections]


def test_filter_macros_are_made_unless_written(folder: Folder) -> None:
    pack = folder.load().pack
    (macro,) = pack.filter_macros()
    assert (macro.stanza, macro.definition) == ("ex_disk_copied_away_filter", "search *")
    assert set(pack.all_macros()) == {"ex_audit", "ex_disk_copied_away_filter"}
    own = FILES["macros/ex_audit.yml"].replace("ex_audit", "ex_disk_copied_away_filter").replace("=main", "=other")
    folder.write("macros/ex_disk_copied_away_filter.yml", own)
    pack = folder.load().pack
    assert pack.filter_macros() == []
    assert pack.all_macros()["ex_disk_copied_away_filter"].definition == "index=other"


def test_macros_are_found_by_their_number_of_arguments(folder: Folder) -> None:
    folder.write("macros/two.yml", FILES["macros/ex_audit.yml"] + "arguments: [a, b]\n")
    assert set(folder.load().pack.macro_named) == {"ex_audit", "ex_audit(2)"}


def test_names_in_splunk(folder: Folder) -> None:
    pack = folder.load().pack
    assert pack.stanza(pack.detections[0]) == "EX - Disk Copied Away - Rule"
    assert pack.story_title("Example Story") == "EX - Example Story"


def test_schedules(folder: Folder) -> None:
    def schedule(line: str) -> str | None:
        folder.write(DETECTION_FILE, DETECTION + line)
        pack = folder.load().pack
        found = pack.schedule_of(pack.detections[0].model)
        return found.cron_schedule if found else None

    inline = "{cron_schedule: '5 * * * *', earliest_time: -1h, latest_time: now}\n"
    assert schedule("") == "0 * * * *"
    assert schedule("schedule: Default TTP\n") == "0 * * * *"
    assert schedule("schedule: default_ttp\n") == "0 * * * *"
    assert schedule("schedule: nothing\n") is None
    assert schedule(f"schedule: {inline}") == "5 * * * *"
    assert schedule(f"custom_schedule: {inline}") == "5 * * * *"


def test_the_csv_of_a_lookup(folder: Folder) -> None:
    common = FILES["macros/ex_audit.yml"].replace("definition: index=main\n", "lookup_type: csv\n")
    folder.write("lookups/ex_audit.yml", common)
    folder.write("lookups/other.yml", common.replace("ex_audit", "other") + "filename: list.csv\n")
    pack = folder.load().pack
    assert [pack.csv_path(entry).name for entry in pack.lookups] == ["ex_audit.csv", "list.csv"]  # type: ignore[arg-type]


def test_of_two_with_one_name_the_first_file_counts(folder: Folder) -> None:
    folder.write("macros/zz.yml", FILES["macros/ex_audit.yml"].replace("=main", "=second"))
    assert folder.load().pack.macro_named["ex_audit"].model.definition == "index=main"


def test_data_sources_that_go_together_are_taken_apart(folder: Folder) -> None:
    folder.edit(DETECTION_FILE, "[Example Audit]", "[A AND B, B, C]")
    assert folder.load().pack.detections[0].model.data_sources == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("AWS EC2 Snapshot Shared Externally", "aws_ec2_snapshot_shared_externally"),
        ("DNS Query Length - MLTK", "dns_query_length_mltk"),
        ("Wget/Curl: to a (raw) I.P.", "wget_curl_to_a_raw_i_p"),
        ("Große Übertragung", "grosse_ubertragung"),
        ("大量データ", ""),
    ],
)
def test_file_names(name: str, stem: str) -> None:
    assert file_stem(name) == stem
    assert same_stem(stem or "anything", name)


def test_the_public_formats_file_names_are_accepted() -> None:
    assert same_stem("dns_query_length___mltk", "DNS Query Length - MLTK")
    assert not same_stem("dns_query_length", "DNS Query Length - MLTK")
    assert filter_macro_name("x", "exf_") == "exf_x_filter"


@pytest.mark.parametrize("name", ["A", "Scattered Lapsus$ Hunters", "C&C: a/b, (c) 'd' #1 @ 2+2", "Große Übertragung"])
def test_good_names(name: str) -> None:
    import re

    assert re.fullmatch(NAME_PATTERN, name)


@pytest.mark.parametrize(
    "name",
    ["", " a", "a ", "_a", "-a", "a[b]", "a\nb", "a\\", 'a"b', "a|b", "a`b", "a*b", "a=b", "a\u2028b", "a\x00b", "🗝"],
)
def test_bad_names(name: str) -> None:
    import re

    assert not re.fullmatch(NAME_PATTERN, name)


def test_rules_are_complete_and_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    for rule in RULES:
        assert rule.title, rule.id
        assert rule.why.endswith("."), rule.id
        assert rule.example, rule.id
        assert rule.cure.endswith("."), rule.id
