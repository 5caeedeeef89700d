"""Search-time knowledge in Splunk's own files and order: which field an event has, and how to get it from `_raw`.

`apps` reads an add-on's folder; `props` finds the settings for a sourcetype, source and host; `extraction`, `fields`
and `eventtypes` turn them into SQL, a field at a time and only when a search asks; `scan` puts the files of all
sourcetypes side by side.
"""
