"""What a feed says, made by hand: each builder has sound defaults and takes what a test is about."""

from datetime import date, datetime

from closeline.domain.feeds.captures import (
    Basis,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    Phase,
    RawPayload,
    Rejected,
    ResultStatus,
)
from closeline.domain.leagues import League, season_of
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.jobs.shelf import Archive
from tests.builders.moments import DAY, ENDS, OPENS, START

HOME, AWAY = "Boston Celtics", "Miami Heat"
GAME = "nba_heat_celtics_2023_11_15"
FEED = "games_table"


def a_price(text: str = "-110") -> Price:
    return Price.quoted(text, OddsFormat.AMERICAN)


def an_event(
    name: str = "g1", *, home: str = HOME, away: str = AWAY, day: date = DAY, starts_at: datetime = START,
    basis: Basis = Basis.QUOTED, league: League = League.NBA, season: int | None = None, game_no: int = 1,
    neutral: bool = False, home_pitcher: str | None = None, away_pitcher: str | None = None, place: str = "row 1",
    playoff: bool | None = None,
) -> ParsedEvent:  # fmt: skip
    return ParsedEvent(
        name, league, day, season or season_of(league, day), home, away, starts_at, basis, neutral, game_no,
        home_pitcher, away_pitcher, place, playoff,
    )  # fmt: skip


def a_quote(
    event: str = "g1", *, market: Market = SPREAD, side: Side | None = None, line: int | None = -14, price: str = "-110",
    at: datetime = OPENS, book: str = "archive", phase: Phase = Phase.OPEN, place: str = "row 1",
) -> ParsedQuote:  # fmt: skip
    side = side or market.sides[0]
    return ParsedQuote(
        event, phase, book, market, side, line if market.has_line else None, a_price(price), at, None, place
    )


def both_sides(
    event: str = "g1", market: Market = SPREAD, line: int | None = -14, prices: tuple[str, str] = ("-110", "-110"), *,
    at: datetime = OPENS, book: str = "archive", phase: Phase = Phase.OPEN,
) -> tuple[ParsedQuote, ParsedQuote]:  # fmt: skip
    """Give both sides of a market; `line` is of HOME or OVER."""
    first, second = market.sides
    mirrored = -line if market.type is MarketType.SPREAD and line is not None else line
    place = f"row {event} {market.key} {phase}"
    return (
        a_quote(
            event, market=market, side=first, line=line, price=prices[0], at=at, book=book, phase=phase, place=place
        ),
        a_quote(
            event,
            market=market,
            side=second,
            line=mirrored,
            price=prices[1],
            at=at,
            book=book,
            phase=phase,
            place=place,
        ),
    )


def three_markets(
    event: str = "g1", *, at: datetime = OPENS, phase: Phase = Phase.OPEN, book: str = "archive", spread: int = -14,
    total: int = 900, moneyline: tuple[str, str] = ("-160", "+140"),
) -> tuple[ParsedQuote, ...]:  # fmt: skip
    return (
        *both_sides(event, SPREAD, spread, at=at, phase=phase, book=book),
        *both_sides(event, TOTAL, total, at=at, phase=phase, book=book),
        *both_sides(event, MONEYLINE, None, moneyline, at=at, phase=phase, book=book),
    )


def a_result(
    event: str = "g1", score: tuple[int | None, int | None] = (110, 104), *, at: datetime = ENDS,
    status: ResultStatus = ResultStatus.FINAL, place: str = "row 1",
) -> ParsedResult:  # fmt: skip
    return ParsedResult(event, status, score[0], score[1], at, place=place)


def a_payload(
    *parts: ParsedEvent | ParsedQuote | ParsedResult | Rejected, provider: str = FEED, archive: bool = True
) -> ParsedPayload:
    """Sort parts into a payload; without an event the game `g1` is described."""
    events = tuple(part for part in parts if isinstance(part, ParsedEvent))
    return ParsedPayload(
        provider, f"{provider}/1", events or (an_event(),),
        tuple(part for part in parts if isinstance(part, ParsedQuote)),
        tuple(part for part in parts if isinstance(part, ParsedResult)),
        tuple(part for part in parts if isinstance(part, Rejected)),
        archive,
    )  # fmt: skip


def shelved(parsed: ParsedPayload, content: bytes | None = None) -> Archive:
    """Give an archive whose bytes are made up: the payload's own description."""
    return Archive(RawPayload("made up", content or repr(parsed).encode(), ENDS), parsed.provider, parsed)
