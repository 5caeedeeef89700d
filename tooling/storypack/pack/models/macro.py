"""A search macro."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from storypack.pack.models.base import Content, Model, Text, matching
from storypack.pack.names import MACRO_MEANING, MACRO_PATTERN

MacroName = Annotated[str, matching(MACRO_PATTERN, MACRO_MEANING)]
ArgumentName = Annotated[str, matching(r"^[A-Za-z0-9_-]+$", MACRO_MEANING)]


class MacroBody(Model):
    """What Splunk knows of a macro: name, arguments and definition. Generated macros are nothing more than this."""

    name: MacroName
    definition: Text
    description: str = ""
    arguments: list[ArgumentName] = Field(default_factory=list)
    iseval: bool = Field(default=False, description="The definition is an eval expression that gives the search text")
    validation: Text | None = Field(default=None, description="Eval expression that must be true of the arguments")
    errormsg: Text | None = None

    @property
    def stanza(self) -> str:
        """Header in macros.conf: `name`, or `name(2)` when it takes two arguments."""
        return f"{self.name}({len(self.arguments)})" if self.arguments else self.name


class Macro(Content, MacroBody):
    """A macro of the pack, one file each."""

    name: MacroName
    description: Text

    @property
    def body(self) -> MacroBody:
        """This macro without the keys of a content file."""
        return MacroBody.model_construct(**{key: getattr(self, key) for key in MacroBody.model_fields})
