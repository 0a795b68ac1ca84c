"""A backtest: the same jobs in the order of time, the same record however often and whenever it is started."""

# mypy: disable-error-code="attr-defined, var-annotated, operator"

from datetime import date, timedelta

import pytest

from closeline.domain.clock import instant
from closeline.domain.leagues import League, league_day
from closeline.jobs import run_inline
from closeline.jobs.replaying.backtest import backtest, timetable
from closeline.store import events
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests.builders.archives import (
    FIRST,
    SPREAD_COLUMNS,
    TOTAL_COLUMNS,
    WINNER_COLUMNS,
    an_archive,
    archive_of,
    rows,
    without,
)
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, a_copy, make_seeded, make_trusting, number, rows_of
from tests.fakes import FakeChannel

ARCHIVE = an_archive(days=5, games=2)
ROWS = rows(days=4, games=2)
PHASES = ("open", "close")
# One league told by two files: one knows who wins, the other spreads and totals.
TWO_FILES = (
    archive_of(
        without(ROWS, *(f"{phase}_{name}" for phase in PHASES for name in (*SPREAD_COLUMNS, *TOTAL_COLUMNS))),
        "winners.csv",
    ),
    archive_of(without(ROWS, *(f"{phase}_{name}" for phase in PHASES for name in WINNER_COLUMNS)), "lines.csv"),
)


def hashed(engine):
    with unit_of_work(engine, write=False) as session:
        return record_hash(session, tenant_id=TENANT, leagues=(League.NBA,))


def test_the_steps_go_by_time_with_the_bytes_first(seeded):
    steps = list(timetable(a_desk(seeded, [ARCHIVE])))

    assert steps[0].job == "capture.payload"
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert len({(step.job, step.slot) for step in steps}) == len(steps)


def test_a_league_is_measured_on_the_mornings_after_its_games_and_not_in_its_summer(seeded):
    two = [an_archive(days=2, games=1), an_archive(days=2, games=1, first=FIRST + timedelta(days=200))]
    steps = [step for step in timetable(a_desk(seeded, two)) if step.job == "tune.bias"]
    days = [(step.at.date() - FIRST).days for step in steps]

    # Four weeks after each of the two first days; after the last day of all one morning, on which it is learned.
    assert days == [*range(1, 30), 201, 202]
    assert {(step.at.hour, step.arguments["league"]) for step in steps} == {(7, League.NBA)}


def test_a_desk_without_archives_has_nothing_to_do(seeded):
    backtest(a_desk(seeded))
    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM job_run") == 0


def test_progress_is_told_to_the_end(seeded):
    told = []
    backtest(a_desk(seeded, [ARCHIVE]), lambda done, of: told.append((done, of)))

    assert [done for done, _ in told] == list(range(1, told[0][1] + 1))


def test_a_second_run_changes_nothing(trusting):
    for _ in range(2):
        backtest(a_desk(trusting, [ARCHIVE]))
    first = hashed(trusting)
    with unit_of_work(trusting, write=False) as session:
        before = number(session, "SELECT count(*) FROM event_log")
    backtest(a_desk(trusting, [ARCHIVE]))
    with unit_of_work(trusting, write=False) as session:
        assert number(session, "SELECT count(*) FROM event_log") == before
        assert events.broken_links(session, chain="SYSTEM") == events.broken_links(session, chain=TENANT) == []

    assert hashed(trusting) == first


def test_nothing_is_judged_or_published_before_its_day(trusting):
    first = FIRST + timedelta(days=3)
    backtest(a_desk(trusting, [ARCHIVE], publish_from=first))
    with unit_of_work(trusting, write=False) as session:
        published = rows_of(session, "SELECT published_at FROM publication")
        judged = rows_of(session, "SELECT DISTINCT as_of FROM candidate_finding")
        forecast = rows_of(session, "SELECT DISTINCT as_of FROM prediction")

    assert published
    assert min(league_day(instant(row["published_at"])) for row in published) >= first
    assert min(league_day(instant(row["as_of"])) for row in judged) >= first
    assert min(league_day(instant(row["as_of"])) for row in forecast) == FIRST


def test_picks_go_out_before_their_games_and_end_after_them(played):
    with unit_of_work(played, write=False) as session:
        lives = rows_of(session, """
            SELECT u.published_at, v.starts_at, g.graded_at FROM pick p JOIN publication u ON u.pick_id = p.pick_id
            JOIN event_version v ON v.event_id = p.event_id JOIN grade g ON g.pick_id = p.pick_id""")  # fmt: skip

    assert len(lives) > 20
    assert all(life["published_at"] + 60_000_000 <= life["starts_at"] < life["graded_at"] for life in lives)


def test_every_published_pick_is_delivered_once_on_each_channel(trusting):
    channels = [FakeChannel("app"), FakeChannel("chat")]
    backtest(a_desk(trusting, [ARCHIVE], channels=channels))
    with unit_of_work(trusting, write=False) as session:
        published = {row["pick_id"] for row in rows_of(session, "SELECT pick_id FROM publication")}
        states = rows_of(session, "SELECT DISTINCT state FROM delivery")

    assert [row["state"] for row in states] == ["SENT"]
    for channel in channels:
        assert set(channel.carried) == published
        assert set(channel.asked.values()) == {1}


@pytest.mark.parametrize("split", [1, 3])
def test_an_archive_in_two_runs_gives_the_record_of_one(new_databases, split):
    found = []
    whole, part = rows(days=5, games=2), rows(days=5, games=2)
    cut = (FIRST + timedelta(days=split)).isoformat()
    for archives in (
        [archive_of(whole)],
        [
            archive_of([row for row in part if row["game_date"] < cut]),
            archive_of([row for row in part if row["game_date"] >= cut]),
        ],
    ):
        with a_copy(new_databases, "trusting", make_trusting) as engine:
            for archive in archives:
                backtest(a_desk(engine, [archive]))
            with unit_of_work(engine, write=False) as session:
                found.append(
                    rows_of(
                        session,
                        "SELECT event_id, market_key, p_raw, q_market, p_anchor FROM prediction ORDER BY event_id, market_key",
                    )
                )

    assert found[0] == found[1]
    assert len(found[0]) == 30


class Stopped(Exception):
    """Somebody pulled the plug."""


def interrupted(engine, archives, stops):
    """Run a backtest that is stopped after so many jobs, once for each of `stops`, and then to its end."""
    execute = run_inline.execute
    for stop in stops:
        count = []

        def dying(*given, count=count, stop=stop):
            if len(count) == stop:
                raise Stopped
            told = execute(*given)
            count.append(1)
            return told

        run_inline.execute = dying  # type: ignore[assignment]
        try:
            backtest(a_desk(engine, archives))
        except Stopped:
            pass
        finally:
            run_inline.execute = execute
    backtest(a_desk(engine, archives))


@pytest.mark.parametrize("archives", [(ARCHIVE,), TWO_FILES], ids=["one file", "one league in two files"])
@pytest.mark.parametrize("stops", [(3,), (4, 4, 4), (17, 1, 30)], ids=str)
def test_a_run_that_was_stopped_and_started_again_gives_the_same_record(new_databases, database_kind, archives, stops):
    with a_copy(new_databases, "trusting", make_trusting) as engine:
        interrupted(engine, archives, stops)
        found = hashed(engine)

    assert found == uninterrupted(new_databases, database_kind, archives)


_HASHES: dict[tuple[str, tuple[str, ...]], str] = {}


def uninterrupted(new_databases, kind, archives):
    key = kind, tuple(archive.payload_sha for archive in archives)
    if key not in _HASHES:
        with a_copy(new_databases, "trusting", make_trusting) as engine:
            backtest(a_desk(engine, archives))
            _HASHES[key] = hashed(engine)
    return _HASHES[key]


@pytest.mark.campaign
@pytest.mark.parametrize("archives", [(ARCHIVE,), TWO_FILES], ids=["one file", "one league in two files"])
@pytest.mark.parametrize("stop", range(2, 120))
def test_a_run_may_be_stopped_after_any_job(new_databases, database_kind, archives, stop):
    with a_copy(new_databases, "trusting", make_trusting) as engine:
        interrupted(engine, archives, (stop,))
        assert hashed(engine) == uninterrupted(new_databases, database_kind, archives)


def test_two_leagues_at_once_give_each_the_record_that_it_has_alone(new_databases):
    found = []
    nba, nfl = an_archive(days=3, games=2), an_archive(League.NFL, days=3, games=2)
    for archives in ([nba], [nba, nfl]):
        with a_copy(new_databases, "trusting", make_trusting) as engine:
            backtest(a_desk(engine, archives))
            found.append(hashed(engine))

    assert found[0] == found[1]


def test_warm_up_alone_judges_nothing(new_databases):
    with a_copy(new_databases, "seeded", make_seeded) as engine:
        backtest(a_desk(engine, [ARCHIVE], publish_from=date(2030, 1, 1)))
        with unit_of_work(engine, write=False) as session:
            assert number(session, "SELECT count(*) FROM candidate_finding") == 0
            assert number(session, "SELECT count(*) FROM prediction") == 30
