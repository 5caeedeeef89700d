"""The kinds of objects that a content app has on an instance, a record each.

The order of `KINDS` is the order of creation: nothing refers to something that comes after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from storypack.deploy.object_kind import ObjectKind, Settings
from storypack.truth import WRITTEN_BACK

SCHEDULE_FIELDS = frozenset(
    {
        "is_scheduled",
        "cron_schedule",
        "allow_skew",
        "schedule_window",
        "schedule_priority",
        "realtime_schedule",
        "dispatch.earliest_time",
        "dispatch.latest_time",
    }
)
# The capability without which a setting is refused as if there were none of its name.
CAPABILITIES: Mapping[str, str] = {
    "schedule_priority": "edit_search_schedule_priority",
    "schedule_window": "edit_search_schedule_window",
}
_SEARCH_FIELDS = SCHEDULE_FIELDS | {"search", "description", "disabled", "is_visible", "max_concurrent", "schedule_as"}


def _stands_for_site(name: str, field: str, settings: Settings) -> bool:
    """The definition of a macro that stands for something of the site: no arguments and no pipe, as filters
    (`search *`), sources (`index=...`) and thresholds have."""
    return field == "definition" and not name.endswith(")") and "|" not in settings.get("definition", "")


def _is_lookup(settings: Settings) -> bool:
    return "filename" in settings or "collection" in settings or "external_type" in settings


def _arrives_disabled(settings: Settings, enable: bool) -> str:
    """Scheduled searches wait for somebody to switch them on; those that are run by hand are ready at once."""
    if enable:
        return "0"
    if WRITTEN_BACK.is_true(settings.get("is_scheduled", "0")):
        return "1"
    disabled = settings.get("disabled", "0")
    return {True: "1", False: "0", None: disabled}[WRITTEN_BACK.read(disabled)]


def _of_search(field: str) -> bool:
    return field in _SEARCH_FIELDS or field.startswith(("action.", "alert", "dispatch.", "display.", "request."))


def _is_setting_of_lookup(field: str) -> bool:
    """transforms.conf's defaults for extractions are shown as well; a lookup's keys are in small letters."""
    return field != "disabled" and not field.isupper()


APP = ObjectKind(
    id="app",
    title="app",
    path="apps/local",
    meta="",
    flags=frozenset({"visible", "configured"}),
    server_only=frozenset(
        {"core", "check_for_updates", "managed_by_deployment_client", "state_change_requires_restart"}
    ),
    is_app=True,
    is_read_whole=True,
    fixed=True,
)
MACRO = ObjectKind(
    id="macro",
    title="macro",
    path="configs/conf-macros",
    meta="macros",
    is_stanza=True,
    flags=frozenset({"iseval"}),
    lists=frozenset({"args"}),
    of_site=_stands_for_site,
)
LOOKUP_FILE = ObjectKind(
    id="lookup_file",
    title="lookup file",
    path="data/lookup-table-files",
    meta="lookups",
    file=r"lookups/([^/]+\.csv)",
    content="content",
    by_search=True,
    is_read_whole=True,
    of_site=lambda name, field, settings: field == "content",
)
COLLECTION = ObjectKind(
    id="collection",
    title="collection",
    path="storage/collections/config",
    meta="collections",
    is_stanza=True,
    flags=frozenset({"enforceTypes", "replicate"}),
    server_only=frozenset({"type", "profilingEnabled"}),
    fixed=True,
)
LOOKUP = ObjectKind(
    id="lookup",
    title="lookup definition",
    path="configs/conf-transforms",  # data/transforms/lookups drops what an update leaves out, and hides what is broken
    meta="transforms",
    is_stanza=True,
    is_object=_is_lookup,
    flags=frozenset({"case_sensitive_match", "allow_caching", "batch_index_query"}),
    numbers=frozenset({"max_matches", "min_matches"}),
    lists=frozenset({"match_type", "fields_list"}),
    absent={"case_sensitive_match": "1"},
    server_only=frozenset({"type", "fields_array", "size"}),
    restored=_is_setting_of_lookup,
    names_file="filename",
)
SAVED_SEARCH = ObjectKind(
    id="saved_search",
    title="saved search",
    path="saved/searches",
    meta="savedsearches",
    is_stanza=True,
    arrival=_arrives_disabled,
    rest_names={
        "enableSched": "is_scheduled",
        "counttype": "alert_type",
        "relation": "alert_comparator",
        "quantity": "alert_threshold",
    },
    flags=frozenset(
        {"disabled", "is_scheduled", "realtime_schedule", "is_visible", "alert.suppress", "alert.digest_mode",
         "alert.track", "action.correlationsearch.enabled"}
    ),
    numbers=frozenset({"alert_threshold", "alert.severity", "schedule_window", "dispatch.max_count", "max_concurrent"}),
    durations=frozenset({"alert.suppress.period", "alert.expires", "dispatch.ttl"}),
    lists=frozenset({"alert.suppress.fields"}),
    absent={"is_visible": "1", "realtime_schedule": "1", "alert.digest_mode": "1"},
    server_only=frozenset(
        {"actions", "auto_summarize.hash", "embed.token", "next_scheduled_time", "orphan", "qualifiedSearch",
         "triggered_alert_count", "updated"}
    ),
    restored=_of_search,
    of_site=lambda name, field, settings: field == "disabled" or field in SCHEDULE_FIELDS,
    picks_settings=True,
    template="_new",
)  # fmt: skip
STORY = ObjectKind(
    id="story",
    title="story",
    path="configs/conf-analyticstories",
    meta="analyticstories",
    is_stanza=True,
    brings_conf=True,
)
VIEW = ObjectKind(
    id="view",
    title="view",
    path="data/ui/views",
    meta="views",
    file=r"default/data/ui/views/(.+)\.xml",
    content="eai:data",
    only_sent=frozenset({"eai:data"}),
    has_switch=True,
)
NAV = ObjectKind(
    id="nav",
    title="navigation",
    path="data/ui/nav",
    meta="nav",
    file=r"default/data/ui/nav/(default)\.xml",
    content="eai:data",
    only_sent=frozenset({"eai:data"}),
    of_site=lambda name, field, settings: True,
    comes_with_app=True,
    fixed=True,
)

KINDS = (APP, MACRO, LOOKUP_FILE, COLLECTION, LOOKUP, SAVED_SEARCH, STORY, VIEW, NAV)
BY_ID = {kind.id: kind for kind in KINDS}
ORDER = {kind.id: number for number, kind in enumerate(KINDS)}
