"""Alembic migrations, `versions/NNNN_short_name.py`, one head.

Each says in full what it makes; none reads the tables. They run by `store.schema`, inside its one
transaction: a migration that is cut short leaves nothing behind.
"""
