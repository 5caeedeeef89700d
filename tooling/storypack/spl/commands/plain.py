"""Commands of options and words: `plain(...)` enters one, from the file of its name.

Most need no more than their facts. What else is true of several of them stands here, to be named in their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from storypack.spl import arguments as args
from storypack.spl.cards import Card, enter
from storypack.spl.catalogue.model import CommandFacts
from storypack.spl.fields.facts import by_facts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, raw
from storypack.spl.nodes import Command, MacroCall, Option, Word, node, option_text
from storypack.spl.nulls import NONE, Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import NOWHERE, Span
from storypack.spl.tokens import ARGUMENTS, Reader


@node(frozen=True, slots=True)
class Plain(Command):
    """A command of options and words (`table`, `fillnull`, `mvexpand`, `spath`, `transaction`, `iplocation`, ...).
    The words are in the order of the text."""

    name: str
    words: tuple[Word | MacroCall, ...] = ()
    options: tuple[Option, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """The text of an option, or `default` where it is not given; it may be given empty."""
        return option_text(self.options, name, default)

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Plain:
        reader.begin(ARGUMENTS)
        words: list[Word | MacroCall] = []
        given: list[Option] = []
        args.skip_comma(reader)
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.value in ("[", ")"):
                break
            else:
                words.append(args.word_or_macro(reader, "an argument"))
            args.skip_comma(reader)
        return cls(name, tuple(words), tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        """Options and words in the order in which they were written; the options of a tree made by hand come first."""
        arguments: list[Option | Word | MacroCall] = [*self.options, *self.words]
        if all(each.span != NOWHERE for each in arguments):
            arguments.sort(key=lambda each: each.span.start)
        written = [text.option(each) if isinstance(each, Option) else text.word(each) for each in arguments]
        separator = ", " if self.name == "table" else " "
        return join(self.name, separator.join(written))

    def uses(self) -> Iterator[Use]:
        return self._rules.uses(self)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return self._rules.yields(self, state, tables)

    def filled(self, known: Names) -> Names:
        return self._rules.filled(self, known)

    def wrong_words(self) -> str:
        given = word_texts(self)
        if len(given) < len(self.words):
            return ""  # a macro that is not known may hold any number of words
        takes = self._rules.wrong_words(self, given)
        return f"`{self.name}` takes {takes}" if takes else ""

    @property
    def _rules(self) -> _Rules:
        return _rules.get(self.name, _FACTS_ALONE)


Uses = Callable[[Plain], Iterator[Use]]
Yields = Callable[[Plain, Fieldset, Tables], Fieldset]
Filled = Callable[[Plain, Names], Names]
WrongWords = Callable[[Plain, Sequence[str]], str]


def _reads_nothing(command: Plain) -> Iterator[Use]:
    return iter(())


def _by_facts(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return by_facts(command, state)


def _none_filled(command: Plain, known: Names) -> Names:
    return NONE


def _any_words(command: Plain, given: Sequence[str]) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    uses: Uses = _reads_nothing
    yields: Yields = _by_facts
    filled: Filled = _none_filled
    wrong_words: WrongWords = _any_words


_FACTS_ALONE = _Rules()
_rules: dict[str, _Rules] = {}


def plain(
    facts: CommandFacts,
    *,
    uses: Uses = _reads_nothing,
    yields: Yields = _by_facts,
    filled: Filled = _none_filled,
    wrong_words: WrongWords = _any_words,
) -> None:
    """Enter a command.

    `uses`: the fields that it reads. `yields`: the fields behind it, if the facts cannot say them. `filled`: the fields
    that have a value in every row behind it (`Command.filled`). `wrong_words`: what it takes, and not what was
    given (`expected`); empty if that is right."""
    enter(Card(facts, Plain))
    rules = _Rules(uses=uses, yields=yields, filled=filled, wrong_words=wrong_words)
    _rules.update(dict.fromkeys((facts.name, *facts.aliases), rules))


# --- words


def texts(command: Plain) -> list[str]:
    """The words as written, `*` for a macro."""
    return [each.text if isinstance(each, Word) else "*" for each in command.words]


def word_texts(command: Plain) -> list[str]:
    """The words as written, without macros."""
    return [each.text for each in command.words if isinstance(each, Word)]


def expected(takes: str, given: Sequence[str]) -> str:
    """What a command takes, and not the words that it was given."""
    shown = f"`{' '.join(given)}`" if given else "nothing"
    return f"{takes}, not {shown}"


def count_of(least: int, most: int | None, takes: str) -> WrongWords:
    """For `wrong_words`: so many words, no more and no fewer."""

    def wrong_words(command: Plain, given: Sequence[str]) -> str:
        return "" if least <= len(given) and (most is None or len(given) <= most) else expected(takes, given)

    return wrong_words


ONE_FIELD = count_of(1, 1, "one field")


def field_as(command: Plain, given: Sequence[str]) -> str:
    """For `wrong_words`: `field [AS name]`."""
    right = len(given) == 1 or (len(given) == 3 and given[1].lower() == "as")
    return "" if right else expected("a field, or `field AS name`", given)


def number(command: Plain, given: Sequence[str]) -> str:
    """For `wrong_words`: nothing, or a whole number."""
    right = not given or (len(given) == 1 and given[0].isdecimal())
    return "" if right else expected("a whole number", given)


# --- fields read


def first_word(command: Plain) -> Iterator[Use]:
    """For `uses`: the first word is a field."""
    return _words_read(command.words[:1])


def all_words(command: Plain) -> Iterator[Use]:
    """For `uses`: all words are fields."""
    return _words_read(command.words)


def _words_read(words: Sequence[Word | MacroCall]) -> Iterator[Use]:
    for word in words:
        if isinstance(word, Word):
            yield Use(word.text, word.span)


def raw_event(command: Plain) -> Iterator[Use]:
    """For `uses`: the event's text."""
    yield raw(command)


# --- fields yielded


def named(default: Callable[[str, Plain], str]) -> Yields:
    """For `yields`: `field [AS name]` adds `name`, or what the command calls it."""

    def yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        given = texts(command)
        if len(given) >= 3 and given[-2].lower() == "as":
            return state.plus(given[-1])
        return state.plus(default(given[0], command)) if given else state

    return yields


def last_word(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    """For `yields`: the last word is a field that is added."""
    return state.plus(*texts(command)[-1:])


def field_of(option: str, default: str = "") -> Yields:
    """For `yields`: adds the field that an option names."""

    def yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        return state.plus(command.option(option) or default)

    return yields


def columns_from_values(first: int) -> Yields:
    """For `yields`: a table of the first words, whose other columns come from values (xyseries, transpose)."""

    def yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
        return state.only(texts(command)[:first], command, ["*"])

    return yields


# --- fields that have a value


def same_filled(command: Plain, known: Names) -> Names:
    """For `filled`: no field that had a value loses it."""
    return known
