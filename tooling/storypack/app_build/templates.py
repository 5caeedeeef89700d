"""Jinja2 templates of the app's constant files. What is filled in is escaped for the kind of file that it goes into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree import ElementTree

import jinja2

from storypack.app_build.errors import FileFault
from storypack.app_build.sandbox import Sandbox
from storypack.conf import Conf, ConfError, Stanza, faults, passed_over, read, tidy

# What evaluating an expression that somebody wrote can raise; a text that is nested too deep has no limit of its own.
_OF_EXPRESSIONS = (
    *(ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError),
    *(RecursionError, MemoryError, SyntaxError, AssertionError),
)
_NAME = "<template>"  # what Jinja2 calls a template without a file, in tracebacks


def render_conf(template: str, values: Mapping[str, object]) -> Conf:
    """A template of a conf, as data: the text between stanzas is the author's, each value that is filled in one value.

    `FileFault` for a template that is wrong, a value that cannot be carried, a line that splunkd would pass over.
    """
    text = _rendered(template, values, lambda: Sandbox(autoescape=False, finalize=_conf_value))
    for line in passed_over(text):
        message = f"`{line.strip()[:60]}` is neither a stanza nor a setting: splunkd passes over it"
        raise FileFault(message, _line_of(line, template), "write [stanza], key = value, or # comment")
    conf = read(text)
    for fault in faults(conf):
        raise FileFault(f"[{fault.stanza}] {fault.key}: {fault.reason}", _line_of(fault.key, template), fault.cure)
    return conf


def render_xml(template: str, values: Mapping[str, object]) -> str:
    """A template of an XML file. `FileFault` when it is wrong, or the result is not well-formed."""
    text = _rendered(template, values, lambda: Sandbox(autoescape=True, keep_trailing_newline=True))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FileFault("a document type has no place in an app's file", _line_of("<!", template), "take it away")
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        number = error.position[0]
        lines = text.split("\n")
        line = lines[number - 1] if number <= len(lines) else ""
        raise FileFault(f"what it becomes is not XML: {error}", _line_of(line, template) or 1) from error
    return text


def render_text(template: str, values: Mapping[str, object]) -> str:
    """A template of a plain text file. `FileFault` when it is wrong."""
    return _rendered(
        template,
        values,
        lambda: Sandbox(autoescape=False, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True),
    )


def _rendered(template: str, values: Mapping[str, object], make: Callable[[], Sandbox]) -> str:
    try:
        return make().from_string(template).render(values)
    except ConfError as error:
        raise FileFault(error.reason, _template_line(error), error.cure) from error
    except jinja2.TemplateSyntaxError as error:
        raise FileFault(_message(error), error.lineno) from error
    except (jinja2.TemplateError, *_OF_EXPRESSIONS) as error:
        raise FileFault(_message(error), _template_line(error)) from error


def _message(error: BaseException) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deep, or calls itself without end"
    return " ".join(str(error).split()) or type(error).__name__


def _template_line(error: BaseException) -> int:
    """The line of the template at which an error came up; 0 if it was before the first."""
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == _NAME:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _line_of(text: str, template: str) -> int:
    """The line of the template that holds a text of the result; 0 where it was put together."""
    written = text.strip()
    at = template.find(written) if written else -1
    return template.count("\n", 0, at) + 1 if at >= 0 else 0


def _conf_value(value: object) -> str:
    """A value for a conf template: newlines are continued as the writer would, what cannot be carried is refused."""
    text = tidy(str(value))
    for fault in faults(Conf((Stanza("template", {"value": text}),))):
        raise ConfError(fault.reason, stanza="template", cure=fault.cure)
    return text.replace("\n", "\\\n")
