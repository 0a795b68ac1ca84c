"""The HTTP door: FastAPI routers, one error handler, pagination and idempotency keys.

Still empty. What comes in is a request and a subject, what goes out is a schema from
`closeline.schemas`. A route is a sentence of at most ten lines: subject, verb, schema. It writes no SQL
and decides nothing that a verb should decide.
"""
