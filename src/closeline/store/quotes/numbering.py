"""The number of a quote: one more than the last, and never below what its month begins with.

So numbers rise with the order in which quotes were recorded, and say to which month's part of the table each belongs
(`store/database/partitions.py`). Quotes that come late are numbered among those of the month in which they came.
"""

from datetime import date, datetime

from closeline.store.database.partitions import first_number


def number_after(last: int, at: datetime) -> int:
    """Return the number of a quote received `at`, where `last` is the highest that is taken; 0 for none."""
    return max(last, first_number(date(at.year, at.month, 1))) + 1
