"""Simulation: streams of chance that depend on what is simulated, never on who runs it or in what order."""
