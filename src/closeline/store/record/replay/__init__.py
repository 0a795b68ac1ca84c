"""Replay, the store's part: what stood at a moment, what happened after it, and whether two records say the same."""
