"""The app's version in the settings of a pack."""

from __future__ import annotations

from yaml.nodes import MappingNode, ScalarNode

from storypack.pack.yaml import compose, parse


class SettingsError(ValueError):
    """The version cannot be written, and why."""


def with_version(text: str, version: str) -> str:
    """The text of `storypack.yml` with another `version`; every other byte stays. Raises SettingsError."""
    node = compose(text)
    values = node.value if isinstance(node, MappingNode) else []
    places = [value for key, value in values if isinstance(key, ScalarNode) and key.value == "version"]
    if len(places) != 1 or not isinstance(places[0], ScalarNode) or places[0].style in ("|", ">"):
        raise SettingsError("has no line `version: 1.2.3`")
    start, end = places[0].start_mark.index, places[0].end_mark.index
    quote = places[0].style or ""
    written = f"{text[:start]}{quote}{version}{quote}{text[end:]}"
    if parse(written)[0] != {**parse(text)[0], "version": version}:
        raise SettingsError("could not be written so that nothing but `version` changes")
    return written
