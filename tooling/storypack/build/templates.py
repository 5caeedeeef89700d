"""Jinja2 templates of the app's constant files. What is filled in is escaped for the kind of file that it goes into."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

import jinja2

from storypack.conf import Conf, ConfError, Stanza, faults, read, tidy


def render_conf(template: str, values: Mapping[str, object]) -> Conf:
    """A template of a conf, as data: the text between stanzas is the author's, each value that is filled in one value.

    `ConfError` when a value cannot be carried, `jinja2.TemplateError` for a template that is wrong.
    """
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined, finalize=_conf_value)
    return read(environment.from_string(template).render(values))


def render_xml(template: str, values: Mapping[str, object]) -> str:
    """A template of an XML file; `ElementTree.ParseError` when the result is not well-formed."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    text = environment.from_string(template).render(values)
    ElementTree.fromstring(text)
    return text


def render_text(template: str, values: Mapping[str, object]) -> str:
    """A template of a plain text file."""
    environment = jinja2.Environment(
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(template).render(values)


def _conf_value(value: object) -> str:
    """A value for a conf template: newlines are continued as the writer would, what cannot be carried is refused."""
    text = tidy(str(value))
    for fault in faults(Conf((Stanza("template", {"value": text}),))):
        raise ConfError(fault.reason, stanza="template", cure=fault.cure)
    return text.replace("\n", "\\\n")
