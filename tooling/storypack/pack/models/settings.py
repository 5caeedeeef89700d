"""The pack's own settings: `storypack.yml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from storypack.pack.models.actions import Actions
from storypack.pack.models.base import Model, RuleId, Text, matching
from storypack.pack.names import prefixed

_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".spl")
_TITLE = range(5, 81)  # characters of `label` in app.conf's [ui] that AppInspect takes


def _app_id(value: Any) -> Any:
    """What AppInspect and Windows refuse as the name of an app's folder."""
    if isinstance(value, str) and value.upper() in _DEVICES:
        raise PydanticCustomError("characters", "is the name of a device on Windows; choose another")
    if isinstance(value, str) and value.lower().endswith(_ARCHIVES):
        raise PydanticCustomError("characters", "ends as a file name does; AppInspect refuses such an app id")
    return value


def _line(value: Any) -> Any:
    if isinstance(value, str) and (not value.strip() or len(value.strip().splitlines()) > 1):
        raise PydanticCustomError("characters", "must be one line of text")
    if isinstance(value, str) and value.rstrip().endswith("\\"):
        raise PydanticCustomError("characters", "ends in a backslash, which a conf file cannot carry")
    return value


def _title(value: Any) -> Any:
    """`label` of app.conf: the rule is AppInspect's `check_for_valid_ui_label`."""
    if not isinstance(value, str):
        return value
    if len(value.strip()) not in _TITLE:
        context = {"length": len(value.strip()), "least": _TITLE[0], "most": _TITLE[-1]}
        raise PydanticCustomError(
            "too_long",
            "has {length} characters; an app's name has {least} to {most}, or AppInspect refuses it",
            context,
        )
    if value.strip().lower().startswith("splunk for"):
        raise PydanticCustomError(
            "characters", "may not begin with `Splunk For`: an app is for Splunk, not from Splunk"
        )
    return value


AppId = Annotated[
    str,
    BeforeValidator(_app_id),
    matching(r"^[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9_]$", "letters, digits, - _ and . ; it starts with a letter", 100),
]
Line = Annotated[str, BeforeValidator(_line)]
Title = Annotated[str, BeforeValidator(_title), BeforeValidator(_line)]
# Without leading zeros, which semantic versioning and so AppInspect's `check_version_is_valid_semver` refuse.
_NUMBER = r"(?:0|[1-9][0-9]{0,8})"
Version = Annotated[
    str, matching(rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}$", "three numbers with dots and no zeros in front, as in 1.4.0")
]
SplunkVersion = Annotated[
    str, matching(rf"^{_NUMBER}(?:\.{_NUMBER}){{0,3}}$", "numbers with dots, as in 9.1 (put it in quotes)")
]
Email = Annotated[str, matching(r"^[^\s@<>]+@[^\s@<>]+$", "an e-mail address, as in soc@example.com")]
Prefix = Annotated[str, matching(r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", "letters, digits, blanks, - _ and .", 60)]
ContentFolder = Annotated[
    str, matching(r"^(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+(?:/(?!$)|$))*$", "the path of a folder inside the pack", 200)
]
MacroPrefix = Annotated[str, matching(r"^[A-Za-z0-9_]*$", "letters, digits and _", 20)]


class SilencedRule(Model):
    """A rule that is switched off in this pack, or for some of its objects only (by name), and why."""

    rule: RuleId
    reason: Text
    objects: list[Text] = Field(default_factory=list, description="Names of objects; none = the whole pack")


class RuleLevel(Model):
    """The level of a rule in this pack, or in the files that a glob names. The last entry that fits counts."""

    rule: RuleId
    level: Literal["error", "warning", "note", "off"]
    files: list[Text] = Field(
        default_factory=list, description="Globs of paths, as in detections/deprecated/**; none = all files"
    )


class DefaultSchedules(Model):
    """The schedule, by name, of searches that name none."""

    ttp: Text = "default_ttp"
    anomaly: Text = "default_anomaly"
    hunting: Text = "default_hunting"
    correlation: Text = "default_correlation"
    baseline: Text = "default_baseline"


class ExternalDataSource(Model):
    """A data source that another app describes, as far as the rules ask for it."""

    name: Text
    sourcetype: Text | None = None
    fields: list[Text] = Field(default_factory=list, description="As in a file of data_sources/; none = not known")


class ExternalContent(Model):
    """What another app on the instance has, and this pack names and does not ship."""

    app: Text
    macros: list[Text] = Field(default_factory=list, description="Names; with arguments as in `name(2)`")
    lookups: list[Text] = Field(default_factory=list)
    stories: list[Text] = Field(default_factory=list, description="Names as Enterprise Security shows them")
    detections: list[Text] = Field(default_factory=list, description="Names as investigations give them")
    data_sources: list[ExternalDataSource] = Field(default_factory=list)


class BuildOptions(Model):
    """How the app is made."""

    stagger_minutes: bool = Field(default=True, description="Spread hourly searches over the hour")
    include_investigations: bool = True
    date_lookup_files: bool = Field(default=True, description="Date CSV file names for Splunk Cloud")


class Settings(Model):
    """What `storypack.yml` says: the app that the pack becomes, and the pack's own defaults."""

    app_id: AppId
    title: Title
    version: Version
    author: Line
    company: Line | None = None
    email: Email | None = None
    description: Text
    license: Line | None = Field(default=None, description="SPDX id, such as Apache-2.0")
    stanza_prefix: Prefix = Field(description="Searches become `PREFIX - name - Rule`")
    macro_prefix: MacroPrefix = Field(default="", description="Put before the name of each generated filter macro")
    prefix_stories: bool = Field(default=True, description="Stories become `PREFIX - name`, too")
    min_splunk_version: SplunkVersion | None = None
    content_folder: ContentFolder = Field(default="", description="Where detections/ and the others are, if not here")
    profile: Literal["house", "compatible"] = Field(
        default="house", description="`compatible`: what is a matter of taste is no more than a note"
    )
    levels: list[RuleLevel] = Field(default_factory=list, description="Levels of single rules")
    schedules: DefaultSchedules = Field(default_factory=DefaultSchedules)
    actions: Actions = Field(default_factory=dict, description="Alert actions by name, with their parameters")
    external_content: list[ExternalContent] = Field(default_factory=list)
    build: BuildOptions = Field(default_factory=BuildOptions)
    silence: list[SilencedRule] = Field(default_factory=list)

    def external(self, kind: str) -> frozenset[str]:
        """The names of what other apps bring: of each `story`, `detection`, `data_source`, `macro` or `lookup`."""
        match kind:
            case "story":
                return frozenset(name for app in self.external_content for name in app.stories)
            case "detection":
                return frozenset(name for app in self.external_content for name in app.detections)
            case "data_source":
                return frozenset(source.name for source in self.external_data_sources)
            case "macro":
                return frozenset(name for app in self.external_content for name in app.macros)
            case "lookup":
                return frozenset(name for app in self.external_content for name in app.lookups)
        return frozenset()

    def story_title(self, name: str) -> str:
        """What a story is called in Splunk; another app's has the name that it has there."""
        own = self.prefix_stories and name not in self.external("story")
        return prefixed(self.stanza_prefix, name) if own else name

    @property
    def external_data_sources(self) -> list[ExternalDataSource]:
        """The data sources of all other apps."""
        return [source for app in self.external_content for source in app.data_sources]
