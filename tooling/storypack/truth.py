"""Words for true and false, by the place where they stand.

Each place has a list of its own, for the programs that read them differ: what one takes for true is no word to another.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """The words of one place, in small letters. Case says nothing, nor do blanks around a word."""

    true: frozenset[str]
    false: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """All of them."""
        return self.true | self.false

    def read(self, text: str) -> bool | None:
        """What a text says; None if it is no word of this place.

        >>> CONF.read(" T "), CONF.read("no"), CONF.read("on"), WRITTEN_BACK.read("on")
        (True, False, None, True)
        """
        word = text.strip().lower()
        return True if word in self.true else False if word in self.false else None

    def is_true(self, text: str) -> bool:
        """Whether a text says true; a text that is no word of this place does not."""
        return self.read(text) is True

    def is_false(self, text: str) -> bool:
        """Whether a text says false; a text that is no word of this place does not."""
        return self.read(text) is False


CONF = Truth(frozenset({"1", "true", "t", "yes", "y"}), frozenset({"0", "false", "f", "no", "n"}))
"""A setting of a .conf file."""

OPTION = Truth(CONF.true, CONF.false)
"""An option of a command of SPL."""

WRITTEN_BACK = Truth(CONF.true | {"enabled", "on"}, CONF.false | {"disabled", "off", ""})
"""A setting that splunkd or Enterprise Security has written, or shows: they have words of their own, and nothing is
false."""

ANSWER = Truth(frozenset({"1", "true"}), frozenset({"0", "false"}))
"""A value of an answer of splunkd that is true or false in some versions, and text in others."""

YAML = Truth(frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"}))
"""What people write into YAML; of these only true and false are what a reader of YAML 1.2 takes for such."""
