"""Reading event files: the format recognised from content, events as raw text, nothing dropped in silence."""
