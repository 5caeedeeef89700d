"""Releases: what differs between two states of a pack, in words for those who run it, and the version it asks for."""
