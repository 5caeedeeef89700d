"""One file for each format of events: how its beginning looks, and how it is cut; see `registry`."""
