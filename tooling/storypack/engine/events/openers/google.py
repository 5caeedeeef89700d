"""Google: lists of Workspace's activities, and of Cloud Logging's entries."""

from __future__ import annotations

from storypack.engine.events.openers.registry import envelope

envelope("items", "kind", "etag", "nextPageToken", "nextSyncToken")
envelope("entries", "nextPageToken")
