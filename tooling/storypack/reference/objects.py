"""What Enterprise Security calls things: entity and threat object types, kill chain, CIS, NIST and severity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ENTITY_TYPES: Final = ("user", "system", "other")

THREAT_OBJECT_TYPES: Final = (
    "bucket_name",
    "certificate_common_name",
    "certificate_organization",
    "certificate_serial",
    "certificate_unit",
    "command",
    "dns_query",
    "domain",
    "email_address",
    "email_subject",
    "file_hash",
    "file_name",
    "file_path",
    "http_user_agent",
    "ip_address",
    "loaded_file",
    "parent_process",
    "parent_process_name",
    "parent_process_path",
    "pipe_name",
    "process",
    "process_hash",
    "process_name",
    "process_path",
    "registry_key_name",
    "registry_path",
    "registry_value_data",
    "registry_value_name",
    "registry_value_text",
    "service",
    "signature",
    "system",
    "tls_hash",
    "uri",
    "url",
    "user",
)

# Lockheed Martin's kill chain as Enterprise Security annotates it, by ATT&CK tactic (short name). The tactics that
# version 19 made out of Defense Evasion keep its phase.
KILL_CHAIN: Final = {
    "reconnaissance": "Reconnaissance",
    "resource-development": "Weaponization",
    "initial-access": "Delivery",
    "execution": "Installation",
    "persistence": "Installation",
    "privilege-escalation": "Exploitation",
    "stealth": "Exploitation",
    "defense-impairment": "Exploitation",
    "defense-evasion": "Exploitation",
    "credential-access": "Exploitation",
    "discovery": "Exploitation",
    "lateral-movement": "Exploitation",
    "collection": "Exploitation",
    "command-and-control": "Command and Control",
    "exfiltration": "Actions on Objectives",
    "impact": "Actions on Objectives",
}
KILL_CHAIN_ORDER: Final = (
    "Reconnaissance",
    "Weaponization",
    "Delivery",
    "Exploitation",
    "Installation",
    "Command and Control",
    "Actions on Objectives",
)


def kill_chain_phases(tactics: Iterable[str]) -> list[str]:
    """Kill chain phases of ATT&CK tactics (short names), in the order of the chain, once each."""
    phases = {KILL_CHAIN[tactic] for tactic in tactics if tactic in KILL_CHAIN}
    return [phase for phase in KILL_CHAIN_ORDER if phase in phases]


def nist_category(detection_type: str) -> str:
    """NIST CSF category of a detection: known attacks are continuous monitoring, all else anomalies and events."""
    return "DE.CM" if detection_type == "TTP" else "DE.AE"


def cis_control(category: str) -> str:
    """CIS control of a detection by its category: 13 (network monitoring) or 10 (malware defences)."""
    return "CIS 13" if category == "network" else "CIS 10"


def severity(score: int) -> str:
    """Severity of a finding by its score (0-100), in bands of twenty.

    >>> [severity(score) for score in (20, 21, 60, 100)]
    ['informational', 'low', 'medium', 'critical']
    """
    for limit, name in ((20, "informational"), (40, "low"), (60, "medium"), (80, "high")):
        if score <= limit:
            return name
    return "critical"
