"""The client of a Splunk instance: where it is, who asks, requests that end, and what the answers mean.

    credentials -> Connection (transport: the SDK's handler with deadlines and sizes) -> answers, or an error by name

Nothing here knows what an app or a search is.
"""
