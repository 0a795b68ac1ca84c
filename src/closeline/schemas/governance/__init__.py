"""Governance at the edge: flags, kill switches, alerts, and who may do what."""
