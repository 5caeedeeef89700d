"""The searches of a content file, laid out: one pipe stage a line."""

from __future__ import annotations


class FormatError(ValueError):
    """The file is left as it is, and why."""


def formatted(data: bytes) -> bytes:
    """The file with its searches laid out; every byte outside them as it was. Raises FormatError."""
    from storypack.pack.rewrite import RewriteError, rewrite
    from storypack.pack.yaml import YamlError
    from storypack.spl.inputs import masked, unmasked
    from storypack.spl.layout import LayoutError, layout
    from storypack.spl.source import SplError

    try:
        text = data.decode("utf-8")
        return rewrite(text, "search", lambda search: unmasked(layout(masked(search)))).encode("utf-8")
    except SplError as error:
        raise FormatError(f"the search can not be read: {error.message}") from error
    except (YamlError, UnicodeDecodeError) as error:
        raise FormatError("the file is no YAML that could be read; see storypack validate") from error
    except (LayoutError, RewriteError) as error:
        raise FormatError(str(error)) from error
