"""Polls: every call that was made of a feed, what the calls cost, and who is out on one.

Comes in: calls that were made, and reservations of credits. Goes out: how each feed does. Always true: a call that
failed is a row too, the receptions of one feed never stand still or go back, and the ledger is only added to.
"""
