"""Overlays: what a site changes in objects of the pack. A pack is loaded, then its overlays are laid over it."""
