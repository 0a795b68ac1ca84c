"""Showing the board: what the API and the page hand out, made once a version and kept for whoever asks next.

Editions of the shelf go in; prepared answers, changes and the history of an event come out. Nothing here opens the
record but the history of an event, and a record that cannot be read leaves everything else as it is.
"""

from closeline.jobs.showing.showcase import Prepared, Showcase

__all__ = ["Prepared", "Showcase"]
