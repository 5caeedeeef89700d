"""The pack's own settings: `storypack.yml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from storypack.pack.models.base import Model, RuleId, Text, matching

AppId = Annotated[
    str,
    matching(r"^[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9_]$", "letters, digits, - _ and . ; it starts with a letter", 100),
]
Version = Annotated[str, matching(r"^\d+\.\d+\.\d+$", "three numbers with dots, as in 1.4.0")]
Prefix = Annotated[str, matching(r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", "letters, digits, blanks, - _ and .", 20)]
MacroPrefix = Annotated[str, matching(r"^[A-Za-z0-9_]*$", "letters, digits and _", 20)]


class SilencedRule(Model):
    """A rule that is switched off in this pack, or for some of its objects only (by name), and why."""

    rule: RuleId
    reason: Text
    objects: list[Text] = Field(default_factory=list, description="Names of objects; none = the whole pack")


class DefaultSchedules(Model):
    """The schedule, by name, of searches that name none."""

    ttp: Text = "default_ttp"
    anomaly: Text = "default_anomaly"
    hunting: Text = "default_hunting"
    correlation: Text = "default_correlation"
    baseline: Text = "default_baseline"


class ExternalContent(Model):
    """Macros and lookups that another app defines and this pack's searches use."""

    app: Text
    macros: list[Text] = Field(default_factory=list, description="Names; with arguments as in `name(2)`")
    lookups: list[Text] = Field(default_factory=list)


class BuildOptions(Model):
    """How the app is made."""

    stagger_minutes: bool = Field(default=True, description="Spread hourly searches over the hour")
    include_investigations: bool = True
    date_lookup_files: bool = Field(default=True, description="Date CSV file names for Splunk Cloud")


class Settings(Model):
    """What `storypack.yml` says: the app that the pack becomes, and the pack's own defaults."""

    app_id: AppId
    title: Text
    version: Version
    author: Text
    company: Text | None = None
    email: Text | None = None
    description: Text
    license: Text | None = Field(default=None, description="SPDX id, such as Apache-2.0")
    stanza_prefix: Prefix = Field(description="Searches become `PREFIX - name - Rule`")
    macro_prefix: MacroPrefix = Field(default="", description="Put before the name of each generated filter macro")
    min_splunk_version: Text | None = None
    schedules: DefaultSchedules = Field(default_factory=DefaultSchedules)
    external_content: list[ExternalContent] = Field(default_factory=list)
    build: BuildOptions = Field(default_factory=BuildOptions)
    silence: list[SilencedRule] = Field(default_factory=list)
