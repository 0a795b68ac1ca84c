"""Waiting: how often a job that fails is tried again, and how long it waits in between."""

from datetime import timedelta

ATTEMPTS_MAX = 6
WAITED_FIRST = timedelta(seconds=30)
WAITED_MAX = timedelta(hours=1)


def waited(attempts: int) -> timedelta:
    """Return how long a job that failed so often (at least once) waits: 30 s, doubled each time, at most an hour."""
    assert attempts >= 1, f"attempts must be at least 1, was {attempts}"
    doublings = min(attempts - 1, 16)
    return min(WAITED_MAX, WAITED_FIRST * (1 << doublings))
