"""The slate: who is expected to play on a day, by the last games of each team and by what books quote."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import bindparam, func, select

from closeline.domain.leagues import League, eastern
from closeline.domain.props.boxes import LOGS_OF
from closeline.store import references
from closeline.store.injuries import REPORT_AGE_MAX
from closeline.store.players.reported import reports_of
from closeline.store.references import EventVersion
from closeline.store.session import Session
from closeline.store.tables.evidence import quote
from closeline.store.tables.players import player_game
from closeline.store.tables.reference import event

LAST_GAMES = 10
# Fewer games than these are too few to decide by; such a player is listed all the same.
GAMES_MIN = 5
# Further back no game says who is of a team: between two seasons lie some six months.
_LOOK_BACK = timedelta(days=300)

_EVENTS = select(event.c.event_id).where(event.c.league == bindparam("league_code"), event.c.day == bindparam("on_day"))
_APPEARANCES = (
    select(player_game.c.day, player_game.c.provider_event_id, player_game.c.team_id, player_game.c.player_id)
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.day >= bindparam("first_day"),
        player_game.c.day < bindparam("on_day"),
        player_game.c.received_at <= bindparam("as_of"),
        player_game.c.result_version == 1,
    )
    .order_by(player_game.c.day, player_game.c.provider_event_id, player_game.c.player_id)
)
_GAMES = (
    select(player_game.c.player_id, func.count().label("games"))
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.player_id.in_(bindparam("players", expanding=True)),
        player_game.c.received_at <= bindparam("as_of"),
        player_game.c.day < bindparam("on_day"),
        player_game.c.result_version == 1,
    )
    .group_by(player_game.c.player_id)
)
_QUOTED = (
    select(quote.c.event_id, quote.c.player_id)
    .distinct()
    .where(
        quote.c.event_id.in_(bindparam("events", expanding=True)),
        quote.c.player_id != "",
        quote.c.received_at <= bindparam("as_of"),
    )
    .order_by(quote.c.event_id, quote.c.player_id)
)


@dataclass(frozen=True, slots=True)
class SlateEntry:
    """A player who is expected to play in an event that has not begun.

    home: 1 at home, 0 away, -1 on a neutral site. games: how many of his games are known. plays: the chance that he
    plays by his last report, None where there is none. quoted: whether a price names him.
    """

    event_id: str
    season: int
    day: date
    player_id: str
    team_id: str
    opponent_id: str
    home: int
    games: int
    plays: float | None = None
    quoted: bool = False

    @property
    def has_few_games(self) -> bool:
        """Say whether fewer games of him are known than a decision asks for."""
        return self.games < GAMES_MIN


@dataclass(frozen=True, slots=True)
class Slate:
    """Who is expected, by event, team and player; `unplaced` are players whom prices name and no team is known for."""

    entries: tuple[SlateEntry, ...]
    unplaced: tuple[tuple[str, str], ...] = ()


def slate_of(session: Session, league: League, day: date, as_of: datetime, *, provider: str = LOGS_OF) -> Slate:
    """Return who is expected to play in the events of a league day that begin after `as_of`, by what was received then.

    A player is expected by his team when he played in one of its last ten games and was not seen with another team
    since, and by a price that names him when he was last seen with one of the two teams.
    """
    named = [row.event_id for row in session.rows(_EVENTS, {"league_code": league, "on_day": day.isoformat()})]
    known = references.versions(session, sorted(named), as_of=as_of)
    events = {name: version for name, version in known.items() if version.starts_at > as_of}
    squads = _squads(session, league, day, as_of)
    quoted = [(row[0], row[1]) for row in session.rows(_QUOTED, {"events": sorted(events), "as_of": as_of})]
    wanted, unplaced = _placed(events, squads, quoted)
    games = _games(session, league, day, as_of, sorted({player for _, _, player in wanted}))
    plays = _plays(session, league, as_of, provider, squads.last_day) if wanted else {}
    entries = [
        _entry(events[name], day, team, player, games.get(player, 0), plays.get(player), (name, player) in set(quoted))
        for name, team, player in sorted(wanted)
    ]
    return Slate(tuple(entries), tuple(unplaced))


@dataclass(frozen=True, slots=True)
class _Squads:
    """Who played in each team's last games, and with which team and on which day each player was seen last."""

    recent: Mapping[str, frozenset[str]]
    last_team: Mapping[str, str]
    last_day: Mapping[str, date]


def _squads(session: Session, league: League, day: date, as_of: datetime) -> _Squads:
    asked = {
        "league_code": league, "on_day": day.isoformat(), "first_day": (day - _LOOK_BACK).isoformat(), "as_of": as_of,
    }  # fmt: skip
    games: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    last_team: dict[str, str] = {}
    last_day: dict[str, date] = {}
    for row in session.rows(_APPEARANCES, asked):
        games[row.team_id].setdefault(row.provider_event_id, set()).add(row.player_id)
        last_team[row.player_id] = row.team_id
        last_day[row.player_id] = date.fromisoformat(row.day)
    recent = {
        team: frozenset().union(*list(played.values())[-LAST_GAMES:]) for team, played in games.items()
    }  # fmt: skip
    return _Squads(recent, last_team, last_day)


def _placed(
    events: Mapping[str, EventVersion], squads: _Squads, quoted: Sequence[tuple[str, str]]
) -> tuple[set[tuple[str, str, str]], list[tuple[str, str]]]:
    """Return who is expected for which team of which event, and who is quoted without a team."""
    wanted = set(_expected(events, squads))
    unplaced = []
    for name, player in quoted:
        version, team = events[name], squads.last_team.get(player, "")
        if team in (version.home_team_id, version.away_team_id):
            wanted.add((name, team, player))
        else:
            unplaced.append((name, player))
    return wanted, unplaced


def _expected(events: Mapping[str, EventVersion], squads: _Squads) -> Iterator[tuple[str, str, str]]:
    for name, version in events.items():
        for team in (version.home_team_id, version.away_team_id):
            for player in squads.recent.get(team, ()):
                if squads.last_team[player] == team:
                    yield name, team, player


def _games(
    session: Session, league: League, day: date, as_of: datetime, players: Sequence[str]
) -> dict[str, int]:  # fmt: skip
    asked = {"league_code": league, "players": list(players), "as_of": as_of, "on_day": day.isoformat()}
    return {row.player_id: row.games for row in session.rows(_GAMES, asked)} if players else {}


def _plays(
    session: Session, league: League, as_of: datetime, provider: str, last_day: Mapping[str, date]
) -> dict[str, float]:  # fmt: skip
    """Return the chance by the last report of each player; an old report says nothing any more.

    Nor does one from before the day on which he last played: who has played since is back. What was told on that day
    itself stands, for nobody knows whether it was told before the game or of what happened in it.
    """
    told = reports_of(session, league, as_of=as_of, provider=provider)
    return {
        item.player_id: item.plays
        for item in told
        if item.told_at >= max(as_of - REPORT_AGE_MAX, _begins(last_day.get(item.player_id)))
    }


def _begins(day: date | None) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if day is None else eastern(day, time())


def _entry(
    version: EventVersion, day: date, team: str, player: str, games: int, plays: float | None, quoted: bool  # noqa: FBT001
) -> SlateEntry:  # fmt: skip
    at_home = team == version.home_team_id
    opponent = version.away_team_id if at_home else version.home_team_id
    home = -1 if version.neutral else int(at_home)
    return SlateEntry(version.event_id, version.season, day, player, team, opponent, home, games, plays, quoted)
