"""Ending: how picks were settled, and against which close."""
