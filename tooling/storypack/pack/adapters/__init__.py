"""Older public formats, turned into the current one before the models see them.

Each adapter is a pure function from dictionary to dictionary. What it cannot know it leaves as a note for a human.
"""

from storypack.pack.adapters.adapt import adapt
from storypack.pack.adapters.adapted import CURRENT, Adapted, Note

__all__ = ["CURRENT", "Adapted", "Note", "adapt"]
