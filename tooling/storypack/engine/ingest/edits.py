"""SEDCMD: scripts that change `_raw` (props.conf.spec). A script is a list of `s/re/new/flags` and `y/abc/ABC/`."""

from __future__ import annotations

from storypack.engine.errors import SearchError
from storypack.engine.ingest.settings import Settings
from storypack.engine.pcre import apply_sed, sed
from storypack.engine.udf.regex import PatternError


def commands(settings: Settings) -> tuple[str, ...]:
    """The commands of all SEDCMD settings, in ASCII order of their classes; what is none is left out and told."""
    found: list[str] = []
    for key, script in settings.classes("SEDCMD"):
        try:
            parts = list(_split(script))
            for part in parts:
                sed(part)
        except (SearchError, PatternError) as error:
            settings.warn(f"{key} has no effect: {getattr(error, 'message', error)}")
            continue
        found += parts
    return tuple(found)


def edit(text: str, scripts: tuple[str, ...]) -> str:
    """The text after all commands."""
    for script in scripts:
        text = apply_sed(text, script) or ""
    return text


def _split(script: str) -> list[str]:
    """The commands of a script, between which are blanks."""
    found: list[str] = []
    rest = script.strip()
    while rest:
        end = _end(rest)
        found.append(rest[:end])
        rest = rest[end:].lstrip(" \t;")
    return found


def _end(script: str) -> int:
    """Where the first command of a script ends: behind its third delimiter and the flags."""
    mark, delimiters, at = script[1:2], 0, 1
    while at < len(script) and delimiters < 3:
        if script[at] == "\\":
            at += 1
        elif script[at] == mark:
            delimiters += 1
        at += 1
    while at < len(script) and not script[at].isspace():
        at += 1
    return at
