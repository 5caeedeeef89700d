"""metadata/default.meta: who may see and change what, and what other apps see."""

from __future__ import annotations

from storypack.conf import Conf, Stanza

ACCESS = "read : [ * ], write : [ admin, sc_admin ]"


def default_meta() -> Conf:
    """All is exported, for Enterprise Security runs searches from its own app; dashboards and the menu are not."""
    return Conf(
        (
            Stanza("", {"access": ACCESS, "export": "system"}),
            Stanza("views", {"access": ACCESS, "export": "none"}),
            Stanza("nav", {"access": ACCESS, "export": "none"}),
        )
    )
