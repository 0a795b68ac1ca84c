"""The demonstration: honest picks, the same record every time, and no second run."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from closeline.flow import view
from closeline.jobs.demo import SEED, Condition, DemoOutcome, publish_from, run_demo
from closeline.jobs.demo.synthetic import RECEIVED_AT, synthetic_archive, synthetic_archives
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Archive, Shelf
from closeline.providers.catalog import recognise
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, a_copy, make_seeded, make_trusting, opened
from tests.databases import SqliteDatabases

VERBS = ["capture", "evaluate", "forecast", "gate", "pick", "publish", "review", "settle", "tune", "view"]
LAST = date(2021, 11, 9)


def archive(payload: RawPayload) -> Archive:
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


def small_archives() -> list[Archive]:
    """A fortnight of basketball and two months of football: seconds, not a minute."""
    return [
        archive(
            RawPayload(
                f"synthetic_{league}.csv",
                synthetic_archive(league, (2021,), np.random.default_rng(11), LAST),
                RECEIVED_AT,
            )
        )
        for league in (League.NBA, League.NFL)
    ]


ARCHIVES = small_archives()


@pytest.fixture
def trusting(sqlite: SqliteDatabases) -> Iterator[Engine]:
    """Give a record in which a policy and calibrations stand already, so that a small world has picks."""
    with a_copy(sqlite, "trusting", make_trusting) as engine:
        yield engine


_OUTCOMES: list[DemoOutcome] = []


def make_shown(url: str) -> None:
    with opened(url) as engine:
        _OUTCOMES.append(run_demo(a_desk(engine, ARCHIVES)))


@pytest.fixture
def shown(sqlite: SqliteDatabases) -> Iterator[tuple[Engine, DemoOutcome]]:
    """Give a record in which the demonstration has run to its end, and what it came to."""
    with a_copy(sqlite, "demonstration", make_shown, ("trusting", make_trusting)) as engine:
        yield engine, _OUTCOMES[0]


class StoppedError(Exception):
    """Somebody pulled the plug."""


def stop_after(steps: int):
    def progress(done: int, of: int) -> None:
        if done == steps:
            raise StoppedError

    return progress


def counts(outcome: DemoOutcome, verb: str) -> dict[str, int]:
    return dict(next(step.counts for step in outcome.steps if step.verb == verb))


def test_a_desk_without_archives_is_refused(trusting: Engine) -> None:
    with pytest.raises(ValueError, match="must have archives"):
        run_demo(a_desk(trusting))


def test_it_publishes_for_the_last_fortnight() -> None:
    assert publish_from(Shelf(ARCHIVES)) == LAST - timedelta(days=13)


def test_every_verb_is_told_of_in_the_order_of_the_flow(shown: tuple[Engine, DemoOutcome]) -> None:
    _, outcome = shown

    assert [step.verb for step in outcome.steps] == VERBS
    assert counts(outcome, "capture")["quarantined"] == 0
    assert counts(outcome, "publish")["published"] == counts(outcome, "review")["tracked"] > 0
    assert counts(outcome, "settle")["graded"] == counts(outcome, "publish")["published"]


def test_nothing_is_published_before_the_fortnight_and_all_of_it_is_graded(shown: tuple[Engine, DemoOutcome]) -> None:
    engine, outcome = shown
    with unit_of_work(engine, write=False) as session:
        ended = [
            item
            for league in (League.NBA, League.NFL)
            for item in view.published(session, tenant_id=TENANT, league=league)
        ]
    official = [item for item in ended if item.pick.decision is Decision.PICK]

    assert len(official) == outcome.published > 0
    assert all(item.published_at.date() >= outcome.publish_from for item in ended)
    assert all(item.grade is not None and item.track is not None for item in official)


def test_a_second_run_says_so_and_changes_nothing(shown: tuple[Engine, DemoOutcome]) -> None:
    engine, first = shown
    second = run_demo(a_desk(engine, ARCHIVES))

    assert (first.condition, second.condition) == (Condition.FRESH, Condition.ALREADY_DONE)
    assert second.record_hash == first.record_hash
    assert second.steps == first.steps
    assert second.figures == first.figures


@pytest.mark.parametrize("steps", [1, 60])
def test_a_run_that_was_stopped_is_taken_up_and_ends_the_same(
    trusting: Engine, shown: tuple[Engine, DemoOutcome], steps: int
) -> None:
    _, whole = shown
    with pytest.raises(StoppedError):
        run_demo(a_desk(trusting, ARCHIVES), stop_after(steps))
    taken_up = run_demo(a_desk(trusting, ARCHIVES))

    assert taken_up.record_hash == whole.record_hash
    assert taken_up.condition in {Condition.RESUMED, Condition.FRESH}
    assert steps == 1 or taken_up.condition is Condition.RESUMED


def test_a_world_too_small_to_prove_anything_publishes_nothing(sqlite: SqliteDatabases) -> None:
    with a_copy(sqlite, "seeded", make_seeded) as engine:
        outcome = run_demo(a_desk(engine, ARCHIVES))

    assert outcome.published == 0
    assert counts(outcome, "publish") == {}
    assert counts(outcome, "gate")["no_plays"] > 0


def shipped(sqlite: SqliteDatabases) -> DemoOutcome:
    with a_copy(sqlite, "seeded", make_seeded) as engine:
        desk: Desk = a_desk(engine, [archive(payload) for payload in synthetic_archives(SEED)])
        return run_demo(desk)


@pytest.mark.campaign
def test_the_shipped_seed_publishes_closes_and_grades_real_picks_and_football_stays_at_leans(
    sqlite: SqliteDatabases,
) -> None:
    outcome = shipped(sqlite)
    figures = {league.league: league for league in outcome.figures}
    nba = figures["nba"]

    assert nba.published >= 10
    assert nba.open == 0
    assert sum(market.clv_prob.n for market in nba.markets) == nba.published
    assert counts(outcome, "tune")["calibrations active"] > 0
    assert figures["nfl"].published == 0
    assert {("calibration_active", "CALIBRATION_BOOTSTRAP")} <= {refusal[:2] for refusal in figures["nfl"].refusals}


@pytest.mark.campaign
def test_the_shipped_seed_gives_the_same_record_twice(sqlite: SqliteDatabases) -> None:
    assert shipped(sqlite).record_hash == shipped(sqlite).record_hash
