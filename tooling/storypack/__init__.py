"""Analytic stories for data exfiltration, and the tool that keeps such a pack honest."""

__version__ = "0.1.0"
