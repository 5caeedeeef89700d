"""What `search` compares: values with wildcards, and words of `_raw`. SQL for DuckDB's own engine, no Python per row.

Search Manual: "Wildcards in the search command", "Event segmentation"; segmenters.conf.
"""

from __future__ import annotations

import re

from storypack.engine.sql import quote

MAJOR = "[]<>(){}|!;,'\"*\n\r \t&?+"
"""Characters that end a word always."""
MINOR = "/:=@.-$#%\\_"
"""Characters that may stand in a word, and end one too."""


def pieces(pattern: str) -> list[str]:
    """The literal pieces of a pattern between its wildcards; `\\*` is a star, other backslashes are themselves."""
    parts, at = [""], 0
    while at < len(pattern):
        if pattern.startswith("\\*", at):
            parts[-1] += "*"
            at += 2
        elif pattern[at] == "*":
            parts.append("")
            at += 1
        else:
            parts[-1] += pattern[at]
            at += 1
    return parts


def wildcard_sql(text: str, pattern: str, ignore_case: bool = True) -> str:
    """SQL of whether the SQL `text` is what a pattern says: `*` stands for any text."""
    parts = pieces(pattern)
    if ignore_case:
        text, parts = f"lower({text})", [part.lower() for part in parts]
    if len(parts) == 1:
        return f"({text} = {quote(parts[0])})"
    middle = [part for part in parts[1:-1] if part]
    if not middle:
        if not parts[0] and not parts[-1]:
            return f"({text} IS NOT NULL)"
        if not parts[-1]:
            return f"starts_with({text}, {quote(parts[0])})"
        if not parts[0]:
            return f"ends_with({text}, {quote(parts[-1])})"
    if len(middle) == 1 and not parts[0] and not parts[-1]:
        return f"contains({text}, {quote(middle[0])})"
    escaped = [re.sub(r"([%_|])", r"|\1", part) for part in (parts[0], *middle, parts[-1])]
    return f"({text} LIKE {quote('%'.join(escaped))} ESCAPE '|')"


def keyword_sql(raw: str, pattern: str) -> str:
    """SQL of whether a word or phrase stands in the SQL `raw`, bounded by breakers, in any case.

    `*` stands for any text without a major breaker.
    """
    parts = pieces(pattern)
    if not any(parts):
        return f"({raw} IS NOT NULL)"
    head = "" if not parts[0] or parts[0][0] in MAJOR + MINOR else rf"(?:^|[{_BREAKERS}])"
    tail = "" if not parts[-1] or parts[-1][-1] in MAJOR + MINOR else rf"(?:$|[{_BREAKERS}])"
    gap = rf"[^{_class(MAJOR)}]*"
    body = gap.join(_literal(part) for part in parts)
    longest = max(parts, key=len).lower()
    return f"(contains(lower({raw}), {quote(longest)}) AND regexp_matches({raw}, {quote(f'(?i){head}{body}{tail}')}))"


def term_sql(raw: str, term: str, ignore_case: bool = True) -> str:
    """SQL of TERM(x): the whole of x stands between major breakers (`*` as in a keyword)."""
    gap = rf"[^{_class(MAJOR)}]*"
    body = gap.join(_literal(part) for part in pieces(term))
    flags = "(?i)" if ignore_case else ""
    return f"regexp_matches({raw}, {quote(f'{flags}(?:^|[{_class(MAJOR)}]){body}(?:$|[{_class(MAJOR)}])')})"


def _class(characters: str) -> str:
    return "".join(_literal(character) for character in characters)


def _literal(text: str) -> str:
    """A text as RE2 pattern."""
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\0": r"\x00"}
    return "".join(
        named.get(sign, "\\" + sign if sign.isascii() and not sign.isalnum() and sign not in "_ " else sign)
        for sign in text
    )


_BREAKERS = _class(MAJOR + MINOR)
