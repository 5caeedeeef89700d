"""The part of SARIF 2.1.0 (OASIS, errata 01) that storypack writes, as a JSON Schema: what a log may hold, and no more.

Written from the chapters of the standard that the comments name.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string", "minLength": 1}
MESSAGE = {  # 3.11, 3.12
    "type": "object",
    "required": ["text"],
    "properties": {"text": TEXT, "markdown": TEXT},
    "additionalProperties": False,
}
# 3.4.3: an RFC 3986 reference. Its characters, its escapes, and no colon in the first segment of a relative one.
URI = r"^(?:file:///|(?![^/?#]*:))(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$"
ARTIFACT = {  # 3.4
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "pattern": URI}, "uriBaseId": TEXT},
    "additionalProperties": False,
    "if": {"properties": {"uri": {"pattern": "^file:"}}},
    "then": {"not": {"required": ["uriBaseId"]}},  # 3.4.4
    "else": {"required": ["uriBaseId"]},
}
REGION = {  # 3.30: text regions count lines and columns from 1; a column needs a line
    "type": "object",
    "required": ["startLine"],
    "properties": {
        "startLine": {"type": "integer", "minimum": 1},
        "startColumn": {"type": "integer", "minimum": 1},
    },
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
RULE = {  # 3.49
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": {
            "type": "object",
            "properties": {"level": LEVEL},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
RESULT = {  # 3.27
    "type": "object",
    "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
    "properties": {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation"],
                        "properties": {"artifactLocation": ARTIFACT, "region": REGION},
                        "additionalProperties": False,
                    }
                },
                "additionalProperties": False,
            },
        },
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
    },
    "additionalProperties": False,
}
RUN = {  # 3.14
    "type": "object",
    "required": ["tool", "results"],
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "properties": {
                "driver": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": TEXT,
                        "semanticVersion": {
                            "type": "string",
                            "pattern": r"^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:[-+]\S+)?$",
                        },
                        "rules": {"type": "array", "items": RULE, "uniqueItems": True},
                    },
                    "additionalProperties": False,
                }
            },
            "additionalProperties": False,
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "originalUriBaseIds": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"uri": TEXT, "description": MESSAGE},
                "additionalProperties": False,
            },
        },
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
LOG: dict[str, Any] = {  # 3.13
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "pattern": "^https://.*sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
    "additionalProperties": False,
}
