"""The rules: each a small function from the pack to what is wrong with it, in one catalogue with stable ids.

`run_checks` (`run.py`) applies them all; `catalogue.py` has the rules for whoever shows or documents them.
"""
