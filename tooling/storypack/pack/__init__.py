"""The pack: content files read into models, with their positions, and linked by name.

Nothing here knows how content is compiled or run. Models (`pack/models/`) hold one object each and never look at
another; `load_pack` (`pack/load.py`) reads a folder and `Pack` (`pack/pack.py`) links what it found.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storypack.pack.load import Loaded, load_pack
    from storypack.pack.pack import Entry, Pack

__all__ = ["Entry", "Loaded", "Pack", "load_pack"]


def __getattr__(name: str) -> object:
    # The models cost a fifth of a second to build, which `--help` should not pay.
    if name in ("Loaded", "load_pack"):
        from storypack.pack import load

        return getattr(load, name)
    if name in ("Entry", "Pack"):
        from storypack.pack import pack

        return getattr(pack, name)
    raise AttributeError(name)
