"""What the loader itself finds (SP0xx), put into the catalogue beside the rules that are checked here."""

from __future__ import annotations

from storypack.checks.catalogue import Rule, add
from storypack.issue import Severity
from storypack.pack.rules import RULES

for loader_rule in RULES:
    add(
        Rule(
            loader_rule.id,
            loader_rule.title,
            loader_rule.severity,
            loader_rule.why,
            loader_rule.example,
            loader_rule.cure,
            final=loader_rule.severity is Severity.ERROR,
        )
    )
