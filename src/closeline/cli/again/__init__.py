"""Again: what was done once, run another time."""
