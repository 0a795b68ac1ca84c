"""Governance: what the desk may do, who may do what, and what everybody is told first."""
