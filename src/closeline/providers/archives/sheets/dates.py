"""Years for dates that have none: a sheet writes 1030 for 30 October; its name and order tell the year."""

import re
from datetime import date

from closeline.domain.leagues import SEASON_STARTS_IN, League
from closeline.providers.archives.sheets.cells import Raw, number_cell

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}|(?<=[0-9]{4})(?:19|20)[0-9]{2}")


def year_in(text: str) -> int | None:
    """Return the first year in a text: 2007 of `2007-08`, 2015 of `20152016`."""
    found = _YEAR.search(text)
    return int(found[0]) if found else None


def month_and_day(raw: Raw) -> tuple[int, int] | None:
    """Return (10, 30) for 1030; None for what is no such number."""
    value = number_cell(raw)
    if isinstance(value, str) or value is None or value != int(value) or not 101 <= value <= 1231:
        return None
    return divmod(int(value), 100)


class Calendar:
    """Gives each row's date its year: the one that puts it nearest to the row before."""

    def __init__(self, league: League, season: int | None) -> None:
        """Begin with the year in which the season starts; without one no date can be read."""
        self.season = season
        self._league = league
        self._last: date | None = None

    def day(self, raw: Raw) -> date | None:
        """Return the date of the next row, or None. A season that starts late begins in its second year."""
        parts = month_and_day(raw)
        if parts is None or self.season is None:
            return None
        if self._last is None:
            late = parts[0] < SEASON_STARTS_IN[self._league]
            found = _date(self.season + late, parts)
        else:
            last = self._last
            near = [_date(last.year + shift, parts) for shift in (-1, 0, 1)]
            found = min((day for day in near if day), key=lambda day: abs(day - last), default=None)
        self._last = found or self._last
        return found


def _date(year: int, parts: tuple[int, int]) -> date | None:
    try:
        return date(year, *parts)
    except ValueError:
        return None
