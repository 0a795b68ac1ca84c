"""A file of player values: CSV with the columns team, player and value_points, read whole or not at all."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from math import isfinite

from closeline.domain.forecasts.injuries import VALUE_POINTS_MAX, PlayerValue
from closeline.domain.identity import ANY_PROVIDER, AliasTable
from closeline.domain.identity.names import fold
from closeline.domain.leagues import League

COLUMNS = ("team", "player", "value_points")
_HEADER_LINES = 1


@dataclass(frozen=True, slots=True)
class ReadValues:
    """What a file says: its values, and each fault of it in one line; with a fault nothing of it holds."""

    values: tuple[PlayerValue, ...]
    faults: tuple[str, ...]


def read_values(content: bytes, league: League, aliases: AliasTable) -> ReadValues:
    """Read the values of a league's players; a team is named as any alias of the league spells it."""
    try:
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        return ReadValues((), (f"must be CSV in UTF-8, was not: {fault}",))
    header = [name.strip() for name in rows[0]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        return ReadValues((), (f"must have the columns {', '.join(COLUMNS)}, had {', '.join(header) or 'none'}",))
    values: list[PlayerValue] = []
    faults: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in _lines(rows):
        read = _value(dict(zip(header, row, strict=False)), league, aliases) if len(row) == len(header) else ""
        if isinstance(read, str):
            faults.append(f"line {line}: {read or f'must have {len(header)} cells, had {len(row)}'}")
            continue
        first = seen.setdefault((read.team_id, fold(read.player)), line)
        if first != line:
            faults.append(f"line {line}: {read.player} must stand in the file once, stood in line {first}")
        values.append(read)
    return ReadValues(tuple(values), tuple(faults) if values or faults else ("must have a player, had none",))


def _lines(rows: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, by their number in the file."""
    yield from ((line, row) for line, row in enumerate(rows[_HEADER_LINES:], start=2) if any(map(str.strip, row)))


def _value(cells: dict[str, str], league: League, aliases: AliasTable) -> PlayerValue | str:
    """Return a value, or what is wrong with it."""
    team, player, points = (cells[name].strip() for name in COLUMNS)
    team_id = aliases.resolve(league, ANY_PROVIDER, team)
    if team_id is None:
        near = ", ".join(aliases.suggest(team, league=league))
        return f"team must be one of {league}, was {team!r}" + (f"; did you mean {near}?" if near else "")
    if not fold(player) or not player.isprintable():
        return f"player must have a name, was {player!r}"
    most = VALUE_POINTS_MAX[league]
    value = _number(points)
    if value is None or not 0.0 <= value <= most:
        return f"value_points of {player} must be a number from 0 to {most:g}, was {points!r}"
    return PlayerValue(team_id, player, value)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
