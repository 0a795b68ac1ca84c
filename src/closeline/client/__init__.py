"""The typed client of the record, for people who bring their own model.

Still empty. It will offer the names of the API as Python methods, in process or over HTTP, and return
the shapes of `closeline.schemas`; it never reads the database.
"""
