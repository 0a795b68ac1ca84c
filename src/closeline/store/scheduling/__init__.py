"""Scheduling: which job ran for which slot, and who may fire it."""
