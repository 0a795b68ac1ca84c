"""Measured promises: each file prints its ratios against a named rival in the same run."""
