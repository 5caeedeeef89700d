"""outputlookup: results into a lookup. Search Reference: "outputlookup"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import count_of, plain, same_filled

plain(
    CommandFacts(
        "outputlookup",
        Kind.DATASET,
        "table",
        options(
            "append:bool create_empty:bool override_if_empty:bool max:int key_field:field allow_updates:bool "
            "createinapp:bool create_context:app|user|system output_format:splunk_sv_csv|splunk_mv_csv"
        ),
        risky=True,
    ),
    filled=same_filled,
    wrong_words=count_of(1, 1, "one lookup"),
)
