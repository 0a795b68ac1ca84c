"""Freshness: how much of players the record holds, how new it is, and what of it had to be set aside."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.leagues import League
from closeline.domain.props.boxes import LOGS_OF
from closeline.store.session import Session
from closeline.store.tables.evidence import quarantine, quote_heartbeat
from closeline.store.tables.players import player_game

_OF_LEAGUE = (player_game.c.league == bindparam("league_code"), player_game.c.received_at <= bindparam("as_of"))
_HELD = select(
    func.count(), func.count(player_game.c.player_id.distinct()), func.min(player_game.c.day),
    func.max(player_game.c.day),
).where(
    *_OF_LEAGUE, player_game.c.provider == bindparam("provider_name"), player_game.c.result_version == 1
)  # fmt: skip
_LAST_PRICE = select(func.max(quote_heartbeat.c.last_seen_at)).where(
    quote_heartbeat.c.event_id.startswith(bindparam("prefix"), autoescape=False), quote_heartbeat.c.player_id != ""
)
# Feeds of files that hold players, and nothing else.
_FEEDS = ("player_games", "player_props")
_ASIDE = (
    select(quarantine.c.feed, quarantine.c.reason, func.count().label("records"))
    .where(quarantine.c.feed.in_(_FEEDS), quarantine.c.received_at <= bindparam("as_of"))
    .group_by(quarantine.c.feed, quarantine.c.reason)
    .order_by(quarantine.c.feed, quarantine.c.reason)
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the record holds of players: rows of box scores, players, the first and last day played; null without."""

    rows: int
    players: int
    first_day: date | None
    last_day: date | None
    last_price_at: datetime | None


@dataclass(frozen=True, slots=True)
class Aside:
    """How many records of a feed were set aside for a reason."""

    feed: str
    reason: str
    records: int


def held(session: Session, league: League, *, as_of: datetime) -> Held:
    """Return what was received by `as_of` of a league's players."""
    asked = {"league_code": league, "provider_name": LOGS_OF, "as_of": as_of}
    rows, players, first, last = session.rows(_HELD, asked)[0]
    price = session.scalar(_LAST_PRICE, {"prefix": f"{league}_"})
    return Held(int(rows), int(players), _day(first), _day(last), price)


def aside(session: Session, *, as_of: datetime) -> list[Aside]:
    """Return what of files of players was set aside by `as_of`, by feed and reason."""
    return [Aside(row.feed, row.reason, int(row.records)) for row in session.rows(_ASIDE, {"as_of": as_of})]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
