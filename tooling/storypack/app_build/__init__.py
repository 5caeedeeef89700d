"""A pack as an installable Splunk app.

    pack -> app tree {path: bytes} -> package

`app_tree` is a pure function: no clock, no disk, no randomness. One file here per file of the app.
"""
