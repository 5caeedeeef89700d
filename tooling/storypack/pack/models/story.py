"""An analytic story: detections that belong together, and the tale that connects them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from storypack.pack.models.base import Content, DeprecationInfo, Product, Text

StoryCategory = Literal[
    "Abuse",
    "Account Compromise",
    "Adversary Tactics",
    "Best Practices",
    "Cloud Security",
    "Compliance",
    "Data Destruction",
    "Lateral Movement",
    "Malware",
    "Privilege Escalation",
    "Ransomware",
    "Unauthorized Software",
    "Uncategorized",
    "Vulnerability",
]
StoryUseCase = Literal[
    "Advanced Threat Detection",
    "Application Security",
    "Compliance",
    "Fraud Detection",
    "Insider Threat",
    "Other",
    "Security Monitoring",
]


class Story(Content):
    """An analytic story. Its detections name it, it does not name them."""

    status: Literal["production", "experimental", "deprecated"]
    narrative: Text = Field(description="The long form: how the attack works and how the detections fit together")
    category: list[StoryCategory] = Field(min_length=1, description="Splunk shows the first one")
    usecase: StoryUseCase
    product: list[Product] = Field(default_factory=list)
    threat_group: list[str] = Field(default_factory=list)
    cve: list[str] = Field(default_factory=list)
    deprecation_info: DeprecationInfo | None = None
