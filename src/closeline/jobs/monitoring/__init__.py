"""Monitoring: what the desk does and how long it takes, measured at its edges and told to those who watch."""
