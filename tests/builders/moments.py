"""One league day in November, and the moments on it that tests speak of."""

from datetime import date, time, timedelta

from closeline.domain.leagues import eastern

DAY = date(2023, 11, 15)
OPENS = eastern(DAY, time(10))
START = eastern(DAY, time(19))
CLOSES = START - timedelta(minutes=5)
ENDS = eastern(DAY + timedelta(days=1), time(4))
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
