"""A search as its stages, and what every stage can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from storypack.spl.nodes.shared import Node, node

if TYPE_CHECKING:
    from typing import Self

    from storypack.spl.fields.names import Tables
    from storypack.spl.fields.state import Fieldset
    from storypack.spl.fields.uses import Use
    from storypack.spl.nulls import Names
    from storypack.spl.tokens import Reader


@node(frozen=True, slots=True)
class Pipeline(Node):
    """The stages of a search. `leading_pipe` = the text begins with `|`, so the first command generates its rows."""

    commands: tuple[Command, ...]
    leading_pipe: bool = False


@node(frozen=True, slots=True)
class Command(Node):
    """A pipe stage. Each command with a grammar of its own is a subclass in `spl/commands/`.

    `name` is the one that the facts have (`bin` for a `bucket`), or the one written, where commands share a node; empty
    for a macro. `has_subsearches`: brackets are searches of the command's own; for all others their text becomes part
    of the stage."""

    has_subsearches: ClassVar[bool] = False

    if TYPE_CHECKING:

        @property
        def name(self) -> str: ...

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Self:
        """The stage whose `name` (in lower case, at the offset `start`) the reader stands on. Leaves the reader on the
        token that ends the stage. Raises `SplError`."""
        raise NotImplementedError(cls)

    def to_spl(self) -> str:
        """The canonical text of the stage, which is read as the same node."""
        raise NotImplementedError(type(self))

    def to_spl_at_start(self) -> str:
        """The text where no pipe stands before it."""
        return self.to_spl()

    def uses(self) -> Iterator[Use]:
        """The fields that the stage reads; names with wildcards and tokens among them."""
        return iter(())

    def begins(self) -> Fieldset | None:
        """The fields of the rows that it makes where it stands first; None = `yields` says it."""
        return None

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        """The fields behind the stage, `state` being those before it and `inner` those of its subsearches. What the
        facts say of the command, unless it says better."""
        from storypack.spl.fields.facts import by_facts  # facts and fields are built of nodes

        return by_facts(self, state)

    def filled(self, known: Names) -> Names:
        """The fields that have a value in every row behind the stage, `known` being those before it. Careful in one
        direction: one that is not named may have one as well."""
        return frozenset()

    def subsearches(self) -> tuple[Pipeline, ...]:
        """The searches that it runs beside the main one."""
        return ()

    def continues(self) -> bool:
        """Do its subsearches run on the rows that come in?"""
        return False

    def wrong_words(self) -> str:
        """Why Splunk would refuse its words; empty if it would not."""
        return ""
