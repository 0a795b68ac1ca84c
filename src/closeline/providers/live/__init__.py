"""Feeds that are asked over the network: for each source, what to fetch and how to read it.

A feed here is two pure functions and holds nothing but what it was made with; it never fetches. What its bytes say is
read by the same reader as a file that was handed in, so that stored bytes are read again to the same end.
"""
