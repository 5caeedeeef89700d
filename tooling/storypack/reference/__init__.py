"""Bundled facts: CIM data models, ATT&CK, and what Enterprise Security calls things. Read when first asked for."""
