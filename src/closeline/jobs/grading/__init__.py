"""Grading on demand: what waits is decided and graded now, one pick is asked for, and a person decides a result."""

from closeline.jobs.grading.accepting import accept_result
from closeline.jobs.grading.asking import grade_all_pending, grade_pick, grade_published
from closeline.jobs.grading.lateness import lateness
from closeline.jobs.grading.reading import grading_of, grading_of_pick
from closeline.jobs.grading.reviewing import reviews

__all__ = [
    "accept_result", "grade_all_pending", "grade_pick", "grade_published", "grading_of", "grading_of_pick", "lateness",
    "reviews",
]  # fmt: skip
