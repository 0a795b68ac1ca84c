"""Carriers: channels that bring a published pick to whoever asked for it, by webhook and by mail.

What comes in is a message; what goes out is a receipt. Always true: what was surely not sent is told apart from what
may have been, and no secret stands in a fault.
"""
