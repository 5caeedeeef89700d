"""The engine's own cases: searches with their events and the rows that Splunk's documentation, or a Splunk, gives."""
