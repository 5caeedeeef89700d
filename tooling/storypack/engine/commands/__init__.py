"""The commands: one file per family, one registry.

A command is a function from its syntax tree and the rows before it to the rows after it:

    @command("head")
    def head(node: tree.Head, rows: Relation, session: Session) -> Relation: ...

One that can stand first (`makeresults`, `inputlookup`) is entered by `@generating`; its `rows` are None there.
Adding a command: docs/house.md has the files. Every module of this folder is loaded, none needs to be named.
"""

from __future__ import annotations

from storypack.engine.commands.registry import Handler, command, find, generating

__all__ = ["Handler", "command", "find", "generating"]
