"""Several layers of one conf file, merged key by key as Splunk does ("Configuration file precedence", Admin Manual)."""

from __future__ import annotations

from storypack.conf.model import Conf, Stanza
from storypack.conf.read import DEFAULT, read


def merge(*layers: Conf) -> Conf:
    """The layers as one: later layers win, setting by setting. Stanzas keep the order in which they first appear."""
    merged: dict[str, dict[str, str]] = {}
    for layer in layers:
        for stanza in layer:
            merged.setdefault(stanza.name, {}).update(stanza.settings)
    return Conf(tuple(Stanza(name, settings) for name, settings in merged.items()))


def read_layered(default: str | bytes, local: str | bytes = "") -> Conf:
    """An app's `default/x.conf` with its `local/x.conf` above it. `with_defaults` then applies `[default]`."""
    return merge(read(default), read(local))


def with_defaults(conf: Conf) -> Conf:
    """Each stanza with the settings of `[default]` that it does not set itself; `[default]` itself goes away."""
    if DEFAULT not in conf:
        return conf
    base = conf[DEFAULT].settings
    return Conf(tuple(Stanza(s.name, {**base, **s.settings}) for s in conf if s.name != DEFAULT))
