"""Templates of a stranger's pack: they see values, and there is an end to what they take."""

from __future__ import annotations

import os
from typing import Any

import pytest

from storypack.app_build.errors import FileFault
from storypack.app_build.sandbox import MAX_STEPS, plain
from storypack.app_build.templates import render_conf, render_text, render_xml
from storypack.pack.models import MacroBody

VALUES: dict[str, Any] = {
    "title": "A & B",
    "stories": [{"name": "S1", "story": {"name": "One", "description": "x\ny"}}, {"name": "S2", "story": {}}],
    "numbers": [3, 1, 2],
    "text": "some text",
}

# What ordinary templates do, and what comes of it.
ORDINARY = [
    ("{{ title }} {{ 1 + 2 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 10 }}", "A & B 3 3 3 1024"),
    ("{% for s in stories %}{{ loop.index }}{{ s.name }}{% if not loop.last %},{% endif %}{% endfor %}", "1S1,2S2"),
    ("{{ stories | map(attribute='name') | join('; ') }}", "S1; S2"),
    ("{{ numbers | sort | join(',') }} {{ numbers | length }} {{ numbers | max }}", "1,2,3 3 3"),
    ("{{ text ~ '!' ~ 1 }} {{ text.upper() }} {{ text | replace('e', '3') }}", "some text!1 SOME TEXT som3 t3xt"),
    ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{{ m(x=2) }}", "<1><2>"),
    ("{% macro m(x) %}<{{ x }}{{ caller() }}>{% endmacro %}{% call m(2) %}b{% endcall %}", "<2b>"),
    ("{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6"),
    ("{% for s in stories if s.story %}{{ s.story.description | indent(2) }}{% else %}none{% endfor %}", "x\n  y"),
    ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{{ loop.cycle('x', 'y') }}{% endfor %}", "a1x"),
    ("{% set b %}in {{ text }}{% endset %}{{ b | title }} {{ missing | default('no') }}", "In Some Text no"),
    ("{{ 'a' * 3 }} {{ [1] + [2] }} {{ 3.14159 | round(2) }} {{ none is none }}", "aaa [1, 2] 3.14 True"),
]


@pytest.mark.parametrize(("template", "wanted"), ORDINARY)
def test_ordinary_templates_are_rendered(template: str, wanted: str) -> None:
    assert render_text(template, VALUES) == wanted


# Ways to an object's insides, to a callable, to what differs from run to run.
REACHING = [
    "{{ title.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ stories | map(attribute='__class__') | join }}",
    "{{ stories[0]['__class__'] }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ range.__self__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ title | attr('upper') }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ '{x.__class__}'.format_map({'x': title}) }}",
    "{% set n = namespace() %}{{ n.__dict__ }}",
    "{{ loop }}{{ joiner() }}",
    "{{ cycler(1, 2).next() }}",
    "{{ lipsum() }}",
    "{{ numbers | random }}",
    "{{ text | pprint }}",
    "{{ numbers.append(4) }}",
    "{% do numbers.append(4) %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{{ caller() }}",
    "{{ environment }}",
]


@pytest.mark.parametrize("template", REACHING)
def test_there_is_no_way_out(template: str) -> None:
    with pytest.raises(FileFault):
        render_text(template, VALUES)


# Small templates whose result, or way to it, would be large.
GROWING = [
    "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999999999) %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
    "{{ 'x' * 99999999999 }}",
    "{{ [1] * 99999999999 }}",
    "{% set x = 'x' * 1000 %}" + "{% set x = x ~ x %}" * 40 + "{{ x | length }}",
    "{% set x = 'x' * 1000 %}" + "{% set x = x + x %}" * 40 + "{{ x | length }}",
    "{% set x %}xxxxxxxxxx{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
    "{{ 9 ** 99999999 }}",
    "{% set n = 9 %}" + "{% set n = n * n %}" * 60 + "{{ n }}",
    "{{ '%99999999999d' % 1 }}",
    "{{ '%99999999999d' | format(1) }}",
    "{{ 'x' | center(99999999999) }}",
    "{{ 'x'.ljust(99999999999) }}",
    "{{ 'x\ny' | indent(99999999999) }}",
    "{{ ('x' * 99999) | replace('x', 'x' * 99999) }}",
    "{{ range(99999) | join('x' * 99999) }}",
    "{{ 'x' | wordwrap(1, wrapstring='x' * 99999999) }}",
    "{{ numbers | batch(99999999999, 'x') | list }}",
    "{{ numbers | slice(99999999999) | list }}",
    "{{ 1.5 | round(99999999, 'ceil') }}",
    "{{ 1.5 | round(99999999) }}",
    "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
]


@pytest.mark.parametrize("template", GROWING, ids=range(len(GROWING)))
def test_there_is_an_end_to_everything(template: str) -> None:
    with pytest.raises(FileFault):
        render_text(template, VALUES)


def test_the_budget_is_enough_for_a_pack_of_thousands() -> None:
    """A page that lists, for each of 200 stories, those of 2,000 detections that belong to it."""
    stories = [f"S{number}" for number in range(200)]
    detections = [{"name": f"D{number}", "stories": [stories[number % 200]]} for number in range(2000)]
    template = "{% for s in stories %}{% for d in detections if s in d.stories %}{{ d.name }} {% endfor %}{% endfor %}"
    assert len(render_text(template, {"stories": stories, "detections": detections}).split()) == 2000
    assert MAX_STEPS / 3 > 200 * 2000


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("a\n{{ nothing }}\n", 2, "'nothing' is undefined"),
        ("a\nb\n{% if %}\n", 3, "Expected an expression"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("x\n{{ 'a' + 1 }}", 2, "can only concatenate"),
        ("x\n\n{{ numbers['a'].b }}", 3, "no attribute 'a'"),
        ("{{ text | nofilter }}", 1, "No filter named 'nofilter'"),
        ("\n{{ text is notest }}", 2, "No test named 'notest'"),
        ("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", 0, ""),
        ("{% for a in numbers %}" * 30 + "{% endfor %}" * 30, 0, ""),
        ("{% for a in 5 %}{% endfor %}", 1, "not iterable"),
        ("{{ numbers | int + 'x' }}", 1, "unsupported operand"),
        ("{% block a %}{% endblock %}{% block a %}{% endblock %}", 1, "defined twice"),
        ("{{ text.upper }}{{ text.upper(1, 2) }}", 1, "upper() takes no arguments"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(template: str, line: int, message: str) -> None:
    with pytest.raises(FileFault) as caught:
        render_text(template, VALUES)
    assert message in caught.value.message
    if line:
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("[ui]\nlabel = x\nis_visible 0\n", 3, "neither a stanza nor a setting"),
        ("[ui\nlabel = x\n", 1, "neither a stanza nor a setting"),
        ("[ui]\n\nla bel = x\n", 3, "la bel"),
        ("[ui]\n\nlabel = {{ v }}\n", 3, "U+0000"),
    ],
)
def test_a_conf_that_splunkd_would_pass_over_is_refused(template: str, line: int, message: str) -> None:
    with pytest.raises(FileFault) as caught:
        render_conf(template, {"v": "\x00"})
    assert message in caught.value.message or message == "U+0000"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("<nav>\n<view>\n</nav>", "mismatched tag"),
        ("", "no element"),
        ('<!DOCTYPE nav [<!ENTITY a "b">]><nav>&a;</nav>', "document type"),
        ("<nav>{{ '\x01' }}</nav>", "invalid token"),
        ("<nav>{{ '<b>' | safe }}</nav>", "mismatched tag"),
    ],
)
def test_xml_that_is_none_is_refused(template: str, message: str) -> None:
    with pytest.raises(FileFault, match=message):
        render_xml(template, VALUES)


def test_values_are_plain_data(monkeypatch: pytest.MonkeyPatch) -> None:
    macro = plain(MacroBody(name="m", definition="x", arguments=["a"]))
    assert macro["stanza"] == "m(1)" and type(macro) is dict
    assert plain(({"a": [1.5, None, MacroBody]},)) == [{"a": [1.5, None, str(MacroBody)]}]
    monkeypatch.setitem(os.environ, "SPLUNK_TOKEN", "marked-value")
    with pytest.raises(FileFault):
        render_text("{{ environ }}{{ os }}", VALUES)
