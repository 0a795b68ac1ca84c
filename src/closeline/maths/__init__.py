"""Numbers: odds, distributions, ratings, scores and calibration.

Comes in: arrays and plain values. Goes out: arrays and frozen results that say how they were made.
Always true: nothing here reads a file, a clock or a setting, and chance is an argument.
"""
