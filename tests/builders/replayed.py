"""Records to replay: days of an archive, and hours of a desk that polled, each made by the jobs that make any record."""

from datetime import timedelta

from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.jobs.duty.run_embedded import wake
from closeline.jobs.replaying.backtest import backtest
from closeline.providers.live.odds import LiveOdds
from closeline.store import events
from closeline.store.record.replay.happened import Window
from closeline.store.session import unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.polling import NFL_EVENTS, NFL_ODDS, NOON, a_live_desk, clock_of, events_answer, odds_answer
from tests.builders.records import TENANT, make_trusting, opened

MINUTE = timedelta(minutes=1)
PRICES = (-110, -118, -118, -125, 105, -110, -130, -112)


def make_days(url: str) -> None:
    """Fill a record with four days of an archive."""
    make_trusting(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=4, games=2)]))


def make_lived(url: str) -> None:
    """Fill a record with eight polls of a league, ten minutes apart, whose prices move; picks were published."""
    make_trusting(url)
    with opened(url) as engine:
        live_through(a_polling_desk(engine))


def a_polling_desk(engine: object) -> Desk:
    """Give a desk that finds a game and then polls its prices as the plan of its day says."""
    answers = [odds_answer(NOON + 10 * turn * MINUTE, price=price) for turn, price in enumerate(PRICES)]
    return a_live_desk(engine, {NFL_EVENTS: events_answer(), NFL_ODDS: answers})  # type: ignore[arg-type]


def live_through(desk: Desk, turns: int = len(PRICES)) -> None:
    """Wake a desk every ten minutes."""
    for _ in range(turns):
        wake(desk)
        clock_of(desk).pass_(minutes=10)


def reading_desk(engine: object) -> Desk:
    """Give a desk that can read what the others have kept, and has nobody to ask."""
    from dataclasses import replace

    return replace(a_desk(engine), feeds=(LiveOdds(),), leagues=(League.NFL,))  # type: ignore[arg-type]


def last_days(engine: object, days: float = 2) -> Window:
    """Give the last days of a record, up to the last that it tells of."""
    with unit_of_work(engine, write=False) as session:  # type: ignore[arg-type]
        last = events.last_at(session, tenant_id=TENANT)
    assert last is not None
    return Window(last - timedelta(days=days), last, TENANT)
