"""The desk: everything that jobs are handed, built once and never changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from closeline.domain.clock import Clock
from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.feeds.quota import FREE_PLAN, Plan
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.governance.notices import DEFAULT_NOTICE, Notice
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League, league_day
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.domain.ports import UNMETERED, BoardShelf, Channel, Fetcher, InjuryFeed, LiveFeed, Meter, Observer, Spool
from closeline.domain.publishing.delivery import Unseen
from closeline.flow.forecast import EXACT, Engine
from closeline.flow.forecast.props import FeaturesOf, PropModels, compute
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.memory import Memory
from closeline.jobs.shelf import Shelf
from closeline.store.database.engine import Engine as Database
from closeline.store.database.engine import for_tenant
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import TotalsBook
from closeline.store.references import alias_count, alias_table
from closeline.store.session import Session


def unmeasured() -> float | None:
    """Return nothing: a desk that is not live asks no disk."""
    return None


class AliasBook:
    """The alias table, kept until an alias is added."""

    def __init__(self) -> None:
        """Start cold."""
        self._table: AliasTable | None = None
        self._count = -1

    def table(self, session: Session) -> AliasTable:
        """Return the table as the record holds it now."""
        count = alias_count(session)
        if self._table is None or count != self._count:
            self._table, self._count = alias_table(session), count
        return self._table


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job may use.

    `publish_from` is the first league day on which anything is gated and published; null means always. `read` reads
    stored bytes again, by whichever feed recognises them. `fetch`, `feeds`, `injury_feeds`, `leagues`, `board` and
    `follower`, which makes the board, are those of a live desk; `adrift` is what it remembers of its polling for when
    its record is away, and `event_markets` are those that it asks for event by event; `disk_free` says what share of
    its disk is free. `prop_models` are where models of players come from, null for a desk without any. `notice` goes
    with all that it shows in public. `observers` look whether messages arrived, and `unseen` says what becomes of one
    that may have been sent where nobody can look. Every transaction on `engine` speaks for the desk's tenant, whatever
    engine is given.
    """

    engine: Database
    clock: Clock
    tenant_id: str
    shelf: Shelf
    channels: tuple[Channel, ...] = ()
    publish_from: date | None = None
    read: Callable[[RawPayload], ParsedPayload] | None = None
    forecasting: Engine = EXACT
    ratings: RatingBook = field(default_factory=RatingBook)
    totals: TotalsBook = field(default_factory=TotalsBook)
    aliases: AliasBook = field(default_factory=AliasBook)
    fetch: Fetcher | None = None
    feeds: tuple[LiveFeed, ...] = ()
    injury_feeds: tuple[InjuryFeed, ...] = ()
    leagues: tuple[League, ...] = ()
    board: BoardShelf | None = None
    follower: Follower | None = None
    meter: Meter = UNMETERED
    quota: Plan = FREE_PLAN
    event_markets: tuple[Market, ...] = ()
    spool: Spool | None = None
    adrift: Memory = field(default_factory=Memory)
    disk_free: Callable[[], float | None] = unmeasured
    prop_models: PropModels | None = None
    prop_features: FeaturesOf = compute
    notice: Notice = DEFAULT_NOTICE
    observers: tuple[Observer, ...] = ()
    unseen: Unseen = Unseen.HOLD

    def __post_init__(self) -> None:
        """Bind the engine to the tenant, so that no job can forget to."""
        object.__setattr__(self, "engine", for_tenant(self.engine, self.tenant_id))

    def is_live(self) -> bool:
        """Say whether the desk asks feeds over the network."""
        return self.fetch is not None and bool(self.feeds or self.injury_feeds)

    def follows(self, league: League) -> bool:
        """Say whether the desk asks a feed for the prices of a league."""
        want = Want(Kind.ODDS, league, GAME_MARKETS)
        listens = self.fetch is not None and (not self.leagues or league in self.leagues)
        return listens and any(feed.required_items(want) for feed in self.feeds)

    def warming_up(self) -> bool:
        """Say whether the desk is still before the first day on which it publishes."""
        return self.publish_from is not None and league_day(self.clock()) < self.publish_from
