"""Asking: what makes calls to the outside world, and the feeds that say which."""

import secrets
import time
from typing import TYPE_CHECKING

from closeline.config import Settings, listed
from closeline.domain.clock import Clock
from closeline.domain.errors import BadSetting
from closeline.domain.feeds.event_odds import markets_named
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.domain.ports import InjuryFeed, LiveFeed
from closeline.providers.fetch.fetcher import HttpFetcher, Senses
from closeline.providers.fetch.hosts import Host
from closeline.providers.live import catalog as live
from closeline.providers.live.odds import LiveOdds
from closeline.store.session import inside_transaction
from closeline.wiring.carriers import FreshSecret
from closeline.wiring.senses import clock

if TYPE_CHECKING:
    pass


def asks_for_prices(settings: Settings) -> bool:
    """Say whether the settings hold what a feed of prices needs: a key, or the address of a simulator."""
    want = Want(Kind.ODDS, League.NFL, GAME_MARKETS)
    return any(feed.required_items(want) for feed in live_feeds(settings))


def fetcher(settings: Settings, at: Clock = clock) -> HttpFetcher:
    """Return what makes calls, to the hosts of the settings alone; raises BadSetting for one that may not be called."""
    key = settings.odds_api_key.get_secret_value() if settings.odds_api_key else ""
    senses = Senses(at, time.monotonic, time.sleep, secrets.SystemRandom().random)
    keys = {LiveOdds.name: FreshSecret(settings, "odds_api_key")} if key else {}
    return HttpFetcher(live.hosts(_addresses(settings), key), senses, inside=inside_transaction, keys=keys)


def live_feeds(settings: Settings) -> tuple[LiveFeed, ...]:
    """Return the feeds of prices, schedules and results that the settings name, less those that lack their key."""
    offer = live.Offer(listed(settings.odds_api_regions), listed(settings.odds_api_books))
    hosts = live.hosts(_addresses(settings), "given" if settings.odds_api_key else "")
    found = live.feeds(listed(settings.live_feeds), offer)
    return tuple(feed for feed in found if hosts[feed.name].may_answer)


def event_markets(settings: Settings) -> tuple[Market, ...]:
    """Return the markets that are asked for event by event; raises BadSetting for a name that is none."""
    try:
        return markets_named(listed(settings.odds_api_event_markets))
    except ValueError as fault:
        raise BadSetting(f"setting odds_api_event_markets {fault}") from None


def injury_feeds(settings: Settings) -> tuple[InjuryFeed, ...]:
    """Return the feeds of injuries that the settings name."""
    return live.injury_feeds(listed(settings.live_feeds))


def _addresses(settings: Settings) -> live.Addresses:
    """Return where the vendors are; raises BadSetting, by the name of the setting, for an address that may not be."""
    for name in ("odds_api_url", "espn_url", "mlb_url", "nhl_url", "nflverse_url"):
        try:
            Host(getattr(settings, name))
        except BadSetting as fault:
            raise BadSetting(f"setting {name}: {fault}; set CLOSELINE_{name.upper()}") from None
    return live.Addresses(
        settings.odds_api_url, settings.espn_url, settings.mlb_url, settings.nhl_url, settings.nflverse_url
    )
