"""The search language: tokens, syntax tree, parser, printer, catalogue of commands and functions."""
