"""Which fields a search reads and yields, worked out from its tree alone.

stages = flow(parse("index=web | stats count by user | table usr"))
stages[-1].before.has("usr")        -> False
[use.name for use in uses(stages[-1].command)]   -> ["usr"]
"""

from __future__ import annotations

from storypack.spl.fields.flow import StageFields, flow
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, uses

__all__ = ["Fieldset", "StageFields", "Tables", "Use", "flow", "uses"]
