"""The server-rendered dashboard, and the only home of page templates.

Still empty. Pages will show the board, an event, the picks with their lineage, the record, calibration
and operations. Everything that a page shows is read through `closeline.flow.view`; every change is
posted to the verb that owns it.
"""
