"""The one fetcher: bytes from outside, and whatever goes wrong on the way as a value.

What comes in is an item of a feed; what goes out is a `Fetched`. Always true: only hosts of the list are called, at an
address that was looked at; every call ends at its deadline; no redirect is followed; a body is read with bounded
memory; a key is added here, on the way out, and nothing that leaves this room holds it.
"""
