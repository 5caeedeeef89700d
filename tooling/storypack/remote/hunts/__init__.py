"""A hunt over the past of an instance: its jobs, what they gave, and what is computed here."""
