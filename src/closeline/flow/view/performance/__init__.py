"""Performance by cohort: what published picks came to, in sums that add up and in figures that may be read daily.

Comes in: published picks with the grade and line track of a moment. Goes out: figures of any cohort over any days.
Always true: sums are whole numbers, so they add up to the same in any order; voids are counted and nothing else.
"""
