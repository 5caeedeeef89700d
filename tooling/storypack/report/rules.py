"""The catalogue of rules, for people: the list, one rule explained, and the page docs/rules.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill, indent

from storypack.report.results import RuleText, plural

_FAMILIES = {
    "SP0": ("Reading the files", "Found while loading. A file with such an error is left out; all others are checked."),
    "SP1": ("Content", "What objects say of themselves and of each other."),
    "SP2": ("Searches", "What Splunk would refuse to run, or would run without ever finding anything."),
    "SP3": (
        "Searches that could be better",
        "What costs much, says something else than it seems to, or changes state.",
    ),
    "SP4": ("Investigations", "Inputs, steps and tests of an investigation."),
    "SP9": ("The app", "What the Splunk app that the pack becomes cannot hold."),
}
_HEAD = """\
# Rules

`storypack validate` checks these {count}. Each has an id that never changes. An **error** makes the command fail; a
**warning** does so with `--strict`; a **note** never does. This page is written by `storypack rules --format markdown`.

Rules marked *policy* say what this house asks for (a test that must stay silent, names of files, taste); all others say
what Splunk refuses, misreads or never matches. In a pack with `profile: compatible`, which is how every repository with
another tool's settings begins, policy is never more than a note.

## The level of a rule

`levels` in `storypack.yml` sets the level of a rule, for the whole pack or for the files that a glob names; the last
entry that fits an issue counts.

```yaml
# in storypack.yml
profile: house                          # or compatible
levels:
- {{rule: SP171, level: warning}}         # error, warning, note or off
- {{rule: SP301, level: error, files: [detections/cloud/**]}}
```

## Silencing a rule

A rule can be switched off for one object, in its file, or in `storypack.yml` for the whole pack or for some objects by
name. It always takes a reason. A silence that silences nothing is reported (SP118), so that none outlives its cause.
Rules marked *cannot be silenced* guard the build.

```yaml
# in a detection, story, macro, lookup ...
silence:
- rule: SP125
  reason: Looks back a week on purpose; the analyst works on a fresh list each morning.
```

```yaml
# in storypack.yml
silence:
- rule: SP133
  reason: These searches watch the health of our logging, not an attack.
  objects: [Log Source Went Quiet]      # leave out for the whole pack
```
"""


def render_rules_text(rules: Sequence[RuleText], *, width: int = 100) -> str:
    """One line per rule: id, severity, title."""
    beside = " " * 16
    lines = [
        fill(f"{rule.id}  {rule.severity.value:<8} {rule.title}", max(width, 40), subsequent_indent=beside)
        for rule in rules
    ]
    return "\n".join([*lines, "", f"{plural(len(rules), 'rule')}; storypack rules SP101 explains one"]) + "\n"


def render_rule(rule: RuleText, *, width: int = 100) -> str:
    """All there is to say about one rule."""
    parts = [f"{rule.id} ({_class(rule)}): {rule.title}", fill(rule.why, width, break_on_hyphens=False)]
    parts += [f"Example:\n{indent(rule.example, '  ')}"]
    parts += [f"Cure: {rule.cure}"] if rule.cure else []
    return "\n\n".join(parts) + "\n"


def render_rules_markdown(rules: Mapping[str, RuleText]) -> str:
    """The page docs/rules.md."""
    return "\n".join([_HEAD.format(count=plural(len(rules), "rule")), *_sections(rules)])


def render_rules_json(rules: Sequence[RuleText]) -> str:
    """The catalogue as a JSON list."""
    listed = [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity.value,
            "policy": bool(getattr(rule, "policy", False)),
            "why": rule.why,
            "example": rule.example,
            "cure": rule.cure or None,
        }
        for rule in rules
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _sections(rules: Mapping[str, RuleText]) -> Iterator[str]:
    for start, (title, text) in _FAMILIES.items():
        members = [rule for rule in rules.values() if rule.id.startswith(start)]
        if not members:
            continue
        yield f"## {title}\n\n{text}\n"
        yield "| Rule | | Title |\n| --- | --- | --- |"
        for rule in members:
            yield f"| [{rule.id}](#{rule.id.lower()}) | {_class(rule)} | {rule.title} |"
        yield ""
        for rule in members:
            yield _section(rule)


def _class(rule: RuleText) -> str:
    return f"{rule.severity.value}, policy" if getattr(rule, "policy", False) else rule.severity.value


def _section(rule: RuleText) -> str:
    final = ", cannot be silenced" if getattr(rule, "final", False) else ""
    cure = f"\n{fill(rule.cure, 118, break_on_hyphens=False)}\n" if rule.cure else ""
    return (
        f"### {rule.id}\n\n**{rule.title}** ({_class(rule)}{final})\n\n"
        f"{fill(rule.why, 118, break_on_hyphens=False)}\n\n```yaml\n{rule.example}\n```\n{cure}"
    )
