"""Which fields a search reads and yields, worked out from its tree alone.

flow(parse("... | stats count by user"))[-1].after.has("count")    -> True
"""
