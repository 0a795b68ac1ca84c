"""What is asked of The Odds API, and what each call can cost at worst.

Credits are reserved before a call and settled by its answer, so nothing here is an estimate: it is the most that the
vendor's price list allows. Ten books count as one region, whatever regions they are of.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from closeline.domain.errors import BadSetting
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import PRESEASON_KEYS, SPORT_KEYS, League
from closeline.domain.markets import GAME_MARKETS
from closeline.providers.the_odds_api.markets import names_of

FEED = "the_odds_api"
REGIONS = ("us", "us2", "us_dfs", "us_ex", "uk", "eu", "fr", "se", "au")

_BOOKS_A_REGION = 10
_HISTORICAL = 10
_SCORES, _SCORES_OF_DAYS = 1, 2
_LISTING = 1
_DAYS_BACK = "3"
_KEYS = {league: key for key, league in SPORT_KEYS.items()}
_EVENT = re.compile(r"[0-9A-Za-z_-]{1,64}")
_BOOK = re.compile(r"[0-9a-z_]{1,40}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DAY = ("dateFormat", "iso")


@dataclass(frozen=True, slots=True)
class Offer:
    """Whose prices are asked for: named books, or all books of these regions. Books go before regions."""

    regions: tuple[str, ...] = ("us",)
    books: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the vendor does not know, before it is paid for."""
        unknown = [name for name in self.regions if name not in REGIONS]
        odd = [name for name in self.books if not _BOOK.fullmatch(name)]
        if unknown or odd or not (self.books or self.regions):
            raise BadSetting(
                f"regions must be some of {', '.join(REGIONS)} and books plain keys, were {', '.join(unknown + odd)}"
            )

    @property
    def counts(self) -> int:
        """Return as how many regions a call counts."""
        return -(-len(self.books) // _BOOKS_A_REGION) if self.books else len(self.regions)

    @property
    def query(self) -> tuple[str, str]:
        """Return how the vendor is asked for it."""
        return ("bookmakers", ",".join(self.books)) if self.books else ("regions", ",".join(self.regions))


def items_for(want: Want, offer: Offer) -> Sequence[RawItem]:
    """Return the calls that answer a want; none where the vendor cannot, or where something is missing in it."""
    if want.kind is Kind.SPORTS:
        return (RawItem(FEED, "/v4/sports"),)
    if want.league is None:
        return ()
    sport = f"sports/{_KEYS[want.league]}"
    if want.kind is Kind.SCORES:
        return (_scores(want, sport),)
    return _listed(want, sport, offer) or _priced(want, want.league, sport, offer)


def _listed(want: Want, sport: str, offer: Offer) -> Sequence[RawItem]:
    """Return what lists something and no price: events now and in the past, teams, and the markets of an event."""
    match want.kind:
        case Kind.EVENTS:
            return (RawItem(FEED, f"/v4/{sport}/events", (_DAY,)),)
        case Kind.PRESEASON if PRESEASON_KEYS.get(want.competition) is want.league:
            return (RawItem(FEED, f"/v4/sports/{want.competition}/events", (_DAY,)),)
        case Kind.PARTICIPANTS:
            return (RawItem(FEED, f"/v4/{sport}/participants", (), _LISTING),)
        case Kind.EVENT_MARKETS if _EVENT.fullmatch(want.event):
            return (RawItem(FEED, f"/v4/{sport}/events/{want.event}/markets", (offer.query, _DAY), _LISTING),)
        case Kind.HISTORICAL_EVENTS if _INSTANT.fullmatch(want.at):
            return (RawItem(FEED, f"/v4/historical/{sport}/events", (_DAY, ("date", want.at)), _LISTING),)
    return ()


def _scores(want: Want, sport: str) -> RawItem:
    """Ask for scores: of games in play and of the last days where a day is wanted, else of those in play alone."""
    if want.day is None:
        return RawItem(FEED, f"/v4/{sport}/scores", (_DAY,), _SCORES)
    return RawItem(FEED, f"/v4/{sport}/scores", (("daysFrom", _DAYS_BACK), _DAY), _SCORES_OF_DAYS)


def _priced(want: Want, league: League, sport: str, offer: Offer) -> Sequence[RawItem]:
    of_event = want.kind in (Kind.EVENT_ODDS, Kind.HISTORICAL_EVENT_ODDS)
    historical = want.kind in (Kind.HISTORICAL_ODDS, Kind.HISTORICAL_EVENT_ODDS)
    if want.kind is not Kind.ODDS and not of_event and not historical:
        return ()
    if (of_event and not _EVENT.fullmatch(want.event)) or (historical and not _INSTANT.fullmatch(want.at)):
        return ()
    names = _names(want, league, of_event=of_event)
    if not names:
        return ()
    path = f"/v4/{'historical/' if historical else ''}{sport}/{f'events/{want.event}/' if of_event else ''}odds"
    # American as most of these books quote; the vendor made the past's American prices from decimal ones.
    odds = "decimal" if historical else "american"
    query = (offer.query, ("markets", ",".join(names)), ("oddsFormat", odds), _DAY)
    at = (("date", want.at),) if historical else ()
    return (RawItem(FEED, path, (*query, *at), _most(names, offer, of_event=of_event, historical=historical)),)


def _names(want: Want, league: League, *, of_event: bool) -> tuple[str, ...]:
    """Return the vendor's keys of the markets wanted; the answer for a whole league has the featured ones alone."""
    markets = want.markets or GAME_MARKETS
    if not of_event:
        markets = tuple(market for market in markets if market in GAME_MARKETS)
    named = (name for market in markets for name in names_of(market, league, alternates=want.alternates and of_event))
    return tuple(dict.fromkeys(named))


def _most(names: Sequence[str], offer: Offer, *, of_event: bool, historical: bool) -> int:
    # What an exchange asks from layers comes unasked beside a moneyline, and an event's markets are paid by return.
    lays = sum(name.startswith("h2h") for name in names) if of_event else 0
    return (len(names) + lays) * offer.counts * (_HISTORICAL if historical else 1)
