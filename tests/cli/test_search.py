"""`storypack search`: SPL over whatever log files lie about."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import exit_codes, main

EVENTS = [
    {"time": "2026-11-20T10:00:00Z", "user": "kim", "action": "copy", "size": 5, "tags": ["a", "b"]},
    {"time": "2026-11-20T10:05:00Z", "user": "lee", "action": "copy", "size": 7},
    {"time": "2026-11-20T11:00:00Z", "user": "kim", "action": "list"},
]
TRAIL = {"eventVersion": "1.08", "eventSource": "s3.amazonaws.com", "eventTime": "2026-11-20T10:00:00Z"}


def run(*arguments: object, input: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["search", *map(str, arguments)], input=input)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    return path


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == exit_codes.OK, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_table(log: Path) -> None:
    result = run("stats count sum(size) as size by user", "--data", log, "--sourcetype", "x")
    assert result.exit_code == exit_codes.OK
    assert result.stdout.splitlines() == [
        "user  count  size",
        "────  ─────  ────",
        "kim       2     5",
        "lee       1     7",
    ]
    assert result.stderr == ""


def test_a_table_shows_the_text_of_events_and_no_other_internal_field(log: Path) -> None:
    result = run("eval _mine=1 | table _raw _mine _time user | sort user | head 1", "--data", log)
    header, _, row = result.stdout.splitlines()[:3]
    assert header.split() == ["_raw", "_time", "user"]
    assert row.startswith('{"time": "2026-11-20T1')


def test_json_lines_hold_types_and_lists(log: Path) -> None:
    found = rows(run("user=kim | sort size | table user size tags{}", "--data", log, "--format", "json"))
    assert found == [{"user": "kim"}, {"user": "kim", "size": "5", "tags{}": ["a", "b"]}] or found == [
        {"user": "kim", "size": "5", "tags{}": ["a", "b"]},
        {"user": "kim"},
    ]


def test_csv_has_a_header_and_stacks_several_values(log: Path) -> None:
    result = run("stats values(user) as user by action | sort action", "--data", log, "--format", "csv")
    assert list(csv.reader(io.StringIO(result.stdout))) == [["action", "user"], ["copy", "kim\nlee"], ["list", "kim"]]


def test_events_are_shown_with_their_time(log: Path) -> None:
    result = run("action=list", "--data", log)
    assert result.stdout == f"2026-11-20 11:00:00  {json.dumps(EVENTS[2])}\n"


def test_the_time_range(log: Path) -> None:
    common = ("stats count", "--data", log, "--format", "json")
    assert rows(run(*common, "--now", "2026-11-20T11:00:01Z", "--earliest", "-30m")) == [{"count": 1}]
    assert rows(run(*common, "--now", "newest", "--earliest", "-1h", "--latest", "-30m")) == [{"count": 1}]
    assert rows(run(*common, "--earliest", "2026-11-20T10:01:00Z")) == [{"count": 2}]


def test_old_events_and_a_relative_range_give_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text('{"time": "2020-01-01T00:00:00Z", "a": 1}\n', encoding="utf-8")
    result = run("a=1 | table a", "--data", path, "--earliest", "-1h")
    assert "--now newest" in result.stderr
    assert "--now newest" not in run("a=1 | table a", "--data", path).stderr


def test_several_files_and_a_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**TRAIL, "eventName": name}) + "\n", encoding="utf-8")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(json.dumps({**TRAIL, "eventName": "c"}) + "\n")
    common = ("stats values(eventName) as names", "--format", "json", "--data")
    listed = run(*common, tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "c.jsonl.gz")
    assert rows(listed) == rows(run(*common, tmp_path)) == [{"names": ["a", "b", "c"]}]
    assert (
        "sourcetype guessed: aws:cloudtrail (its keys eventVersion, eventSource, eventName) for a.jsonl"
        in listed.stderr
    )


def test_standard_input() -> None:
    result = run("stats count by a", "--data", "-", "--format", "json", input=b'{"a": 1}\n{"a": 1}\n')
    assert rows(result) == [{"a": "1", "count": 2}]


def test_broken_lines_are_searched_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n{"a": 3, "b\n', encoding="utf-8")
    result = run("stats count", "--data", path, "--sourcetype", "x", "--format", "json")
    assert rows(result) == [{"count": 3}]
    assert result.stderr == "1 of 3 events in x.jsonl is broken, kept as text\n"


def test_lookups_and_macros_from_the_command_line(log: Path, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("user,team\nkim,red\n", encoding="utf-8")
    search = "`of(kim)` | lookup people user | lookup other user OUTPUT team as again | head 1 | table team again"
    found = run(
        search, "--data", log, "--format", "json", "--macro", "of(who)=user=$who$", "--lookup", table,
        "--lookup", f"other={table}",
    )  # fmt: skip
    assert rows(found) == [{"team": "red", "again": "red"}]


def test_an_add_on_brings_fields(log: Path, tmp_path: Path) -> None:
    conf = tmp_path / "ta" / "default"
    conf.mkdir(parents=True)
    (conf / "props.conf").write_text(
        "[x]\nFIELDALIAS-a = user AS person\nEVAL-big = if(size>6, 1, 0)\n", encoding="utf-8"
    )
    (conf / "macros.conf").write_text("[copies]\ndefinition = action=copy\n", encoding="utf-8")
    found = run(
        "`copies` | sort person | table person big", "--data", log, "--sourcetype", "x", "--ta", tmp_path / "ta",
        "--format", "json",
    )  # fmt: skip
    assert rows(found) == [{"person": "kim", "big": 0}, {"person": "lee", "big": 1}]


def test_the_limit_is_said(log: Path) -> None:
    result = run("table user", "--data", log, "--sourcetype", "x", "--limit", 2)
    assert result.stdout.splitlines()[2:] == ["kim", "lee"]
    assert result.stderr == "only the first 2 rows are shown; --limit 0 shows all\n"


def test_explain_shows_sql_and_reads_nothing(log: Path) -> None:
    result = run("stats count by user", "--data", log, "--explain")
    assert result.stdout.startswith("WITH ") and "count(*)" in result.stdout


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("stats count by", "by"),
        ("`nowhere` | stats count", "macro `nowhere` is not defined\n  `nowhere` | stats count\n  ^^^^^^^^^"),
        ("user=kim | fit X from y", "command `fit` is not supported: it needs the Machine Learning Toolkit\n"
         "  user=kim | fit X from y\n             ^^^^^^^^^^^^"),
        ("user=kim | where isnotnull(", "where isnotnull("),
        ("user=kim\n| lookup gone user", "there is no lookup `gone`\n  | lookup gone user\n    ^^^^^^^^^^^^^^^^"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_marked(log: Path, search: str, said: str) -> None:
    result = run(search, "--data", log, "--sourcetype", "x")
    assert result.exit_code == exit_codes.USAGE
    assert result.stdout == ""
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stats count",), "there is nothing to search"),
        (("--data", "{log}"), "Missing argument"),
        (("stats count", "--data", "gone.jsonl"), "there is no file gone.jsonl"),
        (("stats count", "table x", "--data", "{log}"), "one search is wanted, and there are 2"),
        (("stats count", "--data", "{log}", "--now", "soon"), "--now: 'soon' is no time"),
        (("stats count", "--data", "{log}", "--earliest", "-1x"), "--earliest: 'x' is not a unit of time"),
        (("stats count", "--data", "{log}", "--macro", "x"), "--macro wants NAME=SPL"),
        (("stats count", "--data", "{log}", "--ta", "{folder}"), "is no add-on"),
        (("stats count", "--data", "{log}", "--lookup", "gone.csv"), "cannot read the lookup table gone.csv"),
    ],
)
def test_wrong_usage(log: Path, arguments: tuple[str, ...], said: str) -> None:
    given = [one.format(log=log, folder=log.parent) for one in arguments]
    result = run(*given)
    assert result.exit_code == exit_codes.USAGE
    assert said in result.stderr


def test_a_search_may_read_no_file() -> None:
    assert rows(run("| makeresults count=2 | eval a=1 | stats sum(a) as a", "--format", "json")) == [{"a": 2}]


def test_the_packs_macros_and_lookups_are_known(log: Path) -> None:
    root = Path(__file__).parents[2]
    result = run("`exf_cloudtrail` | stats count", "--data", log, "--sourcetype", "aws:cloudtrail", "--pack", root)
    assert result.exit_code == exit_codes.OK, result.stderr
    assert "3" in result.stdout


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_narrow_terminal_is_not_overrun(log: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = 'eval text="a long sentence that wants much room", path="/very/long/path/without/any/blank/in/it/at/all"'
    for search in (f"{long} | table user text path size", f"{long} | table text", "table user size action"):
        result = run(search, "--data", log, "--sourcetype", "x")
        assert max(map(len, result.stdout.splitlines())) <= width, result.stdout


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"a": "\x1b[2Jx"}) + "\nplain \x1b[31m\n", encoding="utf-8")
    for search in ("table a", "plain"):
        assert "\x1b" not in run(search, "--data", path, "--sourcetype", "x").stdout


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f'{{"n": {n}}}\n' for n in range(60_000)), encoding="utf-8")
    command = [sys.executable, "-m", "storypack.cli", "search", "table n", "--data", str(path), "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "n\n"
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == exit_codes.BROKEN_PIPE
    assert "Traceback" not in told and "rror" not in told


def test_pipes_are_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b'{"a":1}\n{"a":2}\n'))
    writer.start()
    found = rows(run("stats count by source", "--data", pipe, "--format", "json"))
    writer.join(10)
    assert found == [{"source": str(pipe), "count": 2}]


def test_a_file_that_is_named_twice_is_read_once(log: Path) -> None:
    arguments = ("stats count by source", "--data", log, "--data", log.parent, "--format", "json")
    assert rows(run(*arguments)) == [{"source": str(log), "count": 3}]
    found = CliRunner().invoke(main, ["search", "stats count", "--data", "-", "--data", "-", "--format=json"], b"a\n")
    assert rows(found) == [{"count": 1}]


def test_what_is_hidden_in_a_folder_is_no_log(log: Path) -> None:
    (log.parent / ".git" / "objects").mkdir(parents=True)
    (log.parent / ".git" / "objects" / "one").write_text("x\n", encoding="utf-8")
    assert rows(run("stats count", "--data", log.parent, "--format", "json")) == [{"count": 3}]


def test_a_search_of_one_word_that_is_a_file(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(log.parent)
    Path("error").mkdir()
    result = run("error", "--data", log)
    assert result.exit_code == exit_codes.USAGE
    assert "for the word, write 'search error'" in result.stderr


def test_a_search_in_bytes_that_are_no_utf8_is_refused(log: Path) -> None:
    result = run("stats count by \udcff", "--data", log)
    assert result.exit_code == exit_codes.USAGE
    assert "the search is not UTF-8" in result.stderr
    meant = os.fsdecode("café".encode()).encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")
    assert rows(run(f'| makeresults | eval x="{meant}" | table x', "--format", "json")) == [{"x": "café"}]


def test_a_search_starts_at_a_whole_second() -> None:
    (row,) = rows(run("| makeresults | eval n=now()", "--format", "json"))
    assert row["_time"] == row["n"] == int(str(row["n"]))


def test_names_of_files_do_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J.log"
    path.write_text('{"a":1}\n', encoding="utf-8")
    assert "a\\x1b[2J.log" in run("stats count", "--data", path).stderr


def test_json_has_no_infinite_numbers() -> None:
    result = run("| makeresults | eval a=1e308*10, b=-a | table a b", "--format", "json")
    assert json.loads(result.stdout, parse_constant=pytest.fail) == {"a": "inf", "b": "-inf"}


@pytest.mark.parametrize(
    "search",
    [
        r'| makeresults | eval _raw="{\"a\":\"\\ud800\"}" | spath',
        r'| makeresults | eval x=json_array_to_mv("[\"\\udfff\"]")',
        '| makeresults | eval x=printf("%c", 55296)',
        '| makeresults | eval x=printf("%c", -1)',
        r'| makeresults format=json data="[{\"a\":\"\\ud800\"}]"',
    ],
)
def test_half_a_character_is_no_end_of_a_search(search: str) -> None:
    assert len(rows(run(search, "--format", "json"))) == 1


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "trail.gz"
    path.write_bytes(gzip.compress(b"".join(b'{"n":%d}\n' % n for n in range(5000)))[:-500])
    result = run("stats count", "--data", path, "--format", "json")
    assert 0 < int(str(rows(result)[0]["count"])) < 5000
    assert "trail.gz can not be read as a whole; what can be read was searched" in result.stderr


def test_any_key_of_json_is_a_field(tmp_path: Path) -> None:
    event = {"a*": 1, "count(*)": "2", 'q"': 3, "b\\": 4, "x y": 5, "c": {"d*": [6, 7]}}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(event) + "\n", encoding="utf-8")
    found = rows(run("* | fields - host source sourcetype index _* | table *", "--data", path, "--format", "json"))
    assert found == [{"a*": "1", "count(*)": "2", 'q"': "3", "b\\": "4", "x y": "5", "c.d*{}": ["6", "7"]}]


@pytest.mark.parametrize("text", ["<a>" * 3_000 + "x" + "</a>" * 3_000, '{"a":' * 3_000 + "1" + "}" * 3_000])
@pytest.mark.parametrize(
    "search", ["* | spath", "* | spath a", "* | xmlkv", '* | eval x=spath(_raw, "a")', "* | table *"]
)
def test_deep_nesting_is_no_end_of_a_search(tmp_path: Path, text: str, search: str) -> None:
    path = tmp_path / "deep.log"
    path.write_text(text + "\n", encoding="utf-8")
    assert len(rows(run(search, "--data", path, "--format", "json"))) == 1


def test_without_the_built_in_knowledge(tmp_path: Path) -> None:
    log = tmp_path / "trail.jsonl"
    log.write_text(json.dumps(TRAIL) + "\n", encoding="utf-8")
    search = ("table vendor_product", "--data", log, "--sourcetype", "aws:cloudtrail", "--format", "json")
    assert rows(run(*search)) == [{"vendor_product": "AWS CloudTrail"}]
    assert rows(run(*search, "--no-builtin")) == [{}]


def test_a_macro_of_splunks_own_apps_without_a_definition(log: Path) -> None:
    result = run("`get_user(user)` | table user", "--data", log)
    assert "say it with --macro NAME=SPL" in result.stderr and "mend its name" not in result.stderr
