"""Macros, lookups and data models that Splunk's own apps ship (Splunk_SA_CIM, Enterprise Security, the platform).

One list for all stages: what `validate` knows, `test` and `search` can run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from storypack.reference import cim
from storypack.spl.macros import MacroDefinition, UnknownMacro
from storypack.spl.source import SplError

# Search Reference "lookup" and "geostats"; Enterprise Security: "Asset and identity lookups"; URL Toolbox. The
# columns of an asset or identity lookup depend on the site, so none are checked.
_LOOKUPS = """
    dnslookup geo_us_states geo_countries geo_attr_us_states geo_attr_countries
    asset_lookup_by_str asset_lookup_by_cidr identity_lookup_expanded identity_lookup_default_fields
    asset_lookup_default_fields ip_intel domain_intel file_intel url_intel email_intel http_intel
    cim_cloud_domain_lookup cim_corporate_email_domain_lookup cim_corporate_web_domain_lookup mitre_attack_lookup
    interesting_ports_lookup interesting_processes_lookup interesting_services_lookup asn_lookup_by_cidr
    alexa_lookup_by_str admon_groups_def
    ut_parse_simple_lookup ut_parse_lookup ut_parse_extended_lookup ut_shannon_lookup ut_countset_lookup
    ut_suites_lookup ut_meaning_lookup ut_bayesian_lookup ut_levenshtein_lookup
"""

# Common Information Model add-on, macros.conf: macros of one line.
_CALLS = {
    "drop_dm_object_name(1)": ("object", "rename $object$.* as *"),
    "add_dm_object_name(1)": ("object", "rename * as $object$.*"),
    "cim_filter_unknown_values(1)": ("field", '($field$!="-" $field$!="n/a" $field$!="unknown")'),
}

# Common Information Model add-on, Enterprise Security and URL Toolbox: macros whose definitions are a site's or long.
# They can be called; a test that needs one says with `macros:` what it stands for.
_SITE_MACROS = """
    get_signature(value) get_subject(subjectField,bestmatch) get_user(user) get_user_only(user)
    get_src_user_only(src_user) make_subject(subjectField) swap_if_tagged(first,second,tagField) remap_subjects
    get_vendor_product cim_filter_known_scanners cim_filter_known_scanners(object) cim_filter_vuln_severity
    cim_filter_vuln_severity(object) cloud_domains cloud_domain_search(field) cloud_email_search(field)
    cloud_storage_search(field) cim_corporate_email_domains cim_corporate_email_domain_search(field)
    cim_corporate_web_domains cim_corporate_web_domain_search(field) datamodel(model,object)
    get_asset(field) get_identity4events(field) get_risk_severity(risk_score) notable get_notable_index
    globedistance(lat1,lon1,lat2,lon2,unit) mvappend_field(field,value) ctime(field)
    ut_parse_simple(url) ut_parse(url,list) ut_parse_extended(url,list) ut_shannon(word) ut_countset(word,set)
    ut_suites(word,sets) ut_meaning(word) ut_bayesian(word) ut_levenshtein(word1,word2)
"""


@cache
def lookups() -> Mapping[str, frozenset[str]]:
    """Lookups by name, and their columns as far as they are the same everywhere (else none)."""
    known: dict[str, frozenset[str]] = dict.fromkeys(_LOOKUPS.split(), frozenset())
    return known | dict.fromkeys(_cim_lookups(), frozenset())


@dataclass(frozen=True, slots=True)
class Delivered:
    """A lookup before a site changes it. `problem` = the add-on delivers rows, and they are not bundled here."""

    fields: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    problem: str = ""


def delivered_lookup(name: str) -> Delivered:
    """Header and rows as the CIM add-on delivers them; nothing for a lookup that the site fills, and for one that
    nobody ships."""
    raw = _cim_lookups().get(name)
    if raw is None:
        return Delivered()
    if "values" in raw:
        return Delivered((raw["field"],), tuple({raw["field"]: value} for value in raw["values"]))
    entries = raw["entries"]
    if isinstance(entries, list):
        return Delivered(tuple(entries[0]) if entries else (raw["key"],), tuple(entries))
    problem = f"its {entries} rows are not bundled: give those that matter under `lookups` of the test"
    return Delivered((), (), problem if entries else "")


@cache
def _cim_lookups() -> Mapping[str, Mapping[str, Any]]:
    """The CIM add-on's lookups by the names that searches use: the definition (`cim_http_status_lookup`), the name of
    the file (`cim_http_statuses.csv`) and, for older searches, its stem."""
    files = cim.lookups()
    named = {_definition_of(name): raw for name, raw in files.items()}
    return {**files, **named, **{f"{name}.csv": raw for name, raw in files.items()}}


def _definition_of(stem: str) -> str:
    """
    >>> _definition_of("cim_http_statuses"), _definition_of("cim_dlp_object_categories"), _definition_of("cim_http_tld")
    ('cim_http_status_lookup', 'cim_dlp_object_category_lookup', 'cim_http_tld_lookup')
    """
    for plural, singular in (("statii", "status"), ("statuses", "status"), ("ies", "y"), ("codes2", "code"), ("s", "")):
        if stem.endswith(plural):
            return f"{stem.removesuffix(plural)}{singular}_lookup"
    return f"{stem}_lookup"


@cache
def macros() -> Mapping[str, MacroDefinition]:
    """Macros by stanza, as any site may have them: what a site sets (a model's indexes) stays a call."""
    indexes = {key: MacroDefinition(key, iseval=True) for key in _index_macros()}
    return {**_calls(), **indexes, **site_macros()}


@cache
def site_macros() -> Mapping[str, MacroDefinition]:
    """Macros by stanza that a site has, with their arguments; the definitions are not bundled."""
    known = {}
    for written in _SITE_MACROS.split():
        name, _, arguments = written.rstrip(")").partition("(")
        macro = MacroDefinition(name, tuple(arguments.split(",")) if arguments else (), iseval=True)
        known[macro.key] = macro
    return known


@cache
def delivered_macros() -> Mapping[str, MacroDefinition]:
    """Macros by stanza that can be run, as they are before a site sets anything: a model's indexes are all."""
    return _calls() | {key: MacroDefinition(key, definition="(index=*)") for key in _index_macros()}


def without_definition(error: SplError) -> bool:
    """Whether a search cannot be run because of a macro that a site has, but whose definition is not bundled."""
    return isinstance(error, UnknownMacro) and error.key in site_macros()


def _calls() -> dict[str, MacroDefinition]:
    return {key: MacroDefinition(key.partition("(")[0], (name,), text) for key, (name, text) in _CALLS.items()}


def _index_macros() -> list[str]:
    return [f"cim_{name}_indexes" for name in (*cim.model_names(), *sorted(cim.OTHER_MODELS))]
