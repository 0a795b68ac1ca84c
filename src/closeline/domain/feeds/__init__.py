"""Feeds that are asked over the network: what is wanted of them, what a call came to, and what it may cost."""
