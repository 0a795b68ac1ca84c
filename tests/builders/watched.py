"""Published picks that are watched: later prices, a newer forecast of the same game, and what takes a pick's place."""

from datetime import datetime

from closeline.domain.clock import micros
from closeline.domain.events import ValidityChanged
from closeline.domain.feeds.captures import ParsedQuote
from closeline.domain.markets import MarketType
from closeline.flow import forecast, gate, pick
from closeline.flow.review import validity
from closeline.store.desk import picks
from closeline.store.desk import validity as marks
from closeline.store.desk.picks import Pick
from closeline.store.past.ratings import RatingBook
from closeline.store.session import Session, unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, opened, take_in, take_in_and_price
from tests.builders.stories import NBA, make_rated, published_game

CHANNELS = ("app", "chat")
# By then the forecast of the opening is more than six hours old.
LATER = OPENS + 7 * HOUR


def make_watched(url: str) -> None:
    """Fill a record with the published picks of one game, on two channels."""
    make_rated(url)
    with opened(url) as engine:
        published_game(engine, channels=CHANNELS)


def make_behind(url: str) -> None:
    """Fill a record with published picks and a proposal of a newer forecast for each of them."""
    make_watched(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_again(session)
        pick.refresh(session, tenant_id=TENANT, league=NBA, at=LATER + MINUTE)


def watch(session: Session, at: datetime) -> ValidityChanged | None:
    return validity.watch(session, tenant_id=TENANT, league=NBA, at=at)


def prices(session: Session, *quotes: ParsedQuote, at: datetime) -> None:
    """Let a feed show prices at a moment."""
    take_in(session, a_payload(*quotes), at=at)


def forecast_again(session: Session, *, at: datetime = LATER, moneyline: tuple[str, str] = ("-155", "+135")) -> None:
    """Call the picks behind, and forecast and judge their game once more by slightly other prices."""
    watch(session, at)
    again = marks.behind(session, tenant_id=TENANT, league=NBA)
    soon = at + MINUTE
    snapshot = take_in_and_price(session, a_payload(*three_markets(at=soon, moneyline=moneyline)), at=soon)
    forecast.forecast(
        session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=soon, again=again
    )
    gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(soon))


def first_picks(session: Session) -> dict[MarketType, Pick]:
    """Give the picks of the first forecast, by the type of their market."""
    every = picks.every(session, tenant_id=TENANT, league=NBA)
    return {item.selection.market.type: item for item in every if item.pick_version == 1}


def state_of(session: Session, item: Pick) -> str:
    return str(picks.states(session, [item.pick_id], tenant_id=TENANT)[item.pick_id][1])
