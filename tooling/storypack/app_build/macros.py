"""macros.conf: the pack's macros, and each detection's own filter macro."""

from __future__ import annotations

from storypack.conf import Stanza, boolean, tidy
from storypack.pack.models import MacroBody


def macro_stanza(macro: MacroBody) -> Stanza:
    """One macro; keys as in macros.conf.spec."""
    values = {"definition": tidy(macro.definition)}
    if macro.arguments:
        values["args"] = ",".join(macro.arguments)
    if macro.description:
        values["description"] = tidy(macro.description)
    if macro.iseval:
        values["iseval"] = boolean(True)
    if macro.validation:
        values["validation"] = tidy(macro.validation)
        values["errormsg"] = tidy(macro.errormsg or f"The arguments of {macro.stanza} are not valid.")
    return Stanza(macro.stanza, values)
