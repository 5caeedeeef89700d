"""Packs of others that were brought into this one: their new releases merged with what was changed here."""
