"""One game, or a few, taken through the verbs by hand at the moments that a test names."""

from datetime import date, datetime

from sqlalchemy import Engine

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import ParsedPayload, Phase
from closeline.domain.leagues import League
from closeline.flow import forecast, gate, pick, publish
from closeline.store.desk import picks
from closeline.store.desk.picks import Pick
from closeline.store.past.ratings import RatingBook
from closeline.store.session import Session, unit_of_work
from tests.builders.moments import DAY, OPENS
from tests.builders.payloads import a_payload, a_result, an_event, three_markets
from tests.builders.records import TENANT, make_trusting, opened, take_in, take_in_and_price

NBA = League.NBA


def forecast_at(
    session: Session, parsed: ParsedPayload, *, at: datetime = OPENS, ratings: RatingBook | None = None
) -> str:
    """Capture, price and forecast a payload, and give the snapshot's name."""
    snapshot = take_in_and_price(session, parsed, at=at)
    forecast.forecast(session, ratings or RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=at)
    return snapshot


def published_game(
    engine: Engine, parsed: ParsedPayload | None = None, *, at: datetime = OPENS, published_at: datetime | None = None,
    channels: tuple[str, ...] = (),
) -> list[Pick]:  # fmt: skip
    """Take a payload from its bytes to published picks, and give those that were proposed."""
    with unit_of_work(engine) as session:
        forecast_at(session, parsed or a_payload(*three_markets()), at=at)
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(at))
        publish.publish(
            session, tenant_id=TENANT, league=NBA, as_of=micros(at), channels=channels, at=published_at or at
        )
        return picks.of_moment(session, tenant_id=TENANT, league=NBA, as_of=at)


def finished_game(session: Session, name: str, day: date, score: tuple[int, int], *, home: str, away: str) -> None:
    """Put a game into the record with its open, close and result, a day before the game of the tests or earlier."""
    from datetime import time, timedelta

    from closeline.domain.leagues import eastern

    start, opens = eastern(day, time(19)), eastern(day, time(10))
    event = an_event(name, home=home, away=away, day=day, starts_at=start)
    take_in_and_price(session, a_payload(event, *three_markets(name, at=opens)), at=opens)
    close = start - timedelta(minutes=5)
    take_in_and_price(
        session, a_payload(event, *three_markets(name, at=close, phase=Phase.CLOSE)), at=close, phase=Phase.CLOSE
    )
    ended = eastern(day + timedelta(days=1), time(4))
    take_in(session, a_payload(event, a_result(name, score, at=ended)), at=ended, phase=Phase.RESULT)


def rated_past(engine: Engine, days: int = 3) -> None:
    """Give the ratings something to have learned from: a few finished games of the teams of the tests."""
    from datetime import timedelta

    with unit_of_work(engine) as session:
        for back in range(days, 0, -1):
            finished_game(
                session,
                f"past{back}",
                DAY - timedelta(days=back),
                (118 + back, 101),
                home="Boston Celtics",
                away="Miami Heat",
            )


def make_rated(url: str) -> None:
    """Fill a record that trusts its model with a few finished games."""
    make_trusting(url)
    with opened(url) as engine:
        rated_past(engine)


def make_published(url: str) -> None:
    """Fill a record with a few finished games and the published picks of one that is to come."""
    make_rated(url)
    with opened(url) as engine:
        published_game(engine)
