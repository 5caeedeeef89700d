"""The reader on conf text that people and add-ons write."""

from __future__ import annotations

from storypack.conf import Conf, Stanza, boolean, json_text, merge, read, read_layered, tidy, with_defaults


def settings(text: str | bytes) -> dict[str, dict[str, str]]:
    return {stanza.name: dict(stanza.settings) for stanza in read(text)}


def test_comments_blanks_and_noise_are_ignored() -> None:
    text = "# c\n\n  ; c = d\n[a]\nno setting here\n  k  =  v # not a comment  \n= no key\n[never closed\n"
    assert settings(text) == {"a": {"k": "v # not a comment"}}


def test_the_last_of_two_values_wins_and_stanzas_merge() -> None:
    assert settings("[a]\nk = 1\nk = 2\n[b]\n[a]\nj = 3\n") == {"a": {"k": "2", "j": "3"}, "b": {}}


def test_continued_lines_keep_the_newline() -> None:
    assert settings("[a]\ns = one \\\n  two\\\n\\\n# three\n t = 1\n") == {
        "a": {"s": "one \n  two\n\n# three", "t": "1"}
    }


def test_a_backslash_with_blanks_behind_it_continues_nothing() -> None:
    assert settings("[a]\ns = one\\ \nt = 1\n") == {"a": {"s": "one\\", "t": "1"}}


def test_windows_line_ends_and_bom() -> None:
    assert settings(b"\xef\xbb\xbf[a]\r\ns = one\\\r\ntwo\r\n[b]\r\n") == {"a": {"s": "one\ntwo"}, "b": {}}


def test_only_a_newline_ends_a_line() -> None:
    assert settings("[a]\nk = x\u2028[evil]\x0c[evil]\x85y\n") == {"a": {"k": "x\u2028[evil]\x0c[evil]\x85y"}}


def test_stanza_names_keep_brackets_and_equals() -> None:
    assert list(settings("[source::...[12].log]\n[host::a=b] ; x\n[eventtype=x]")) == [
        "source::...[12].log",
        "host::a=b",
        "eventtype=x",
    ]


def test_a_file_that_ends_in_a_backslash() -> None:
    assert settings("[a]\nk = v\\") == {"a": {"k": "v"}}


def test_bytes_that_are_not_utf8_are_still_read() -> None:
    assert settings(b"[a]\nk = caf\xe9\n") == {"a": {"k": "caf\ufffd"}}


def test_settings_in_front_of_every_stanza_are_the_default() -> None:
    assert settings("k = 1\n[a]\n[default]\nj = 2") == {"default": {"k": "1", "j": "2"}, "a": {}}


def test_local_wins_key_by_key_and_default_fills_the_rest() -> None:
    layered = read_layered("[default]\nx = 0\nz = 0\n[a]\nk = 1\nj = 1\n", "[a]\nk = 2\n[b]\n[default]\nx = 9\n")
    assert with_defaults(layered) == Conf(
        (Stanza("a", {"x": "9", "z": "0", "k": "2", "j": "1"}), Stanza("b", {"x": "9", "z": "0"}))
    )


def test_merge_of_nothing() -> None:
    assert merge() == Conf() == with_defaults(Conf()) == read("")


def test_spelling_of_values() -> None:
    assert (boolean(True), boolean(False)) == ("1", "0")
    assert json_text({"b": [1, "\n\u2028\ud800"], "a": None}) == '{"a":null,"b":[1,"\\n\\u2028\\ud800"]}'
    assert tidy(" \r\na\r\nb\rc  \n\n") == "a\nb\nc"
