"""The commands of SPL, a file for each: how it is read and printed, what Splunk documents of it, the fields that it
reads and yields. `storypack.spl.cards` is their registry.

A command of options and words is a `plain(...)` in a file of its name, one with a grammar of its own a node under
`@command(...)`; commands of one grammar share a file, and so do those of an app."""
