"""Where credentials may go, and what a server's words may hold of them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from storypack.deploy.lookup_content import write_csv
from storypack.splunkd.credentials import PROMPT, Variables, read_variables
from storypack.splunkd.errors import DeployError, Refused
from storypack.splunkd.secret import Secret, struck

HOST, CA, URL = "STORYPACK_SPLUNK_HOST", "STORYPACK_SPLUNK_CA", "STORYPACK_SPLUNK_HEC_URL"


def variables(tmp_path: Path, environment: dict[str, str]) -> Variables:
    (tmp_path / ".env").write_text(f"{HOST}=collector.example.net\n{CA}=their.pem\n", encoding="utf-8")
    return read_variables(environment, tmp_path)


@pytest.mark.parametrize("source", ["environment", "keyring"])
def test_a_pack_s_place_does_not_get_other_credentials(tmp_path: Path, source: str) -> None:
    known = variables(tmp_path, {})
    with pytest.raises(DeployError, match=r"\.env says .*collector\.example\.net.*not from there"):
        known.check_places([HOST], source, None)
    with pytest.raises(DeployError, match="nothing was sent"):
        known.check_places([HOST, CA], source, lambda question, hidden: "no")
    known.check_places([HOST, CA], source, lambda question, hidden: "yes")


@pytest.mark.parametrize("source", [".env", PROMPT])
def test_a_pack_s_place_gets_its_own_credentials_and_those_that_were_typed(tmp_path: Path, source: str) -> None:
    variables(tmp_path, {}).check_places([HOST, CA], source, None)


def test_the_environment_s_place_wins_and_is_trusted(tmp_path: Path) -> None:
    known = variables(tmp_path, {HOST: "splunk.example.com", CA: "ours.pem"})
    assert (known.get(HOST), known.source_of(HOST), known.source_of(URL)) == ("splunk.example.com", "environment", "")
    known.check_places([HOST, CA, URL], "environment", None)


def test_the_command_line_refuses_before_it_connects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from storypack.cli import main

    monkeypatch.delenv(HOST, raising=False)
    monkeypatch.setenv("STORYPACK_SPLUNK_TOKEN", "tok" + "en-of-the-user")
    assert CliRunner().invoke(main, ["new", "pack", str(tmp_path)]).exit_code == 0
    (tmp_path / ".env").write_text(f"{HOST}=collector.invalid\n", encoding="utf-8")
    for command in (["deploy", "status"], ["search", "index=main", "--splunk"]):
        result = CliRunner().invoke(main, [*command, "--pack", str(tmp_path)])
        assert result.exit_code == 2, result.output
        assert "credentials are not from there (environment)" in result.stderr


def test_a_refusal_that_repeats_our_request_holds_no_secret() -> None:
    value = "s3cret-" + "value-of-a-test"
    secret = Secret(value)
    basic = base64.b64encode(f"admin:{value}".encode()).decode()
    said = f'bad header "Authorization: Basic {basic}", token {value}, Authorization: Splunk abcDEF012345^x'
    text = str(Refused(400, said))
    assert value not in text and basic not in text and "abcDEF012345" not in text
    assert text.startswith('bad header "Authorization: Basic ****')
    assert secret.reveal() == value


def test_a_name_cannot_steer_the_terminal() -> None:
    assert struck("sh1\x1b]0;title\x07\x1b[2J") == r"sh1\x1b]0;title\x07\x1b[2J"


class Recording:
    """A connection that keeps the searches that it is asked to run."""

    def __init__(self) -> None:
        self.searches: list[str] = []

    def query(self, path: str, arguments: dict[str, str]) -> dict[str, object]:
        self.searches.append(arguments["search"])
        return {}


def test_a_list_with_a_header_only_goes_as_data() -> None:
    connection = Recording()
    write_csv(connection, "app", "known.csv", "user,it's a name,c\n")  # type: ignore[arg-type]
    assert connection.searches == [
        '| makeresults format=csv data="user,it\'s a name,c\n,,\n" | table "user" "it\'s a name" "c" '
        '| outputlookup create_context=app "known.csv"'
    ]


@pytest.mark.parametrize("column", ["a' | x", 'a"b', "*", "a*", "[x]", "`m`", "a\tb", ""])
def test_a_column_that_could_mean_something_is_refused(column: str) -> None:
    connection = Recording()
    quoted = column.replace('"', '""')
    with pytest.raises(DeployError, match="no column can be called"):
        write_csv(connection, "app", "known.csv", f'user,"{quoted}"\n')  # type: ignore[arg-type]
    assert connection.searches == []
