"""Overlays: which object they change, what of it, and everything that is wrong with them."""

from __future__ import annotations

import pytest

from storypack.issue import Severity
from storypack.pack.models import Detection
from storypack.pack.overlays.change import threshold_places
from tests.pack.example_pack import DETECTION, DETECTION_FILE, MACRO, Folder

OVERLAY = "overlays/disk.yml"
HEAD = "kind: detection\ntarget: Disk Copied Away\nreason: Backups copy disks every night.\n"
THRESHOLD = MACRO.replace("ex_audit", "ex_least_copies").replace("33333333", "55555555").replace("index=main", '"20"')


def detection(folder: Folder) -> Detection:
    loaded = folder.load()
    assert [str(issue) for issue in loaded.issues if issue.severity is Severity.ERROR] == []
    return loaded.pack.detections[0].model


def with_search(folder: Folder, *lines: str) -> None:
    text = "".join(f"  {line}\n" for line in lines)
    folder.write(DETECTION_FILE, DETECTION.replace("  `ex_audit` action=copy\n", f"  `ex_audit` action=copy\n{text}"))


def test_an_overlay_changes_what_it_names_and_leaves_the_file_alone(folder: Folder) -> None:
    before = (folder.root / DETECTION_FILE).read_bytes()
    folder.write(
        OVERLAY,
        HEAD + "enabled: true\nseverity: low\nfilter: search NOT user=backup\nschedule: {cron_schedule: 7 * * * *}\n"
        "actions:\n  email: {to: soc@example.com}\nthrottling: {fields: [user], period: 4h}\n",
    )
    loaded = folder.load()
    assert loaded.issues == []
    assert OVERLAY in loaded.files
    entry = loaded.pack.detections[0]
    schedule = loaded.pack.schedule_of(entry.model)
    assert entry.model.enabled_by_default
    assert entry.model.finding is not None
    assert entry.model.finding.severity == "low"
    assert schedule is not None
    assert (schedule.cron_schedule, schedule.earliest_time) == ("7 * * * *", "-70m@m")
    assert entry.model.actions == {"email": {"to": "soc@example.com"}}
    assert entry.model.throttling is not None
    assert loaded.pack.all_macros()["ex_disk_copied_away_filter"].definition == "search NOT user=backup"
    assert entry.shipped().model == folder_without(folder, OVERLAY)
    assert (folder.root / DETECTION_FILE).read_bytes() == before


def folder_without(folder: Folder, path: str) -> Detection:
    (folder.root / path).unlink()
    return detection(folder)


def test_a_threshold_in_the_search_gets_another_number(folder: Folder) -> None:
    with_search(folder, "| stats count by user", "| where count > 20")
    folder.write(OVERLAY, HEAD + "thresholds: [{was: count > 20, becomes: count > 50}]\n")
    assert "| where count > 50\n" in detection(folder).search


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("count > 25", "count > 50", "`count > 25` stands not in its search"),
        ("count > 2", "count > 5", "`count > 2` stands not in its search"),
        ("by user", "by user", "`by user` and `by user` differ in more than their numbers"),
        ("count > 20", "count >= 50", "`count > 20` and `count >= 50` differ in more than their numbers"),
        ("> 20", "> 50", "`> 20` stands 2 times in its search"),
    ],
)
def test_a_threshold_that_the_search_does_not_have_is_an_error(
    folder: Folder, was: str, becomes: str, message: str
) -> None:
    with_search(folder, "| stats count by user", "| where count > 20 AND bytes > 20")
    folder.write(OVERLAY, HEAD + f"thresholds: [{{was: '{was}', becomes: '{becomes}'}}]\n")
    issue = folder.only_issue()
    assert (issue.rule, issue.severity, issue.location.file, issue.location.line) == (
        "SP019", Severity.ERROR, OVERLAY, 4
    )  # fmt: skip
    assert message in issue.message
    assert issue.cure


def test_places_in_a_search_are_those_of_its_file_beside_a_changed_number(folder: Folder) -> None:
    with_search(folder, "| where count > 20 AND bytes > 7", "| eval late=1")
    places = "thresholds:\n- {was: bytes > 7, becomes: bytes > 1000000}\n- {was: count > 20, becomes: count > 5}\n"
    before = folder.load().pack.detections[0]
    words = ("action", "AND", "late")
    expected = [before.at("search", offset=before.model.search.index(word)) for word in words]
    folder.write(OVERLAY, HEAD + places)
    entry = folder.load().pack.detections[0]
    assert [entry.at("search", offset=entry.model.search.index(word)) for word in words] == expected
    number = entry.at("search", offset=entry.model.search.index("1000000"))
    assert (number.file, number.line) == (OVERLAY, 5)


def test_a_macro_gets_another_number_and_nothing_but_a_number(folder: Folder) -> None:
    folder.write("macros/ex_least_copies.yml", THRESHOLD)
    macro = "kind: macro\ntarget: ex_least_copies\nreason: Large site.\ndefinition: "
    folder.write(OVERLAY, macro + "50\n")
    assert folder.load().pack.all_macros()["ex_least_copies"].definition == "50"
    folder.write(OVERLAY, macro + "count\n")
    issue = folder.only_issue()
    assert issue.rule == "SP019"
    assert "its definition is a number (20)" in issue.message


def test_a_test_gives_other_rows_here(folder: Folder) -> None:
    folder.write(OVERLAY, HEAD + "tests: {Copied: 0}\n")
    loaded = folder.load()
    assert loaded.issues == []
    entry = loaded.pack.detections[0]
    assert [test.expected_results for test in entry.model.tests] == [0]
    places = (("tests", 0, "expected_results"), ("tests", 0, "name"), ("tests", 0))
    assert [entry.at(*place).file for place in places] == [OVERLAY, DETECTION_FILE, DETECTION_FILE]
    folder.write(OVERLAY, HEAD + "tests: {Copid: 0}\n")
    issue = folder.only_issue()
    assert (issue.rule, issue.location.line) == ("SP019", 4)
    assert "did you mean 'Copied'?" in issue.cure


def test_the_filter_of_a_filter_macro_with_a_file_of_its_own_changes_that(folder: Folder) -> None:
    own = MACRO.replace("ex_audit", "ex_disk_copied_away_filter").replace("33333333", "55555555")
    folder.write("macros/ex_disk_copied_away_filter.yml", own)
    folder.write(OVERLAY, HEAD + "filter: search NOT user=backup\n")
    loaded = folder.load()
    assert loaded.issues == []
    assert loaded.pack.all_macros()["ex_disk_copied_away_filter"].definition == "search NOT user=backup"


def test_a_schedule_is_changed_for_all_that_run_on_it(folder: Folder) -> None:
    folder.write(OVERLAY, "kind: schedule\ntarget: Default TTP\nreason: Slow disks.\nearliest_time: -3h@h\n")
    pack = folder.load().pack
    schedule = pack.schedule_of(pack.detections[0].model)
    assert schedule is not None
    assert (schedule.earliest_time, schedule.latest_time) == ("-3h@h", "-10m@m")


def test_parameters_are_laid_over_those_of_an_action_that_the_pack_has(folder: Folder) -> None:
    folder.edit("storypack.yml", "macro_prefix", "actions: {email: {to: all@example.com, subject: Look}}\nmacro_prefix")
    folder.write(OVERLAY, HEAD + "actions: {email: {to: soc@example.com}}\n")
    assert detection(folder).actions == {"email": {"to": "soc@example.com", "subject": "Look"}}
    folder.write(OVERLAY, HEAD + "actions: {email: false}\n")
    assert detection(folder).actions == {"email": False}


@pytest.mark.parametrize(
    ("text", "rule", "line", "said"),
    [
        (HEAD.replace("Away", "Awy") + "enabled: true\n", "SP016", 2, "did you mean 'Disk Copied Away'?"),
        ("kind: detection\ntarget: ['*', 'AWS *']\nreason: x\nenabled: true\n", "SP016", 2, "no detection 'AWS *'"),
        ("kind: detection\ntarget: []\nreason: x\nenabled: true\n", "SP009", 2, "`target` is an empty list"),
        (HEAD + "enabled: false\n", "SP018", 4, "`enabled` is what it is without the overlay"),
        (HEAD, "SP018", 1, "the overlay sets no value"),
        (HEAD + "actions: {email: false}\n", "SP018", 4, "`actions.email` is what it is without the overlay"),
        (HEAD + "enable: true\n", "SP007", 4, "did you mean `enabled`?"),
        (HEAD + "schedule: {cron: 1}\n", "SP007", 4, "cron_schedule"),
        (HEAD.replace("detection", "detektion"), "SP009", 1, "did you mean `detection`?"),
        (HEAD.replace("kind: detection\n", ""), "SP008", 1, "add `kind:`"),
        (HEAD + "severity: dreadful\n", "SP009", 4, "informational, low"),
    ],
)
def test_what_is_wrong_with_an_overlay_is_said_at_its_place(
    folder: Folder, text: str, rule: str, line: int, said: str
) -> None:
    folder.write(OVERLAY, text)
    issue = folder.only_issue()
    assert (issue.rule, issue.location.file, issue.location.line) == (rule, OVERLAY, line)
    assert said in f"{issue.message} {issue.cure}"


def test_a_search_without_its_filter_macro_takes_no_filter(folder: Folder) -> None:
    folder.edit(DETECTION_FILE, "  | `ex_disk_copied_away_filter`\n", "")
    folder.write(OVERLAY, HEAD + "filter: search NOT user=backup\n")
    issue = folder.only_issue()
    assert issue.rule == "SP019"
    assert "does not call `ex_disk_copied_away_filter`" in issue.message


def test_two_overlays_for_one_value_are_an_error_and_the_first_counts(folder: Folder) -> None:
    folder.write("overlays/a.yml", HEAD + "schedule: {cron_schedule: 7 * * * *}\n")
    folder.write("overlays/b.yml", HEAD + "schedule: Default TTP\nenabled: true\n")
    issue = folder.only_issue()
    assert (issue.rule, issue.location.file, issue.location.line) == ("SP017", "overlays/b.yml", 4)
    assert "overlays/a.yml:4:1" in issue.message
    pack = folder.load().pack
    schedule = pack.schedule_of(pack.detections[0].model)
    assert schedule is not None
    assert schedule.cron_schedule == "7 * * * *"
    assert pack.detections[0].model.enabled_by_default


def test_an_overlay_that_names_an_object_goes_before_a_glob(folder: Folder) -> None:
    glob = "kind: detection\ntarget: '*'\nreason: All of them.\nenabled: true\nseverity: low\n"
    other = DETECTION.replace("Disk Copied Away", "Disk Kept").replace("11111111", "66666666")
    folder.write("detections/cloud/disk_kept.yml", other.replace("ex_disk_copied_away", "ex_disk_kept"))
    folder.write("overlays/z_all.yml", glob)
    folder.write(OVERLAY, HEAD + "severity: high\n")
    loaded = folder.load()
    assert loaded.issues == []
    assert {entry.name: entry.model.finding.severity for entry in loaded.pack.detections} == {
        "Disk Copied Away": "high",
        "Disk Kept": "low",
    }
    assert all(entry.model.enabled_by_default for entry in loaded.pack.detections)


def test_a_glob_may_reach_what_a_value_does_not_fit(folder: Folder) -> None:
    folder.write("overlays/all.yml", "kind: detection\ntarget: Disk *\nreason: x\nseverity: low\n")
    assert folder.load().issues == []
    finding = "finding:\n  title: $user$ copied a disk\n  entity: {field: user, type: user, score: 60}\n"
    folder.edit(DETECTION_FILE, finding, "")
    issue = folder.only_issue()
    assert (issue.rule, issue.location.file) == ("SP019", "overlays/all.yml")
    assert "it makes no finding" in issue.message


def test_an_overlay_of_a_file_that_cannot_be_read_is_no_second_error(folder: Folder) -> None:
    folder.write(OVERLAY, HEAD + "enabled: true\n")
    folder.edit(DETECTION_FILE, "type: TTP", "type: TPP")
    issue = folder.only_issue()
    assert issue.location.file == DETECTION_FILE


def test_names_and_numbers_are_not_cut_in_two() -> None:
    assert threshold_places("count > 20 xcount > 2 count > 2.5", "count > 2") == []
    assert threshold_places("count > 2", "count > 2") == [0]
