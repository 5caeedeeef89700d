"""Which names an object may have, and the file name and macro name that follow from one.

A name ends up as part of a conf stanza header, a file name, a macro name and a URL in Splunk Web, so it is held to
characters that survive all four: letters and digits of any script, the blank, and `- _ . , ( ) / ' & : + # @ $ !`.
It starts with a letter or digit and does not end with a blank. Brackets, quotes, backslashes, pipes, backticks,
wildcards, equals signs and control characters are refused.
"""

from __future__ import annotations

import re
import unicodedata

# AppInspect refuses an app that ships settings for these in macros, transforms or collections: they reach other apps.
RESERVED = frozenset({"default", "general", "global", "stash"})

NAME_MAX = 150
NAME_PATTERN = r"^[^\W_](?:[\w .,()/'&:+#@$!-]*[\w.)'+#$!])?$"
NAME_MEANING = (
    "letters, digits, blanks and any of - _ . , ( ) / ' & : + # @ $ ! ; it starts with a letter or digit "
    "and does not end with a blank"
)

MACRO_PATTERN = r"^[A-Za-z0-9_-]+$"
MACRO_MEANING = "letters, digits, - and _"

LOOKUP_PATTERN = r"^[A-Za-z0-9_.-]+$"
LOOKUP_MEANING = "letters, digits, - _ and ."

COLUMN_PATTERN = r'[^"\\*|`\[\]\x00-\x1f\x7f]+'
COLUMN_FORBIDDEN = "quotes, backslashes, stars, pipes, backticks, square brackets and control characters"

STEM_PATTERN = r"^[A-Za-z0-9_-]+$"

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def file_stem(name: str) -> str:
    """The file name (without suffix) that belongs to an object's name: its snake_case, in ASCII.

    Letters lose their accents; what has no ASCII form is dropped, so the result may be empty.

    >>> file_stem("AWS EC2 Snapshot Shared Externally")
    'aws_ec2_snapshot_shared_externally'
    >>> file_stem("DNS Query Length - MLTK (v2)")
    'dns_query_length_mltk_v2'
    """
    folded = unicodedata.normalize("NFKD", name).casefold().encode("ascii", "ignore").decode("ascii")
    return _NOT_WORD.sub("_", folded).strip("_")


def same_stem(stem: str, name: str) -> bool:
    """Whether a file may carry this stem for this name.

    The public format does not collapse separators (`length___mltk`), so runs of `_` count as one, as does letter case.
    """
    return file_stem(stem) == file_stem(name) or not file_stem(name)


def filter_macro_name(stem: str, prefix: str = "") -> str:
    """Name of the filter macro that belongs to the detection in file `stem`.

    >>> filter_macro_name("rclone_upload", "exf_")
    'exf_rclone_upload_filter'
    """
    return f"{prefix}{stem}_filter"


def search_stanza(prefix: str, name: str) -> str:
    """Header of a detection in savedsearches.conf.

    >>> search_stanza("EXF", "Rclone Upload")
    'EXF - Rclone Upload - Rule'
    """
    return f"{prefix} - {name} - Rule"


def prefixed(prefix: str, name: str) -> str:
    """Name in Splunk of a story, a baseline or an investigation, so that no other app's is shadowed.

    >>> prefixed("EXF", "Data Exfiltration")
    'EXF - Data Exfiltration'
    """
    return f"{prefix} - {name}"


def search_of_step(prefix: str, name: str, number: int) -> str:
    """Header in savedsearches.conf of a step of an investigation; `number` counts from 1.

    >>> search_of_step("EXF", "Follow a User", 2)
    'EXF - Follow a User - Step 2'
    """
    return f"{prefixed(prefix, name)} - Step {number}"


def catalogue_lookup(macro_prefix: str) -> str:
    """Name of the lookup of an app's own detections, which every build makes.

    >>> catalogue_lookup("exf_")
    'exf_detections'
    """
    return f"{macro_prefix or 'storypack_'}detections"
