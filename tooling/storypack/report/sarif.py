"""For code scanning: SARIF 2.1.0 (OASIS), with the text of each rule and a fingerprint that survives moved lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from storypack import __version__
from storypack.issue import Issue
from storypack.report.results import Results, RuleText

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
_LINK = re.compile(r"\[([^\]]*)\]\(")


def render_sarif(results: Results) -> str:
    """The log: one run, the rules that fired, a result per issue. Columns count characters, as in our issues."""
    ids = sorted({issue.rule for issue in results.issues})
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "storypack",
                "semanticVersion": __version__,
                "rules": [_rule(results.rules[id]) if id in results.rules else {"id": id} for id in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder in which storypack ran."}}},
        "results": [_result(issue, ids.index(issue.rule), seen) for issue in results.issues],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: RuleText) -> dict[str, Any]:
    cure = f" {rule.cure}" if rule.cure else ""
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.title.split() if word.isalnum()),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}{cure}\n\n{rule.example}",
            "markdown": f"{rule.why}{cure}\n\n```yaml\n{rule.example}\n```",
        },
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(issue: Issue, index: int, seen: Counter[str]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(issue.location.file)}
    if issue.location.line:
        physical["region"] = {"startLine": issue.location.line}
        if issue.location.column:
            physical["region"]["startColumn"] = issue.location.column
    return {
        "ruleId": issue.rule,
        "ruleIndex": index,
        "level": issue.severity.value,
        "message": {"text": _message(issue.message + (f"\n{issue.cure}" if issue.cure else ""))},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"storypackIssue/v1": fingerprint(issue, seen)},
    }


def _message(text: str) -> str:
    """Plain text, where `[x](y)` would be a link (3.11.6): what a pack says must not become one. Braces stay as they
    are: without `arguments` nothing is a placeholder to the viewers that there are, and they would show both of two."""
    return _LINK.sub(lambda match: f"\\[{match[1]}\\](", text)


def _artifact(file: str) -> dict[str, str]:
    """The place of a file: relative to where the command ran, unless the name is absolute (3.4.4). Bytes of a name that
    are no UTF-8 become what they were."""
    uri = quote(file, errors="surrogateescape")
    return {"uri": f"file://{uri}"} if file.startswith("/") else {"uri": uri, "uriBaseId": BASE}


def fingerprint(issue: Issue, seen: Counter[str]) -> str:
    """The same for the same mistake in the same file, wherever its line has moved; told apart when it repeats."""
    text = "\0".join((issue.rule, issue.location.file, issue.key, issue.message))
    digest = sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"
