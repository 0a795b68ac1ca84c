"""Schemas: what crosses the edge. One pydantic model per shape, shared by `--json`, the API and the client.

Comes in: plain values that a door has looked up. Goes out: JSON. Always true: an output has no defaults, so a field
that was forgotten is an error and not a null; a number that is not finite is written as null.
"""
