"""app.manifest: what Splunk's packaging tools know of the app (schema 2.0.0)."""

from __future__ import annotations

import datetime as dt
import json

from storypack.conf import tidy
from storypack.pack.models import Settings

DEFAULT_SPLUNK = "9.0"


def manifest(settings: Settings, released: dt.date, license_file: str | None) -> str:
    """JSON text; the release date is that of the newest content, never today's."""
    license_name = settings.license
    data = {
        "schemaVersion": "2.0.0",
        "info": {
            "title": tidy(settings.title),
            "id": {"group": None, "name": settings.app_id, "version": settings.version},
            "author": [
                {
                    "name": tidy(settings.author),
                    "email": tidy(settings.email) if settings.email else None,
                    "company": tidy(settings.company) if settings.company else None,
                }
            ],
            "releaseDate": released.isoformat(),
            "description": tidy(settings.description),
            "classification": {
                "intendedAudience": "Security",
                "categories": ["Security, Fraud & Compliance"],
                "developmentStatus": "Production/Stable",
            },
            "commonInformationModels": None,
            "license": {"name": license_name, "text": license_file, "uri": None} if license_name else None,
            "privacyPolicy": None,
            "releaseNotes": {"name": "README", "text": "README.md", "uri": None},
        },
        "dependencies": None,
        "tasks": None,
        "inputGroups": None,
        "incompatibleApps": None,
        "platformRequirements": {
            "splunk": {"Enterprise": f">={settings.min_splunk_version or DEFAULT_SPLUNK}"},
        },
        "supportedDeployments": ["_standalone", "_distributed", "_search_head_clustering"],
        "targetWorkloads": ["_search_heads"],
    }
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
