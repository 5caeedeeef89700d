"""What a search can see beside the events: what Splunk and its own apps ship, the same for every stage."""
