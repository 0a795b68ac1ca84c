"""The ten verbs, in the order in which data flows: load, compute, save, record an event.

Comes in: an open session and plain values. Goes out: rows in the record and the event that tells of them.
Always true: a verb never calls another, commits nothing, and knows only what was received by its `as_of`.
"""
