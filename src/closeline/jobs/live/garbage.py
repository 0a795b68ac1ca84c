"""Garbage: looked for when a board is out, and not while one is made.

A board of two thousand rows makes some fifty thousand objects that are let go of again. Left to itself the interpreter
looks through what is young in the middle of them, and now and then through all that several boards have left: a tenth
of a second, which whoever waits for that board waits too.
"""

import gc

# So many objects more than there were: beyond any board, so that the look of its own accord is for who makes none.
_THRESHOLDS = (200_000, 20, 100)
# After so many boards all is looked through, at one capture a minute once an hour.
_ALL_AFTER = 60


def settle_memory() -> None:
    """Set what a process holds by now apart from what is looked through for garbage, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def look_for_garbage() -> None:
    """Look through what has come since the last look, from time to time through all; only where memory is settled."""
    if gc.get_threshold() != _THRESHOLDS:
        return
    _, _, looks = gc.get_count()
    gc.collect(2 if looks >= _ALL_AFTER else 1)
