"""Replaying: what was done is done again from what was kept."""
