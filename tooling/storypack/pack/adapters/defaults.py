"""What older formats let their loader make up, made up so that it is the same every time, with a note of it."""

from __future__ import annotations

import uuid
from typing import Any

from storypack.pack.adapters.adapted import Adapted, Data

_NAMESPACE = uuid.UUID("6f3a3a52-6d0e-5d5c-9a0b-3a0f1a7d9b11")
_UNKNOWN_DATE = "2000-01-01"
_IDENTITY = ("id", "version", "author", "creation_date", "description")
_CATEGORIES = frozenset({"application", "cloud", "endpoint", "network", "web", "deprecated"})
_CATEGORY_OF_DOMAIN = {"endpoint": "endpoint", "network": "network", "access": "application", "identity": "cloud"}
_DOMAINS = frozenset({"access", "audit", "endpoint", "identity", "network", "threat"})
_WHOLE_FILE = "write the file in the current format, with all of these"


def identity(adapted: Adapted, kind: str) -> None:
    """Id, version, author, dates and description of any object. `kind` is the folder's name: `macros`."""
    made = _identity(adapted.data, kind)
    if made:
        adapted.note((), f"lacks {', '.join(made)}", _WHOLE_FILE, decide=False)


def search(adapted: Adapted, **more: Any) -> None:
    """A baseline or an investigation, or with `more` a detection."""
    data = adapted.data
    made = _identity(data, "searches")
    texts = {"status": "production", "how_to_implement": "Not said.", "known_false_positives": ""}
    own = texts if "search" in data else {"status": "production"}
    missing = [key for key in (*own, *more) if data.get(key) is None]
    for key in missing:
        data[key] = {**own, **more}[key]
    said = [key for key in (*made, *missing) if key not in ("status", "category")]
    if said:
        adapted.note((), f"lacks {', '.join(said)}", _WHOLE_FILE)
    domain = data.get("security_domain")
    if isinstance(domain, str) and domain not in _DOMAINS:
        data["security_domain"] = "threat"
        adapted.note(("security_domain",), f"the security domain `{domain}` is read as `threat`", "choose another one")


def detection(adapted: Adapted, folder: str) -> None:
    """A detection, which the format puts into a category by its `folder`."""
    category = folder if folder in _CATEGORIES else ""
    if not category and adapted.data.get("category") is None:
        domain = str(adapted.data.get("security_domain"))
        category = _CATEGORY_OF_DOMAIN.get(domain, "application")
        message = f"no category is called {folder}; {category} was chosen by the security domain"
        adapted.note(("category",), message, "choose another one", decide=False)
    search(adapted, asset_type="Other", analytic_story=[], category=category)


def story(adapted: Adapted) -> None:
    """A story."""
    data = adapted.data
    made = _identity(data, "stories")
    data.setdefault("status", "production")
    texts = {"narrative": data.get("description"), "category": ["Uncategorized"], "usecase": "Other"}
    missing = [key for key in texts if not data.get(key)]
    for key in missing:
        data[key] = texts[key]
    if made or missing:
        adapted.note((), f"lacks {', '.join((*made, *missing))}", _WHOLE_FILE)


def _identity(data: Data, kind: str) -> list[str]:
    """The keys that were missing, and now are there."""
    name = str(data.get("name", ""))
    missing = [key for key in _IDENTITY if data.get(key) is None]
    made = {
        "id": str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}")),
        "version": 1,
        "author": "unknown",
        "creation_date": _UNKNOWN_DATE,
        "description": name or "unknown",
    }
    for key in missing:
        data[key] = made[key]
    data.setdefault("modification_date", data["creation_date"])
    return missing
