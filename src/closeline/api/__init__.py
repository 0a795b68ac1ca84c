"""The HTTP door: FastAPI routers, one map from errors to statuses, cursors and idempotency keys.

What comes in is a request with a key, what goes out is a schema from `closeline.schemas`, or a problem as RFC 9457 has
it. A route is a sentence of at most ten lines: caller, verb, schema. It writes no SQL and decides nothing that a verb
should decide. Every route but the public ones is made by `guard.guarded`, which asks for a key before it looks at
anything else.
"""
