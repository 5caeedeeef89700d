"""Each format: the golden file for a reader to judge, and the structure that its consumers rely on."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack import __version__
from storypack.issue import Issue, Location, Severity
from storypack.report import json_report
from storypack.report.formats import FORMATS as REGISTERED
from storypack.report.formats import renderer
from storypack.report.github import render_github
from storypack.report.gitlab import render_gitlab
from storypack.report.json_report import render_json
from storypack.report.junit import render_junit
from storypack.report.lines import render_lines
from storypack.report.results import Results, plural, relocated
from storypack.report.sarif import render_sarif
from storypack.report.tests_sarif import render_tests_sarif
from storypack.report.text import render_text
from storypack.testing.results import Failure, Outcome, PlannedTest, TestResult, TestRun
from tests.report import sarif

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads(Path(json_report.__file__).with_name("validate.schema.json").read_text("utf-8"))
FILES = {
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "junit.xml",
    "gitlab": "gitlab.json",
    "line": "lines.txt",
}
FORMATS: dict[str, Callable[[Results], str]] = {
    "text.txt": render_text,
    "narrow.txt": lambda results: render_text(results, width=46),
    **{FILES.get(name, f"{name}.txt"): renderer("validate", name) for name in REGISTERED["validate"]},
}


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, results: Results) -> None:
    """To accept a change on purpose, delete the golden file and run the test twice."""
    path = GOLDEN / name
    text = FORMATS[name](results).replace(__version__, "VERSION")
    if not path.exists():
        path.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail(f"wrote {path.name}: read it, then run again")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", REGISTERED["validate"])
def test_each_format_of_validate_is_explained(name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "ci.md"
    assert f"\n| `{name}` | " in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_escape_sequence_reaches_the_reader(name: str, results: Results) -> None:
    assert "\x1b" not in FORMATS[name](results)


def test_colour_only_when_asked(results: Results) -> None:
    coloured = render_text(results, colour=True)
    assert "\x1b[31merror\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == render_text(results)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_nothing_is_wider_than_the_terminal(width: int, results: Results) -> None:
    source = "x" * 150 + "HERE" + "y" * 150
    issue = Issue("SP101", Severity.ERROR, "word " * 50, Location("a.yml", 1, 151), "", "cure " * 50)
    text = render_text(Results([issue], ["a.yml"], sources={"a.yml": source}), width=width)
    assert max(map(len, text.splitlines())) <= width
    lines = text.splitlines()
    caret = next(number for number, line in enumerate(lines) if line.rstrip().endswith("^"))
    assert lines[caret - 1][lines[caret].index("^") :].startswith("HERE")


def test_the_caret_stands_under_wide_letters() -> None:
    issue = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 1, 4))
    lines = render_text(Results([issue], ["a.yml"], sources={"a.yml": "日本 x"})).splitlines()
    assert lines[2].index("日") == lines[3].index("^") - 5  # two letters of two columns, and a blank


def test_a_position_beyond_the_file_is_no_crash() -> None:
    issues = [Issue("SP101", Severity.ERROR, "", Location("a.yml", line, 99)) for line in (0, 1, 2, 50)]
    text = render_text(Results(issues, ["a.yml"], sources={"a.yml": "short\n"}))
    assert text.count("error SP101") == 4


def test_the_line_that_is_shown_is_the_one_that_is_counted() -> None:
    """Lines end at a line feed, as for editors: not at a form feed or one of Unicode's separators."""
    source = "a: x\u2028y\x0cz\x85w\r\nb: here\r\n"
    issue = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 2, 4))
    assert "     | b: here\n" in render_text(Results([issue], ["a.yml"], sources={"a.yml": source}))


def test_many_issues_are_counted_by_rule(results: Results) -> None:
    many = [Issue("SP123", Severity.ERROR, "wrong", Location("a.yml", line)) for line in range(1, 1501)]
    many += [Issue("SP130", Severity.WARNING, "odd", Location("b.yml", line)) for line in range(1, 40)]
    text = render_text(Results(many, ["a.yml", "b.yml"], rules=results.rules), details=True)
    assert text.endswith(
        "\nmost of them are of\n  1,500 x SP123 Score out of range\n     39 x SP130 Odd, text: here\n"
        "\nchecked 2 files: 1,500 errors, 39 warnings\n"
    )
    assert "most of them" not in render_text(results)


def test_a_clean_pack_says_so() -> None:
    assert render_text(Results([], ["a.yml"])) == "checked 1 file: no issues\n"


def test_json_keeps_its_promise(results: Results) -> None:
    document = json.loads(render_json(results))
    jsonschema.validate(document, SCHEMA)
    assert document["summary"] == {"files": 3, "errors": 1, "warnings": 2, "notes": 1, "silenced": 2, "accepted": 0}
    assert document["issues"][0]["key"] == "finding.entity.score"


def test_the_json_schema_is_strict_enough_to_fail(results: Results) -> None:
    document = json.loads(render_json(results))
    del document["issues"][0]["rule"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_sarif_holds_what_code_scanning_needs(results: Results) -> None:
    """The facts of SARIF 2.1.0 that consumers refuse a log for."""
    log = json.loads(render_sarif(results))
    jsonschema.validate(log, sarif.LOG)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(results.issues)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
    prints = [result["partialFingerprints"]["storypackIssue/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    described = next(rule for rule in rules if rule["id"] == "SP123")
    assert described["help"]["text"] and described["shortDescription"]["text"] == "Score out of range"


def sarif_of(*issues: Issue) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render_sarif(Results(issues, sorted({each.location.file for each in issues}))))
    jsonschema.validate(log, sarif.LOG)
    return log


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("detections/cloud/share it.yml", "detections/cloud/share%20it.yml"),
        ("detections/a#b?c%20.yml", "detections/a%23b%3Fc%2520.yml"),
        ("détections/für.yml", "d%C3%A9tections/f%C3%BCr.yml"),
        ("a:b/c.yml", "a%3Ab/c.yml"),
        ("../pack/a.yml", "../pack/a.yml"),
        ("/srv/my pack/a.yml", "file:///srv/my%20pack/a.yml"),
        ("日本/[x].yml", "%E6%97%A5%E6%9C%AC/%5Bx%5D.yml"),
        ("back\\slash.yml", "back%5Cslash.yml"),
        (os.fsdecode(b"caf\xe9/a.yml"), "caf%E9/a.yml"),
    ],
)
def test_sarif_names_files_as_uris(file: str, uri: str) -> None:
    log = sarif_of(Issue("SP101", Severity.ERROR, "wrong", Location(file, 1, 1)))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == uri
    base = place.get("uriBaseId")
    assert base in (log["runs"][0]["originalUriBaseIds"] if not file.startswith("/") else (None,))


def test_sarif_counts_characters() -> None:
    """A letter beyond the BMP is one column to us; the log says that it counts so, and not in UTF-16."""
    run = sarif_of(Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 1, 3)))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 3}


def test_a_text_of_the_pack_is_no_link_in_sarif() -> None:
    log = sarif_of(Issue("SP101", Severity.ERROR, "'[see](https://example.com)' and [x] (y)", Location("a.yml")))
    assert log["runs"][0]["results"][0]["message"]["text"] == r"'\[see\](https://example.com)' and [x] (y)"


def test_the_sarif_schema_is_strict_enough_to_fail(results: Results) -> None:
    for spoil in (
        lambda run: run.update(column="x"),
        lambda run: run["results"][0].update(level="fatal"),
        lambda run: run["results"][0]["message"].pop("text"),
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(startColumn=0),
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="a b"),
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].pop("uriBaseId"),
    ):
        log = json.loads(render_sarif(results))
        jsonschema.validate(log, sarif.LOG)
        spoil(log["runs"][0])
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(log, sarif.LOG)


def test_a_sarif_fingerprint_survives_a_moved_line(results: Results) -> None:
    def prints(line: int) -> list[str]:
        issue = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", line, 1))
        log = json.loads(render_sarif(Results([issue, issue], ["a.yml"])))
        return [result["partialFingerprints"]["storypackIssue/v1"] for result in log["runs"][0]["results"]]

    assert prints(3) == prints(30)
    assert len(set(prints(3))) == 2


def test_junit_counts(results: Results) -> None:
    root = ElementTree.fromstring(render_junit(results).encode())
    (suite,) = root
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases) == 3
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == 1
    assert "SP123" in (suite.findtext("testcase/failure") or "")
    assert "SP130" in (suite.findtext("testcase/system-out") or "")


def test_github_commands_stay_on_their_line(results: Results) -> None:
    *commands, summary = render_github(results).splitlines()
    assert len(commands) == len(results.issues)
    assert summary.startswith("checked 3 files")
    parsed = [re.fullmatch(r"::(error|warning|notice) ((?:\w+=[^,:\n]*,?)+)::(.*)", line) for line in commands]
    assert all(parsed)
    assert "title=SP130 Odd%2C text%3A here" in commands[1]
    assert commands[1].endswith("::100%25 wrong:%0Asecond, line \\x1b[2J <&>")


@given(st.text(), st.text(), st.text(), st.integers(0, 5), st.integers(0, 50), st.text())
def test_no_text_breaks_a_format(message: str, cure: str, file: str, line: int, column: int, source: str) -> None:
    file = file.encode("utf-8", "replace").decode() or "x"
    issue = Issue("SP101", Severity.ERROR, message, Location(file, line, column), "", cure)
    results = Results([issue], [file], sources={file: source})
    assert json.loads(render_json(results))["issues"][0]["message"] == message
    if message:
        jsonschema.validate(json.loads(render_sarif(results)), sarif.LOG)
    ElementTree.fromstring(render_junit(results).encode("utf-8"))
    github = render_github(results)
    assert len(github.rstrip("\n").split("\n")) == 2
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", github)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", render_text(results))


def test_relocated() -> None:
    issue = Issue("SP101", Severity.ERROR, "wrong", Location("a.yml", 3, 1))
    assert relocated([issue], ".") == [issue]
    assert [str(moved.location) for moved in relocated([issue], "packs/one")] == ["packs/one/a.yml:3:1"]


def test_plural() -> None:
    assert [plural(1, "error"), plural(0, "error"), plural(1700, "file"), plural(2, "entry")] == [
        "1 error",
        "0 errors",
        "1,700 files",
        "2 entries",
    ]


def many(count: int) -> Results:
    issues = [
        Issue(
            f"SP1{n % 40:02}", Severity.ERROR if n % 3 else Severity.WARNING, "wrong", Location(f"{n % 90}.yml", n + 1)
        )
        for n in range(count)
    ]
    return Results(issues, [f"{n}.yml" for n in range(90)])


def test_very_much_begins_with_an_overview() -> None:
    lines = render_text(many(5000), width=80).splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) <= 80
    assert lines[0] == "3,333 errors of 40 rules"
    assert lines[-1] == "checked 90 files: 3,333 errors, 1,667 warnings"
    assert any("--details" in line for line in lines)
    assert len(render_text(many(5000), details=True).splitlines()) > 5000
    assert render_text(many(200)) == render_text(many(200), details=True)
    assert "--details" in render_text(many(3), details=False)


def test_a_line_for_each_issue() -> None:
    issues = [
        Issue("SP101", Severity.ERROR, "two\nlines", Location("a b.yml", 3, 4)),
        Issue("SP102", Severity.NOTE, "of the file", Location("c.yml")),
    ]
    assert render_lines(Results(issues, [])).splitlines() == [
        "a b.yml:3:4: error: two lines [SP101]",
        "c.yml:1:1: note: of the file [SP102]",
    ]


def test_findings_of_gitlab_are_told_apart() -> None:
    issue = Issue("SP101", Severity.WARNING, "wrong", Location("a.yml", 3), cure="write 4")
    moved = Issue("SP101", Severity.WARNING, "wrong", Location("a.yml", 9), cure="write 4")
    first, second = json.loads(render_gitlab(Results([issue, moved], [])))
    assert first["fingerprint"] != second["fingerprint"]
    assert first == json.loads(render_gitlab(Results([issue], [])))[0]
    assert first["location"] == {"path": "a.yml", "lines": {"begin": 3}}
    assert (first["severity"], first["description"]) == ("minor", "wrong (write 4)")


def test_failed_tests_as_sarif() -> None:
    planned = PlannedTest("d/x.yml", "X", 1, "Fires", Location("d/x.yml", 30, 3))
    failed = Failure("missing rows", "1 row is missing", Location("d/x.yml", 12), ("the filter lost it",))
    run = TestRun(
        (
            TestResult(planned, Outcome.PASSED),
            TestResult(planned, Outcome.FAILED, failure=failed, counts=True),
            TestResult(planned, Outcome.NOT_RUN, failure=failed),
        )
    )
    (log,) = json.loads(render_tests_sarif(run))["runs"]
    assert [(each["ruleId"], each["level"]) for each in log["results"]] == [
        ("test-failed", "error"),
        ("test-not-run", "note"),
    ]
    assert log["results"][0]["message"]["text"] == "Fires: 1 row is missing\nthe filter lost it"
    assert log["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}
