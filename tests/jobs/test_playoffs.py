"""Play-offs in jobs: what a games table says of them, and runs that were made before it was said."""

from datetime import date

import pytest
from sqlalchemy import Engine

from closeline.domain.leagues import League
from closeline.jobs.importing import import_archive
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.replaying.verify import verify_run
from closeline.jobs.shelf import Archive
from closeline.jobs.simulating import PLAYOFF_UNKNOWN, Asked, of_event
from closeline.store.session import unit_of_work
from tests.builders.archives import archive_of, rows
from tests.builders.desks import a_desk
from tests.builders.records import number, rows_of

NFL, NBA = League.NFL, League.NBA


def a_table(league: League = NFL, season_type: str | None = None) -> Archive:
    """Give two games of one day; without a season type the table lacks the column."""
    games = rows(league, days=1, games=2, first=date(2023, 11, 12))
    more = {} if season_type is None else {"season_type": season_type}
    return archive_of([game | more for game in games])


def runs(engine: Engine) -> list[tuple[str, str]]:
    """Give (run, event) of every run."""
    with unit_of_work(engine, write=False) as session:
        found = rows_of(session, "SELECT run_id, event_id FROM sim_run ORDER BY event_id")
    return [(row["run_id"], row["event_id"]) for row in found]


def test_a_run_is_verified_with_the_version_that_it_was_made_from_whatever_a_later_import_says_of_that_time(
    trusting: Engine,
) -> None:
    desk = a_desk(trusting, [a_table()])
    backtest(desk)
    # An archive's receipts are assumed, so this one too says that it was known at the open.
    import_archive(desk, a_table(season_type="POST"))
    with unit_of_work(trusting, write=False) as session:
        later = number(session, "SELECT count(*) FROM event_version WHERE version = 2 AND CAST(playoff AS INTEGER) = 1")
    found = [verify_run(desk, name).differences for name, _ in runs(trusting)]

    assert later == 2
    assert found == [(), ()]


@pytest.mark.parametrize(
    ("league", "season_type", "noted", "ties"),
    [(NFL, None, True, True), (NFL, "REG", False, True), (NFL, "POST", False, False), (NBA, None, False, False)],
)
def test_a_game_of_the_record_is_simulated_by_its_rules_and_a_doubt_that_matters_is_noted(
    trusting: Engine, league: League, season_type: str | None, noted: bool, ties: bool
) -> None:
    desk = a_desk(trusting, [a_table(league, season_type)])
    backtest(desk)
    answer = of_event(desk, runs(trusting)[0][1], Asked())

    assert (PLAYOFF_UNKNOWN in answer.notes) is noted
    # A tie that outlasts every overtime that is carried through is a matter of digits.
    assert bool(answer.simulated.final.diagonal().sum() > 1e-6) is ties
