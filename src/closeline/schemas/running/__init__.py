"""The desk while it runs: its jobs and its health, as they are told."""
