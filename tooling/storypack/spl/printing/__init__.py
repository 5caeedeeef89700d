"""The printer's parts: one file per grammar."""
