"""The kinds of objects that a content app has on an instance, and where REST keeps each.

The order of `KINDS` is the order of creation: nothing refers to something that comes after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ACL_FIELDS = ("acl.sharing", "acl.read", "acl.write")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `title` for people, `path` below the app's namespace, `meta` its stanza type in metadata/*.meta,
    `rest_names` the conf keys that REST calls otherwise, `flags` its on/off settings, `absent` what an absent setting
    means."""

    id: str
    title: str
    path: str
    meta: str
    rest_names: Mapping[str, str]
    flags: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    absent: Mapping[str, str] | None = None
    fixed: bool = (
        False  # stays on the instance once it is there: other things depend on it, or it holds the site's data
    )

    def __str__(self) -> str:
        return self.id


APP = Kind("app", "app", "apps/local", "", {}, frozenset({"visible", "configured"}), fixed=True)
MACRO = Kind("macro", "macro", "configs/conf-macros", "macros", {}, frozenset({"iseval"}), lists=frozenset({"args"}))
LOOKUP_FILE = Kind("lookup_file", "lookup file", "data/lookup-table-files", "lookups", {})
COLLECTION = Kind(
    "collection",
    "collection",
    "storage/collections/config",
    "collections",
    {},
    frozenset({"enforceTypes", "replicate"}),
    fixed=True,
)
LOOKUP = Kind(
    "lookup",
    "lookup definition",
    "configs/conf-transforms",  # data/transforms/lookups drops what an update leaves out, and hides what does not work
    "transforms",
    {},
    frozenset({"case_sensitive_match", "allow_caching", "batch_index_query"}),
    frozenset({"max_matches", "min_matches"}),
    lists=frozenset({"match_type", "fields_list"}),
    absent={"case_sensitive_match": "1"},
)
SAVED_SEARCH = Kind(
    "saved_search",
    "saved search",
    "saved/searches",
    "savedsearches",
    {
        "enableSched": "is_scheduled",
        "counttype": "alert_type",
        "relation": "alert_comparator",
        "quantity": "alert_threshold",
    },
    frozenset(
        {"disabled", "is_scheduled", "realtime_schedule", "is_visible", "alert.suppress", "alert.digest_mode",
         "alert.track", "action.correlationsearch.enabled"}
    ),
    frozenset({"alert_threshold", "alert.severity", "schedule_window", "dispatch.max_count", "max_concurrent"}),
    frozenset({"alert.suppress.period", "alert.expires", "dispatch.ttl"}),
    frozenset({"alert.suppress.fields"}),
    {"is_visible": "1", "realtime_schedule": "1", "alert.digest_mode": "1"},
)  # fmt: skip
STORY = Kind("story", "story", "configs/conf-analyticstories", "analyticstories", {})
VIEW = Kind("view", "view", "data/ui/views", "views", {})
NAV = Kind("nav", "navigation", "data/ui/nav", "nav", {}, fixed=True)

KINDS = (APP, MACRO, LOOKUP_FILE, COLLECTION, LOOKUP, SAVED_SEARCH, STORY, VIEW, NAV)
CONF_KINDS = frozenset({MACRO.id, COLLECTION.id, LOOKUP.id, SAVED_SEARCH.id, STORY.id})  # stanzas of `meta`.conf
BY_ID = {kind.id: kind for kind in KINDS}
ORDER = {kind.id: number for number, kind in enumerate(KINDS)}

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


# What answers show and only the server sets: it is neither sent nor compared.
_SERVER_ONLY: Mapping[str, frozenset[str]] = {
    SAVED_SEARCH.id: frozenset(
        {"actions", "auto_summarize.hash", "embed.token", "next_scheduled_time", "orphan", "qualifiedSearch",
         "triggered_alert_count", "updated"}
    ),
    APP.id: frozenset({"core", "check_for_updates", "managed_by_deployment_client", "state_change_requires_restart"}),
    COLLECTION.id: frozenset({"type", "profilingEnabled"}),
    LOOKUP.id: frozenset({"type", "fields_array", "size"}),
}  # fmt: skip
# The capability without which a setting is refused as if there were none of its name.
CAPABILITIES: Mapping[str, str] = {
    "schedule_priority": "edit_search_schedule_priority",
    "schedule_window": "edit_search_schedule_window",
}


def can_be_sent(kind: Kind, field: str) -> bool:
    """Whether a field of an object is a client's to write."""
    if kind in (VIEW, NAV):
        return field == "eai:data" or field.startswith("acl.")
    return not field.startswith("eai:") and field not in _SERVER_ONLY.get(kind.id, ())


def conf_key(kind: Kind, field: str) -> str:
    """The key that a field is in its conf; REST calls some of a saved search otherwise."""
    return next((key for key, name in kind.rest_names.items() if name == field), field)


def belongs_to_site(kind: str, name: str, field: str, settings: Mapping[str, str]) -> bool:
    """Whether a site may set this field as it likes: then a change of it stays.

    These are whether a search runs and when, permissions, the content of lookup files, and macros that stand for
    something of the site: no arguments and no pipe, as filters (`search *`), sources (`index=...`) and thresholds have.
    """
    if field in ACL_FIELDS:
        return True
    if kind == SAVED_SEARCH.id:
        return field == "disabled" or field in SCHEDULE_FIELDS
    if kind == LOOKUP_FILE.id:
        return field == "content"
    if kind == MACRO.id:
        return field == "definition" and not name.endswith(")") and "|" not in settings.get("definition", "")
    return kind == NAV.id
