"""YAML text into plain data, strictly: libyaml parses, our own walker constructs. What is written plainly is read by
`yaml_subset.py` instead, in half the time.

What is read is what is written. Only plain decimal numbers, true/false and null are anything but text (`yes`, `0123`,
`12:30`, `1e5`, `2026-11-22` stay text), keys are text and unique, and nothing is merged, tagged or executed. Aliases
are allowed within a budget that a bomb exceeds long before it hurts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from storypack.pack import rules
from storypack.pack.scalars import WORDS, plain_value
from storypack.pack.yaml_subset import read_subset

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 100_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_PRINTABLE = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
# Stand-ins for tags that no file can spell.
_PLAIN, _TEXT, _COLLECTION = "\0plain", "\0text", "\0collection"
_TOO_DEEP = f"values are nested deeper than {MAX_DEPTH} levels"
_TOO_MANY = f"the file holds more than {MAX_NODES:,} values (aliases count in full)"
_STRING_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the text. `index` is a character offset, None = the file as a whole."""

    rule: str
    message: str
    index: int | None = None
    cure: str = ""


class YamlError(Exception):
    """The text cannot be read at all."""

    def __init__(self, rule: str, message: str, index: int | None = None, cure: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(rule, message, index, cure)


def decode(raw: bytes) -> str:
    """The text of a file's bytes, line ends as they are.

    Raises YamlError for anything but UTF-8 without byte order mark and control characters.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(raw) > 3 and raw[1] == 0 and raw[3] == 0):
        raise YamlError(rules.NOT_TEXT, "this is UTF-16, not UTF-8", cure="save the file as UTF-8")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise YamlError(
            rules.NOT_TEXT, "the file starts with a byte order mark", 0, "save the file as UTF-8 without BOM"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = len(raw[: error.start].decode("utf-8", errors="replace"))
        raise YamlError(
            rules.NOT_TEXT, f"byte 0x{raw[error.start]:02x} is not UTF-8", at, "save the file as UTF-8"
        ) from None
    rest = raw.translate(None, _PRINTABLE)  # nothing is left of most files
    found = _FORBIDDEN.search(text) if rest else None
    if found:
        raise YamlError(
            rules.NOT_TEXT,
            f"the control character U+{ord(found[0]):04X} is not allowed",
            found.start(),
            'remove it; in a quoted value write it as an escape ("\\t")',
        )
    return text


class _Composer(CParser):
    """libyaml's nodes without PyYAML's tag guessing, and with a limit to their depth."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.nodes = 0

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is not ScalarNode:
            return _COLLECTION
        return _PLAIN if implicit[0] else _TEXT

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        self.depth += 1
        self.nodes += 1
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            index = current_node.start_mark.index if current_node else None
            raise YamlError(rules.NOT_PLAIN, _TOO_DEEP if self.depth > MAX_DEPTH else _TOO_MANY, index)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def compose(text: str) -> Node | None:
    """The node tree of the only document in `text`; None when there is none. Raises YamlError."""
    try:
        return _Composer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _translated(error, text) from None
    except yaml.YAMLError as error:
        raise YamlError(rules.NOT_YAML, f"libyaml says: {error}") from None
    except RecursionError:
        raise YamlError(rules.NOT_PLAIN, _TOO_DEEP) from None


def parse(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The object that `text` describes, and what is wrong with keys and values in it (it is read all the same).

    Raises YamlError when there is no object to read.
    """
    data = read_subset(text)
    return (data, []) if data is not None else parse_any(text)


def parse_any(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The same for a text in any form of YAML, by libyaml."""
    root = compose(text)
    if root is None or (isinstance(root, ScalarNode) and root.tag == _PLAIN and WORDS.get(root.value, 1) is None):
        raise YamlError(rules.NOT_AN_OBJECT, "the file is empty", cure="write the keys of one object")
    if not isinstance(root, MappingNode):
        shape = "a list" if isinstance(root, SequenceNode) else "a single value"
        raise YamlError(rules.NOT_AN_OBJECT, f"the file is {shape}, not an object with keys", root.start_mark.index)
    walker = _Walker()
    data = walker.mapping(root, 1)
    return data, walker.problems


class _Walker:
    """Makes plain data of nodes, and a note of everything that is not plain."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.nodes = 0

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        if node.tag != _COLLECTION:
            self._refuse_tag(node)
        self._spend(node, depth, len(node.value))
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if type(key_node) is not ScalarNode or not self._is_text_key(key_node):
                self._refuse_key(key_node)
                continue
            if key in result:
                self.problems.append(
                    Problem(rules.DUPLICATE_KEY, f"key `{key}` appears twice", key_node.start_mark.index)
                )
            result[key] = self.value(value_node, depth)
        return result

    def value(self, node: Node, depth: int) -> Any:
        if type(node) is ScalarNode:
            return self._scalar(node)
        if type(node) is MappingNode:
            return self.mapping(node, depth + 1)
        if node.tag != _COLLECTION:
            self._refuse_tag(node)
        self._spend(node, depth, len(node.value))
        return [self.value(item, depth + 1) for item in node.value]

    def _scalar(self, node: ScalarNode) -> Any:
        value: str = node.value
        if node.tag == _PLAIN:
            return plain_value(value)
        if node.tag not in (_TEXT, _STRING_TAG):
            self._refuse_tag(node)
        if node.style == '"':
            self._no_control_characters(node)
        return value

    def _no_control_characters(self, node: ScalarNode) -> None:
        found = _FORBIDDEN.search(node.value)
        if found:
            self.problems.append(
                Problem(
                    rules.NOT_TEXT,
                    f"an escape in this text makes the control character U+{ord(found[0]):04X}, which a conf file "
                    "cannot carry",
                    node.start_mark.index,
                )
            )

    def _is_text_key(self, node: ScalarNode) -> bool:
        if node.tag == _PLAIN:
            return node.value != "<<" and isinstance(self._scalar(node), str)
        if node.style == '"':
            self._no_control_characters(node)
        return node.tag in (_TEXT, _STRING_TAG)

    def _refuse_key(self, node: Node) -> None:
        at = node.start_mark.index
        if isinstance(node, ScalarNode) and node.value == "<<":
            self.problems.append(
                Problem(rules.NOT_PLAIN, "merge keys (`<<`) are not supported", at, "write the keys out")
            )
        elif isinstance(node, ScalarNode):
            self.problems.append(
                Problem(rules.NOT_AN_OBJECT, f"the key `{node.value[:40]}` is not text", at, "put it in quotes")
            )
        else:
            self.problems.append(Problem(rules.NOT_AN_OBJECT, "a key must be text, not a list or an object", at))

    def _refuse_tag(self, node: Node) -> None:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self.problems.append(
            Problem(rules.NOT_PLAIN, f"the tag `{tag[:60]}` is not supported", node.start_mark.index, "remove the tag")
        )

    def _spend(self, node: Node, depth: int, count: int) -> None:
        # Counted before the children are visited: a bomb stops at the first collection that breaks the budget.
        self.nodes += count
        if self.nodes > MAX_NODES:
            raise YamlError(rules.NOT_PLAIN, _TOO_MANY, node.start_mark.index)
        if depth > MAX_DEPTH:
            raise YamlError(rules.NOT_PLAIN, _TOO_DEEP, node.start_mark.index)


_SAYINGS = (
    ("mapping values are not allowed", "a `: ` stands inside unquoted text", "quote the text, or use a block (|)"),
    ("could not find expected ':'", "this line is not a `key: value`", "indent it under its key, or quote the text"),
    ("did not find expected key", "the indentation or a quote is off here", "align the keys; close quotes"),
    ("did not find expected '-'", "a list goes on without `-`", "align the items of the list"),
    ("did not find expected ',' or", "a list or object in brackets is not closed properly", "check [ ] { } and ,"),
    ("found unexpected end of stream", "a quote is opened here and never closed", "close the quote"),
    ("found undefined alias", "text that starts with * is read as an alias that nobody defined", "quote the text"),
    ("found duplicate anchor", "an anchor (&name) is defined twice", "write the values out"),
    ("expected a single document", "the file holds more than one YAML document", "one object per file"),
    ("expected <document start>", "the file holds more than one YAML document", "one object per file"),
    ("but found another document", "the file holds more than one YAML document", "one object per file"),
    ("found unknown escape character", "an unknown escape stands in double quotes", "write \\\\ or use single quotes"),
    ("found invalid Unicode", "an escape in double quotes is no character", "write the character itself"),
    ("block sequence entries are not allowed", "a list starts on its key's line", "put the `-` on a line of its own"),
    ("while scanning a block scalar", "the indentation of this block changes", "indent all its lines alike"),
    ("while scanning an anchor", "text that starts with & is read as an anchor", "quote the text"),
    ("while scanning an alias", "text that starts with * is read as an alias", "quote the text"),
    ("while scanning a directive", "text that starts with % is read as a directive", "quote the text"),
)


def _translated(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    """libyaml's complaint in plain words, at the place that helps most."""
    said = f"{error.problem or ''} {error.context or ''}"
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, len(text)) if mark else None
    rule = rules.NOT_YAML
    if "cannot start any token" in said and index is not None and index < len(text):
        char = text[index]
        if char == "\t":
            return YamlError(rule, "a tab is used for indentation", index, "indent with blanks")
        return YamlError(rule, f"text that starts with {char} must be quoted", index, "quote it, or use a block (|)")
    for needle, meaning, cure in _SAYINGS:
        if needle in said:
            if "never closed" in meaning and error.context_mark:
                index = error.context_mark.index
            if "more than one" in meaning:
                rule = rules.NOT_PLAIN
            return YamlError(rule, meaning, index, cure)
    return YamlError(rule, " ".join(said.split()) or "this is not YAML", index)
