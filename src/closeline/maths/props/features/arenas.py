"""Where teams play: a declared table of arenas of the league, to the minute of arc and some ten metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EARTH_RADIUS_MILES = 3958.8
LAST = 9999


@dataclass(frozen=True, slots=True)
class Arena:
    """A place of play. zone: hours of standard time from UTC. summer: whether clocks go forward. altitude: metres."""

    city: str
    latitude: float
    longitude: float
    zone: int
    summer: bool
    altitude: int


@dataclass(frozen=True, slots=True)
class Home:
    """A team's arena up to and with a season; the names are the record's own and the codes of box scores."""

    names: tuple[str, ...]
    arena: str
    until: int = LAST


ARENAS = (
    Arena("Atlanta", 33.76, -84.40, -5, True, 310),
    Arena("Boston", 42.37, -71.06, -5, True, 10),
    Arena("Brooklyn", 40.68, -73.98, -5, True, 20),
    Arena("Charlotte", 35.23, -80.84, -5, True, 230),
    Arena("Chicago", 41.88, -87.67, -6, True, 180),
    Arena("Cleveland", 41.50, -81.69, -5, True, 200),
    Arena("Dallas", 32.79, -96.81, -6, True, 130),
    Arena("Denver", 39.75, -105.01, -7, True, 1580),
    Arena("Detroit", 42.34, -83.06, -5, True, 180),
    Arena("Houston", 29.75, -95.36, -6, True, 20),
    Arena("Indianapolis", 39.76, -86.16, -5, True, 220),
    Arena("Los Angeles", 34.04, -118.27, -8, True, 90),
    Arena("Memphis", 35.14, -90.05, -6, True, 80),
    Arena("Miami", 25.78, -80.19, -5, True, 0),
    Arena("Milwaukee", 43.05, -87.92, -6, True, 190),
    Arena("Minneapolis", 44.98, -93.28, -6, True, 260),
    Arena("New Orleans", 29.95, -90.08, -6, True, 0),
    Arena("New York", 40.75, -73.99, -5, True, 20),
    Arena("Newark", 40.73, -74.17, -5, True, 10),
    Arena("Oakland", 37.75, -122.20, -8, True, 10),
    Arena("Oklahoma City", 35.46, -97.52, -6, True, 370),
    Arena("Orlando", 28.54, -81.38, -5, True, 30),
    Arena("Philadelphia", 39.90, -75.17, -5, True, 10),
    Arena("Phoenix", 33.45, -112.07, -7, False, 330),
    Arena("Portland", 45.53, -122.67, -8, True, 10),
    Arena("Sacramento", 38.58, -121.50, -8, True, 10),
    Arena("Salt Lake City", 40.77, -111.90, -7, True, 1300),
    Arena("San Antonio", 29.43, -98.44, -6, True, 200),
    Arena("San Francisco", 37.77, -122.39, -8, True, 0),
    Arena("Seattle", 47.62, -122.35, -8, True, 40),
    Arena("Tampa", 27.94, -82.45, -5, True, 0),
    Arena("Toronto", 43.64, -79.38, -5, True, 80),
    Arena("Vancouver", 49.28, -123.11, -8, True, 10),
    Arena("Washington", 38.90, -77.02, -5, True, 10),
)  # fmt: skip

HOMES = (
    Home(("hawks", "ATL"), "Atlanta"),
    Home(("celtics", "BOS"), "Boston"),
    Home(("nets", "BKN", "BRK"), "Newark", 2011),
    Home(("nets", "BKN", "BRK"), "Brooklyn"),
    Home(("NJN",), "Newark", 2011),
    Home(("hornets", "CHA", "CHO", "CHH"), "Charlotte"),
    Home(("bulls", "CHI"), "Chicago"),
    Home(("cavaliers", "CLE"), "Cleveland"),
    Home(("mavericks", "DAL"), "Dallas"),
    Home(("nuggets", "DEN"), "Denver"),
    Home(("pistons", "DET"), "Detroit"),
    Home(("warriors", "GSW"), "Oakland", 2018),
    Home(("warriors", "GSW"), "San Francisco"),
    Home(("rockets", "HOU"), "Houston"),
    Home(("pacers", "IND"), "Indianapolis"),
    Home(("clippers", "LAC"), "Los Angeles"),
    Home(("lakers", "LAL"), "Los Angeles"),
    Home(("grizzlies", "MEM", "VAN"), "Vancouver", 2000),
    Home(("grizzlies", "MEM"), "Memphis"),
    Home(("heat", "MIA"), "Miami"),
    Home(("bucks", "MIL"), "Milwaukee"),
    Home(("timberwolves", "MIN"), "Minneapolis"),
    Home(("NOK",), "Oklahoma City", 2006),
    Home(("pelicans", "NOP", "NOH"), "New Orleans"),
    Home(("knicks", "NYK"), "New York"),
    Home(("thunder", "OKC", "SEA"), "Seattle", 2007),
    Home(("thunder", "OKC"), "Oklahoma City"),
    Home(("magic", "ORL"), "Orlando"),
    Home(("76ers", "PHI"), "Philadelphia"),
    Home(("suns", "PHX", "PHO"), "Phoenix"),
    Home(("trail-blazers", "POR"), "Portland"),
    Home(("kings", "SAC"), "Sacramento"),
    Home(("spurs", "SAS"), "San Antonio"),
    Home(("raptors", "TOR"), "Toronto", 2019),
    Home(("raptors", "TOR"), "Tampa", 2020),
    Home(("raptors", "TOR"), "Toronto"),
    Home(("jazz", "UTA"), "Salt Lake City"),
    Home(("wizards", "WAS", "WSH"), "Washington"),
)  # fmt: skip

_PLACES = {arena.city: place for place, arena in enumerate(ARENAS)}


def arena_of(team: str, season: int) -> int:
    """Return the place in `ARENAS` of a team's arena in a season (the year in which it starts), -1 where unknown."""
    found = [home.arena for home in HOMES if team in home.names and season <= home.until]
    return _PLACES[found[0]] if found else -1


def miles_between(arenas: Sequence[Arena] = ARENAS) -> NDArray[np.float64]:
    """Return great-circle miles between all arenas, square; source: the haversine formula on a sphere."""
    latitude, longitude = np.radians([[arena.latitude, arena.longitude] for arena in arenas]).T
    across = np.sin((latitude[:, None] - latitude) / 2) ** 2
    along = np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(across + along)))


def start_hour(starts_at: NDArray[np.int64], arena: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the hour of the day, 0 to 24, by the clock at the arena; NaN where time (0) or arena (-1) is unknown.

    starts_at: unix microseconds. Both shapes (g,). Clocks go forward by the rule of the United States: from 2007 on
    between the second Sunday of March and the first of November, before between the first of April and the last of
    October.
    """
    known = (starts_at != 0) & (arena >= 0)
    zones = np.array([place.zone for place in ARENAS])[arena]
    local = starts_at // 1_000_000 + 3600 * zones
    forward = _is_summer(local // 86_400) & np.array([place.summer for place in ARENAS])[arena]
    return np.where(known, ((local + 3600 * forward) % 86_400) / 3600, np.nan)


def _is_summer(day: NDArray[np.int64]) -> NDArray[np.bool_]:
    years = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    summer = np.zeros(len(day), dtype=np.bool_)
    for year in np.unique(years):
        new = year >= 2007
        begin = _sunday(f"{year}-03-08" if new else f"{year}-04-01")
        end = _sunday(f"{year}-11-01" if new else f"{year}-10-25")
        summer |= (years == year) & (day >= begin) & (day < end)
    return summer


def _sunday(text: str) -> int:
    """Return the first Sunday from a date on, as days since 1970-01-01, which was a Thursday."""
    day = int(np.datetime64(text, "D").astype(np.int64))
    return day + (3 - day) % 7
