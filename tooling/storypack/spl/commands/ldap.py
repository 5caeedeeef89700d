"""Commands of the Supporting Add-on for Active Directory, with which lists of assets and identities are made."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

_APP = "Splunk Supporting Add-on for Active Directory"

opaque(CommandFacts("ldapfetch", Kind.STREAMING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("ldapfilter", Kind.STREAMING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("ldapgroup", Kind.STREAMING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("ldapsearch", Kind.GENERATING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("ldaptestconnection", Kind.GENERATING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
