"""The database itself: engines, bulk inserts, append-only guards, and its faults in our words.

Comes in: a URL, rows. Goes out: connections that keep the promises of the record, and errors of our own tree.
Always true: nothing here knows what the tables mean.
"""
