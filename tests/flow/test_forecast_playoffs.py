"""Forecast: a game of the play-offs is played until somebody wins, any other by the rules of the regular season."""

import pytest
from sqlalchemy import Engine

from closeline.domain.feeds.captures import ParsedPayload
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE
from closeline.flow import forecast as verb
from closeline.store import forecasts
from closeline.store.forecasts import Prediction
from closeline.store.past.ratings import RatingBook
from closeline.store.session import Session, unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.payloads import a_payload, an_event, three_markets
from tests.builders.records import TENANT, rows_of, take_in, take_in_and_price

NFL = League.NFL


def a_slate(*playoffs: bool | None) -> ParsedPayload:
    """Give games of the NFL that differ in their teams and in what is said of the play-offs."""
    teams = (
        ("Chicago Bears", "Detroit Lions"),
        ("Dallas Cowboys", "New York Giants"),
        ("Denver Broncos", "Buffalo Bills"),
    )
    events = [
        an_event(f"g{number}", home=home, away=away, league=NFL, playoff=said)
        for number, ((home, away), said) in enumerate(zip(teams, playoffs, strict=False))
    ]
    quotes = [quote for event in events for quote in three_markets(event.provider_event_id, total=180)]
    return a_payload(*events, *quotes)


def winners(session: Session, parsed: ParsedPayload) -> list[Prediction]:
    """Forecast a slate and give its predictions of who wins, in the order of its games."""
    snapshot = take_in_and_price(session, parsed)
    verb.forecast(session, RatingBook(), tenant_id=TENANT, league=NFL, snapshot_id=snapshot, as_of=OPENS)
    found = forecasts.of_moment(session, tenant_id=TENANT, league=NFL, as_of=OPENS)
    named = {row["event_id"]: row["provider_event_id"] for row in rows_of(session, "SELECT * FROM event_alias")}
    return sorted(
        (item for item in found if item.market_key == MONEYLINE.key), key=lambda item: str(named[item.event_id])
    )


def test_a_play_off_game_is_forecast_without_ties_and_a_game_of_the_regular_season_may_tie(seeded: Engine) -> None:
    with unit_of_work(seeded) as session:
        playoff, regular = winners(session, a_slate(True, False))

    assert playoff.p_push == 0.0
    assert 0.001 < regular.p_push < 0.05


def test_a_game_of_which_nothing_is_said_is_forecast_by_the_rules_of_the_regular_season(seeded: Engine) -> None:
    with unit_of_work(seeded) as session:
        silent, regular = winners(session, a_slate(None, False))

    # Nothing is known of any team yet, so that both games are the same game.
    assert (silent.p_raw, silent.p_push) == (regular.p_raw, regular.p_push)
    assert silent.p_push > 0.001


@pytest.mark.parametrize("said", [True, False, None])
def test_what_a_payload_says_of_the_play_offs_is_in_the_record_and_a_silent_one_leaves_it(
    seeded: Engine, said: bool | None
) -> None:
    with unit_of_work(seeded) as session:
        take_in(session, a_slate(said))
        take_in(session, a_slate(None), at=OPENS + HOUR)
        versions = rows_of(session, "SELECT version, playoff FROM event_version")

    assert versions == [{"version": 1, "playoff": said}]


def test_a_payload_that_says_it_after_a_silent_one_makes_a_version(seeded: Engine) -> None:
    with unit_of_work(seeded) as session:
        take_in(session, a_slate(None))
        take_in(session, a_slate(True), at=OPENS + HOUR)
        versions = rows_of(session, "SELECT version, playoff FROM event_version ORDER BY version")

    assert versions == [{"version": 1, "playoff": None}, {"version": 2, "playoff": True}]
