"""Performance by cohort: what published picks came to, in sums that add up and in figures that may be read daily.

Comes in: published picks with the grade and line track of a moment. Goes out: figures of any cohort over any days.
Always true: sums are whole numbers, so they add up to the same in any order. A void before play is in no mean; one
after the start keeps its closing-line value. What may be read daily is counted from a cohort's first day on.
"""
