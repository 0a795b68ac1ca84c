"""Capturing: feeds are asked over the network for what is due, and what they answer becomes evidence.

Comes in: a desk with feeds and a fetcher. Goes out: polls, snapshots, and the events that set the rest going. Always
true: credits are set aside and the slot is claimed before a call; no transaction is open during one; each answer is
kept in a transaction of its own, and where the record cannot be reached its bytes wait in the spool.
"""
