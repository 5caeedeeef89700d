"""Questions asked of whole collections of events: the ordered steps of an investigation."""
