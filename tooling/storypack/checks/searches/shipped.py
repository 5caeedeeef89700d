"""Macros, lookups and data models that Splunk's own apps bring (Splunk_SA_CIM, Enterprise Security, the platform)."""

from __future__ import annotations

from functools import cache

from storypack.reference import cim
from storypack.spl.macros import MacroDefinition

# Search Reference "lookup" and "geostats"; Enterprise Security: "Asset and identity lookups". The columns of an
# asset or identity lookup depend on the site, so none are checked.
_LOOKUPS = """
    dnslookup geo_us_states geo_countries geo_attr_us_states geo_attr_countries
    asset_lookup_by_str asset_lookup_by_cidr identity_lookup_expanded identity_lookup_default_fields
    asset_lookup_default_fields ip_intel domain_intel file_intel url_intel email_intel http_intel
    cim_cloud_domain_lookup cim_corporate_email_domain_lookup cim_corporate_web_domain_lookup mitre_attack_lookup
"""

# Common Information Model Add-on: the macros that name a model's indexes; all others are search macros of one line.
_CALLS = {"drop_dm_object_name(1)": ("object_name", "rename $object_name$.* as *")}

# Models of the Common Information Model or the platform that the bundled reference does not hold: their fields are
# not checked.
_OTHER_MODELS = """
    Application_State Change_Analysis Compute_Inventory Databases Domain_Analysis Event_Signatures Identity_Management
    Incident_Management Interprocess_Messaging JVM Performance Splunk_Audit Splunk_CIM_Validation Threat_Intelligence
    Ticket_Management UEBA Vulnerabilities internal_audit_logs internal_server
"""
OTHER_MODELS = frozenset(_OTHER_MODELS.split())


@cache
def lookups() -> dict[str, frozenset[str]]:
    """Lookups by name, and their columns as far as they are the same everywhere (else none)."""
    known: dict[str, frozenset[str]] = dict.fromkeys(_LOOKUPS.split(), frozenset())
    return known | dict.fromkeys(cim.lookups(), frozenset())


@cache
def macros() -> dict[str, MacroDefinition]:
    """Macros by stanza. A model's indexes are the site's: there the macro stays a call."""
    known = {
        key: MacroDefinition(key.partition("(")[0], (argument,), definition)
        for key, (argument, definition) in _CALLS.items()
    }
    for name in (*cim.model_names(), *OTHER_MODELS):
        known[f"cim_{name}_indexes"] = MacroDefinition(f"cim_{name}_indexes", iseval=True)
    return known
