"""The pack: content files read into models, with their positions, and linked by name.

Nothing here knows how content is compiled or run. Models (`pack/models/`) hold one object each and never look at
another; `load_pack` (`pack/load.py`) reads a folder and `Pack` (`pack/pack.py`) links what it found.
"""
