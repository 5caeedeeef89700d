"""Content of older formats rewritten into the current one, in its own files.

`layout` says where in a file each value and comment stands, `writer` writes the values of the current format with the
text that they had, `file` does so for a file and says what it decided, `pack` for a pack.
"""
