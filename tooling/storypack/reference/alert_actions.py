"""The alert actions that people use most, and the parameters that each knows.

Built-in ones: savedsearches.conf.spec of Splunk Enterprise (`email`, `script`) and alert_actions.conf.spec (`webhook`,
`logevent`, `lookup`). Others: savedsearches.conf.spec of the Slack alert app, the Splunk Add-on for ServiceNow and the
Splunk App for SOAR Export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AlertAction:
    """An alert action. `bare`: its parameters are `action.NAME.KEY`, those of others `action.NAME.param.KEY`.

    `parameters` are all that it knows, `required` those without which it does nothing. `built_in`: every Splunk has it,
    so its parameters are certain; an add-on's may change with its version.
    """

    parameters: frozenset[str]
    required: tuple[str, ...] = ()
    bare: bool = False
    built_in: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALERT_ACTIONS: Final[Mapping[str, AlertAction]] = {
    "email": AlertAction(
        _words(
            """
            to cc bcc from subject subject.alert subject.report message message.alert message.report format inline
            sendresults sendcsv sendpdf sendpng priority maxresults maxtime mailserver hostname use_ssl use_tls
            useNSSubject footer.text preprocess_results content_type auth_username pdfview reportServerEnabled
            reportPaperSize reportPaperOrientation reportIncludeSplunkLogo reportCIDFontList track_alert ttl
            width_sort_columns allow_empty_attachment include.view_link include.results_link include.search
            include.trigger include.trigger_time include.smaller_pdf_attachment escapeCSVNewline
            """
        ),
        ("to",),
        bare=True,
        built_in=True,
    ),
    "script": AlertAction(_words("filename"), ("filename",), bare=True, built_in=True),
    "lookup": AlertAction(_words("filename append"), ("filename",), bare=True, built_in=True),
    "webhook": AlertAction(_words("url user_agent"), ("url",), built_in=True),
    "logevent": AlertAction(_words("event host source sourcetype index"), ("event",), built_in=True),
    "slack": AlertAction(
        _words(
            """
            channel message attachment attachment_alert_title fields from_user from_user_icon webhook_url_override
            slack_app_oauth_token_override
            """
        )
    ),
    "snow_incident": AlertAction(
        _words(
            """
            account state category subcategory contact_type urgency impact priority assignment_group short_description
            comments ci_identifier correlation_id custom_fields splunk_url scripted_endpoint
            """
        )
    ),
    "snow_event": AlertAction(
        _words("account node type resource severity description additional_info ci_identifier custom_fields")
    ),
    "sendtophantom": AlertAction(
        _words("_cam _cam_workers phantom_server label severity sensitivity container_name grouping relay_account")
    ),
    "runphantomplaybook": AlertAction(
        _words("_cam _cam_workers phantom_server playbook label severity sensitivity container_name relay_account")
    ),
}
"""By name. An action that is not here is somebody's own: its parameters are not checked."""

OWN_ACTIONS: Final = frozenset({"notable", "risk", "correlationsearch", "escu"})
"""What a detection says in other words: its findings become these."""


def parameter_key(action: str, parameter: str) -> str:
    """The key of savedsearches.conf.

    >>> parameter_key("email", "to"), parameter_key("slack", "channel")
    ('action.email.to', 'action.slack.param.channel')
    """
    known = ALERT_ACTIONS.get(action)
    return f"action.{action}.{parameter}" if known and known.bare else f"action.{action}.param.{parameter}"
