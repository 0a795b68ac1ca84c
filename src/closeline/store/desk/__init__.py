"""The desk's own rows: findings, picks and their lives, publications, closing lines and grades.

Comes in: an open session and frozen values. Goes out: the same, as the record holds them.
Always true: rows are only ever added, but for deliveries.
"""
