"""Importing: what a file gave."""
