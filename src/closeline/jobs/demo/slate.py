"""The slate of the scripted evening: games that never were, on the day after the archives end. Nothing is evidence.

What the market truly thinks of the teams is read from the closing lines of the archives, so that the desk meets teams
that it knows. The openers are off by a script, and that is what the desk may find. Names say SYNTHETIC.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from closeline.domain.feeds.captures import ParsedEvent, ParsedPayload, Phase, RawPayload
from closeline.domain.ids import sha256_hex
from closeline.domain.leagues import SPORT_KEYS, League, eastern, season_of
from closeline.domain.markets import SPREAD, TOTAL, Side
from closeline.jobs.demo.synthetic import SOURCE, Floats, market
from closeline.jobs.shelf import Shelf
from closeline.maths.distributions import read_pair
from closeline.maths.simulate.streams import stream
from closeline.store.packaged import read_artefact

GAMES_MOST = 6
TIP_OFF = time(19, 30)
LEARNED_FROM = timedelta(days=120)
# By how many points the openers are off, game by game: margin and total. More than any real opener is: it must show.
OFF = ((6.5, 0.0), (-6.5, 0.0), (0.0, 9.0), (0.0, -9.0), (5.0, 7.0), (-5.0, -7.0))
BOOKS = {"synthetic_harbour": 0.0, "synthetic_summit": 0.3, "synthetic_prairie": -0.3}
_PLACES = 6


@dataclass(frozen=True, slots=True)
class Game:
    """A game of the evening: its teams, and the true margin and total. `opened` is by how much its openers are off."""

    event_id: str
    home: str
    away: str
    truth: tuple[float, float]
    opened: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slate:
    """The evening's games of one league, all starting at once."""

    league: League
    day: date
    games: tuple[Game, ...]

    @property
    def starts_at(self) -> datetime:
        """Return when the games begin."""
        return eastern(self.day, TIP_OFF)

    def prices(self, name: str, at: datetime, overshot: frozenset[int] = frozenset()) -> RawPayload:
        """Return what the books ask at a moment, as The Odds API would answer it.

        overshot: the games whose line has moved past the truth, by as much as its opener was off.
        """
        off = np.asarray([game.opened for game in self.games])
        turned = np.asarray([[-1.0 if place in overshot else 1.0] for place in range(len(self.games))])
        means = np.asarray([game.truth for game in self.games]) + off * turned
        asked = {book: _asked(self.league, means + own) for book, own in BOOKS.items()}
        told = [
            _record(self, game, at, {book: found[place] for book, found in asked.items()})
            for place, game in enumerate(self.games)
        ]
        return RawPayload(f"synthetic_evening_{name}.json", json.dumps(told, separators=(",", ":")).encode(), at)

    def results(self) -> RawPayload:
        """Return how the games ended, as a games table: the true margin and total, whole and never level."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("source", "league", "season", "game_date", "start_time_utc", "home_team", "away_team",
                         "home_score", "away_score"))  # fmt: skip
        head = (SOURCE, self.league, season_of(self.league, self.day), self.day, self.starts_at.isoformat())
        for game in self.games:
            margin, total = round(game.truth[0]) or 1, round(game.truth[1])
            total += (total + margin) % 2
            writer.writerow((*head, game.home, game.away, (total + margin) // 2, (total - margin) // 2))
        return RawPayload(f"synthetic_evening_{self.league}.csv", out.getvalue().encode(), self.starts_at)


def evening_slate(shelf: Shelf) -> Slate:
    """Return the slate of the day after a shelf's last: of basketball where it has any, else of its first league."""
    league = League.NBA if League.NBA in shelf.leagues else shelf.leagues[0]
    last = max(opening.day for opening in shelf.timetable())
    day = last + timedelta(days=1)
    parts = [archive.parsed for archive in shelf.archives]
    played = [event for parsed in parts for event in parsed.events
              if event.league is league and event.day >= last - LEARNED_FROM]  # fmt: skip
    means = _closing_means(parts, played)
    teams, strength, base = _strengths(played, means)
    order = _rested(played, teams, league, day)
    games = []
    for number in range(min(GAMES_MOST, len(teams) // 2)):
        home, away = order[2 * number], order[2 * number + 1]
        margin = base[0] + strength[home][0] - strength[away][0]
        total = base[1] + strength[home][1] + strength[away][1]
        truth = (round(float(margin), _PLACES), round(float(total), _PLACES))
        name = sha256_hex(f"synthetic evening:{league}:{day}:{teams[home]}:{teams[away]}".encode())[:32]
        games.append(Game(name, teams[home], teams[away], truth, OFF[number]))
    return Slate(league, day, tuple(games))


def _closing_means(parts: Iterable[ParsedPayload], played: Sequence[ParsedEvent]) -> dict[str, tuple[float, float]]:
    """Return the margin and total that the closing lines name, for the games that have both."""
    wanted = {event.provider_event_id for event in played}
    spreads: dict[str, float] = {}
    totals: dict[str, float] = {}
    for parsed in parts:
        for quote in parsed.quotes:
            if quote.phase is not Phase.CLOSE or quote.line_quarters is None or quote.provider_event_id not in wanted:
                continue
            if quote.market == SPREAD and quote.side is Side.HOME:
                spreads[quote.provider_event_id] = -quote.line_quarters / 4
            elif quote.market == TOTAL and quote.side is Side.OVER:
                totals[quote.provider_event_id] = quote.line_quarters / 4
    return {name: (spreads[name], totals[name]) for name in sorted(spreads.keys() & totals.keys())}


def _strengths(
    played: Sequence[ParsedEvent], means: Mapping[str, tuple[float, float]]
) -> tuple[list[str], Floats, Floats]:  # fmt: skip
    """Return the teams, what each adds to margins and totals, and the margin and total of two average teams."""
    lined = [event for event in played if event.provider_event_id in means]
    teams = sorted({team for event in lined for team in (event.home, event.away)})
    place = {team: number for number, team in enumerate(teams)}
    rows = np.zeros((2, len(lined), len(teams) + 1))
    rows[:, :, -1] = 1.0
    for number, event in enumerate(lined):
        rows[:, number, place[event.home]] = 1.0
        rows[:, number, place[event.away]] = (-1.0, 1.0)
    told = np.asarray([means[event.provider_event_id] for event in lined])
    fitted = np.stack([np.linalg.lstsq(rows[of], told[:, of], rcond=None)[0] for of in (0, 1)], axis=1)
    return teams, fitted[:-1], fitted[-1]


def _rested(played: Sequence[ParsedEvent], teams: Sequence[str], league: League, day: date) -> list[int]:
    """Return the teams as they take the floor: those first that have rested longest, and chance among equals."""
    last: dict[str, date] = {}
    for event in played:
        for team in (event.home, event.away):
            last[team] = max(last.get(team, event.day), event.day)
    drawn = stream("evening", league, day).random(len(teams)).tolist()
    return sorted(range(len(teams)), key=lambda number: (last[teams[number]], drawn[number]))


# Spread, total and winner of one game at one book: a line, and the prices of HOME and AWAY, or OVER and UNDER.
_Lines = tuple[tuple[float, tuple[int, int]], tuple[float, tuple[int, int]], tuple[int, int]]


def _asked(league: League, means: Floats) -> list[_Lines]:
    distributions = read_pair(read_artefact(f"distribution_{league}.json").decode())
    phase = market(distributions, means, shade=1.0, generator=stream("evening prices", league))
    return [
        ((float(phase.spread[place]) + 0.0, phase.spread_prices[place]),
         (float(phase.total[place]), phase.total_prices[place]), phase.moneyline[place])
        for place in range(len(means))
    ]  # fmt: skip


def _record(slate: Slate, game: Game, at: datetime, asked: Mapping[str, _Lines]) -> Mapping[str, object]:
    sport = next(key for key, league in SPORT_KEYS.items() if league is slate.league)
    return {
        "id": game.event_id, "sport_key": sport, "sport_title": "SYNTHETIC", "commence_time": _text(slate.starts_at),
        "home_team": game.home, "away_team": game.away,
        "bookmakers": [
            {"key": book, "title": book, "last_update": _text(at), "markets": _markets(game, lines, at)}
            for book, lines in asked.items()
        ],
    }  # fmt: skip


def _markets(game: Game, lines: _Lines, at: datetime) -> list[Mapping[str, object]]:
    (spread, spread_prices), (total, total_prices), winner = lines
    sides = (game.home, game.away)
    told = (
        ("h2h", [{"name": name, "price": price} for name, price in zip(sides, winner, strict=True)]),
        ("spreads", [
            {"name": name, "price": price, "point": point + 0.0}
            for name, price, point in zip(sides, spread_prices, (spread, -spread), strict=True)
        ]),
        ("totals", [
            {"name": name, "price": price, "point": total}
            for name, price in zip(("Over", "Under"), total_prices, strict=True)
        ]),
    )  # fmt: skip
    return [{"key": key, "last_update": _text(at), "outcomes": outcomes} for key, outcomes in told]


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
