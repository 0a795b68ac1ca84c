"""Duty: what a runner that stays up adds to jobs: who leads, what is due, what was missed, what becomes of faults."""
