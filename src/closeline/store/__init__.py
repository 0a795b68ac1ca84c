"""The record: engine, unit of work, private tables, guards, migrations, and one file of queries per noun.

What comes in are domain types, what goes out are domain types or framed Polars, never rows. SQL is written
here and nowhere else; `session.unit_of_work` holds the only commit; tables outside `tables.MUTABLE` are never
changed, only added to, and the database itself sees to it.
"""
