"""Any text in any place comes back the same, by our reader and by AppInspect's, or is refused by name."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from splunk_appinspect import configuration_parser
from splunk_appinspect.configuration_file import ConfigurationFile

from storypack.conf import Conf, ConfError, Stanza, faults, read, tidy, write

HOSTILE = [
    "a\nb",
    "a\n[evil]\nsearch = | delete",
    "a\nkey = v",
    "a\n# x\nb",
    "; x\n;",
    "# x",
    "[evil]",
    "[evil]\n",
    "a \nb",
    "a\n\n\nb",
    "k = v\nk2 = v2",
    "= = =",
    "\"quoted\" and 'quoted'",
    "a\u2028[evil]\u2029b\x85c\x0bd\x0ce",
    "a\x1cb\x1db\x1eb\x1fb",
    "\ufeffbom",
    "caf\u00e9 \N{PARTY POPPER} \N{CJK UNIFIED IDEOGRAPH-4E2D}",
    "$result.user$ %env% ${HOME} `macro`",
    "C:\\Temp\\x\nnext",
    "\\[evil]",
    "x" * 100_000,
    "line\n" * 20_000 + "end",
]
REFUSED = [
    "trailing\\",
    "# x \\",
    "C:\\Temp\\\n[evil]",
    "a\\\n\\\nb",
    "a\r[evil]",
    "a\r\n[evil]",
    "a\\\r\n[evil]",
    "nul\x00[evil]",
    "lone \ud800 surrogate",
    " leading",
    "trailing\t",
    "trailing\u2028",
    "trailing newline\n",
    "\\",
]

# Text made of the pieces that conf text gives a meaning to, with arbitrary text between them.
PIECES = st.sampled_from(
    [
        "\n",
        "\r",
        "\\",
        " ",
        "[",
        "]",
        "=",
        "#",
        ";",
        "\t",
        "\u2028",
        "\x85",
        "\x0b",
        "\x00",
        "\ud800",
        "k = v",
        "[default]",
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
CONFS = st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT, max_size=4), max_size=4).map(
    lambda stanzas: Conf(tuple(Stanza(name, settings) for name, settings in stanzas.items()))
)


def read_by_appinspect(text: str) -> tuple[dict[str, dict[str, str]], list[object]]:
    """Stanzas as AppInspect's own parser reads them from a file, and the errors that it reports."""
    file = configuration_parser.parse(
        io.BytesIO(text.encode()), ConfigurationFile(), configuration_parser.configuration_lexer
    )
    stanzas = {
        name: {key: option.value for key, option in section.options.items()} for name, section in file.sects.items()
    }
    return stanzas, list(file.errors)


def as_dict(conf: Conf) -> dict[str, dict[str, str]]:
    return {stanza.name: dict(stanza.settings) for stanza in conf}


def check(conf: Conf) -> None:
    try:
        text = write(conf)
    except ConfError as fault:
        assert fault.stanza in conf.names
        assert not fault.key or fault.key in conf[fault.stanza].settings
        return
    assert read(text) == conf
    assert read(text.encode()) == conf
    assert read_by_appinspect(text) == (as_dict(conf), [])


@given(CONFS)
@example(Conf((Stanza("a", {}), Stanza("b", {"k": ""}))))
def test_any_conf(conf: Conf) -> None:
    check(conf)


@given(TEXT)
def test_any_value_between_others(value: str) -> None:
    check(Conf((Stanza("a", {"before": "1", "value": value, "after": "2"}), Stanza("b", {"x": "y"}))))


@given(TEXT)
def test_a_value_with_none_of_the_refused_things_is_carried(text: str) -> None:
    value = tidy(text.replace("\x00", "").replace("\ud800", "").replace("\\", "/"))
    assert not list(faults(Conf((Stanza("a", {"k": value}),))))


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_carried(value: str) -> None:
    conf = Conf((Stanza("a", {"before": "1", "value": tidy(value), "after": "2"}), Stanza("b")))
    assert read(write(conf)) == conf
    assert read_by_appinspect(write(conf)) == (as_dict(conf), [])


@pytest.mark.parametrize("value", REFUSED)
def test_what_cannot_be_carried_is_refused_by_name(value: str) -> None:
    with pytest.raises(ConfError) as caught:
        write(Conf((Stanza("a", {"ok": "1", "value": value}),)))
    assert (caught.value.stanza, caught.value.key) == ("a", "value")


@pytest.mark.parametrize("name", ["a\nb", "a]b", "a\r", " a", "a ", "a\u2028b", "a\x00", "]", "a\x85"])
def test_names_that_could_end_the_header_are_refused(name: str) -> None:
    with pytest.raises(ConfError):
        write(Conf((Stanza(name),)))


@pytest.mark.parametrize("name", ["a[b", "#a", "a\\", "a = b", "\\", "a\\b", "caf\u00e9", "x" * 10_000, ""])
def test_names_that_are_carried(name: str) -> None:
    conf = Conf((Stanza(name, {"k": "v"}), Stanza("next", {"k": "v"})))
    assert read(write(conf)) == conf
    assert read_by_appinspect(write(conf)) == (as_dict(conf), [])


@pytest.mark.parametrize("key", ["", "a b", "a=b", "[a", "#a", ";a", "a\nb", "a\\", "a\u2028"])
def test_keys_that_are_refused(key: str) -> None:
    with pytest.raises(ConfError):
        write(Conf((Stanza("a", {key: "v"}),)))


def test_a_stanza_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ConfError, match="twice"):
        write(Conf((Stanza("a"), Stanza("a"))))


def test_every_fault_is_found_and_placed() -> None:
    conf = Conf((Stanza("a", {"k": "x\\", "m": "fine\nbad\r"}), Stanza("b]", {"": "v"})))
    assert [(f.stanza, f.key) for f in faults(conf)] == [("a", "k"), ("a", "m"), ("b]", ""), ("b]", "")]
    assert "line 2" in list(faults(conf))[1].reason
