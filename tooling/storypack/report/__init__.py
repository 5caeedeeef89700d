"""What was found, shown to somebody: a person, a CI job, an editor. Pure functions from results to text."""
