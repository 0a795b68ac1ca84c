"""Bias: what is off is measured every morning, comes off within its window, and never feeds on itself."""

# mypy: disable-error-code="union-attr, attr-defined, arg-type, operator, type-var"

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from closeline.domain.errors import LookAhead
from closeline.domain.forecasts.adjustments import AdjustmentName
from closeline.domain.gates.bias import BIAS_ACTUAL, BIAS_MARKET, MODEL_BIAS, OVER_RATE, BaselineBias
from closeline.domain.leagues import League
from closeline.flow import forecast, tune
from closeline.flow.forecast.clamp import bias_known
from closeline.jobs.replaying.verify import verify_run
from closeline.maths.simulate.decomposition import Decomposition
from closeline.store import evaluations, forecasts, references
from closeline.store.desk import alerts
from closeline.store.forecasts import RunInput
from closeline.store.past import bias as table
from closeline.store.past.bias import WrittenBias
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import CLAMPED_BY, TotalsBook
from closeline.store.session import Session, unit_of_work
from tests.builders.archives import FIRST
from tests.builders.biased import LAST, POINTS, chart, make_fair, make_over, make_under, off_by
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, a_copy, number, rolled_back, rows_of, tamper

NFL = League.NFL
CAP = 2.5
END = datetime.combine(LAST + timedelta(days=1), time(7), UTC)

OVER, UNDER = ("over-biased", make_over), ("under-biased", make_under)
PLANTED = pytest.mark.parametrize(("planted", "sign"), [(OVER, 1), (UNDER, -1)], ids=["over", "under"])


@pytest.fixture
def over(new_databases) -> Iterator[Engine]:
    with a_copy(new_databases, *OVER) as engine:
        yield engine


@pytest.fixture
def fair(new_databases) -> Iterator[Engine]:
    with a_copy(new_databases, "fair", make_fair) as engine:
        yield engine


def rows(session: Session) -> list[BaselineBias]:
    return table.since(session, NFL, 60, END)


def measure(session: Session, at: datetime, league: League = NFL):
    return tune.measure_bias(session, tenant_id=TENANT, league=league, at=at)


def forecast_beside_close(session: Session, *, clamped: bool) -> list[float]:
    """Give how far each forecast total stood from its last quoted line, by plain SQL."""
    found = rows_of(
        session,
        """SELECT r.total_mean - (SELECT e.line_quarters / 4.0 FROM market_evaluation e
                  WHERE e.event_id = r.event_id AND e.market_key = 'TOTAL:FULL_GAME'
                  ORDER BY e.received_at DESC LIMIT 1) AS apart
           FROM sim_run r WHERE (EXISTS (SELECT 1 FROM sim_run_input i
                  WHERE i.run_id = r.run_id AND i.kind = 'CALIBRATION_DAILY')) = :clamped ORDER BY r.run_id""",
        clamped=clamped,
    )
    return [float(row["apart"]) for row in found]


@PLANTED
def test_a_model_off_by_seven_points_is_corrected_to_the_caps_extent_within_its_window(new_databases, planted, sign):
    with a_copy(new_databases, *planted) as engine, unit_of_work(engine, write=False) as session:
        found = rows(session)
        off = [row for row in found if row.triggers]
        plain, moved = (forecast_beside_close(session, clamped=clamped) for clamped in (False, True))

    assert all(not row.triggers and not row.correction for row in found if row.n < 50)
    assert [row.n >= 50 for row in off] == [True] * len(off) != []
    assert all({BIAS_ACTUAL, BIAS_MARKET, OVER_RATE} <= set(row.triggers) for row in off)
    # The bias is that of forecasts without a correction: it stays what it is while they are corrected.
    assert all(row.bias_market == pytest.approx(sign * POINTS, abs=1.5) for row in off)
    for row in off:
        assert row.correction == pytest.approx(min(max(row.bias * row.n / (row.n + 100), -CAP), CAP))
        assert row.damp_factor == pytest.approx(1 - row.correction / 45.4)
    assert max(sign * row.correction for row in off) == CAP
    assert sum(moved) / len(moved) == pytest.approx(sum(plain) / len(plain) - sign * CAP, abs=1.2)


@PLANTED
def test_the_third_day_in_a_row_raises_a_bias_of_the_model(new_databases, planted, sign):
    with a_copy(new_databases, *planted) as engine, unit_of_work(engine, write=False) as session:
        off = [row for row in rows(session) if row.triggers]
        told = alerts.since(session, tenant_id=TENANT, league=NFL, after=END - timedelta(days=60), as_of=END)
        logged = number(session, "SELECT count(*) FROM event_log WHERE name = 'BiasMeasured'")
        days = len(rows(session))

    assert {row.correction > 0 for row in off} == {sign > 0}
    assert [row.structural_days for row in off] == list(range(1, len(off) + 1))
    assert [MODEL_BIAS in row.triggers for row in off] == [False, False] + [True] * (len(off) - 2)
    assert sorted((item.kind, item.at.date().isoformat()) for item in told) == sorted(
        (trigger, row.day) for row in off for trigger in row.triggers
    )
    assert all(json.loads(item.inputs)["correction"] in [row.correction for row in off] for item in told)
    assert logged == days


def test_the_side_of_a_corrected_forecast_is_not_counted_because_it_is_the_corrections_too(over):
    with unit_of_work(over, write=False) as session:
        found = rows(session)
        corrected = number(session, "SELECT count(DISTINCT run_id) FROM sim_run_input WHERE kind = 'CALIBRATION_DAILY'")

    assert corrected > 0
    assert found[-1].n - found[-3].n == 8
    assert found[-1].over_n == found[-3].over_n < found[-1].n
    assert all(OVER_RATE in row.triggers for row in found if row.correction)


def test_a_morning_that_was_missed_does_not_begin_the_count_of_days_anew(over):
    with rolled_back(over) as session:
        last = rows(session)[-1]
        missed = datetime.fromisoformat(f"{last.day}T07:00+00:00") + timedelta(days=2)
        measure(session, missed)
        (row,) = [row for row in table.since(session, NFL, 60, missed) if row.day > last.day]

    assert row.structural_days == last.structural_days + 1
    assert MODEL_BIAS in row.triggers


def test_the_page_on_safety_shows_this_season(over):
    page = (Path(__file__).parents[2] / "docs" / "safety.md").read_text(encoding="utf-8")
    with unit_of_work(over, write=False) as session:
        assert f"```none\n{chart(rows(session))}```" in page


def test_a_fair_model_is_left_alone(fair):
    with unit_of_work(fair, write=False) as session:
        found = rows(session)

        assert found[-1].n >= 50
        assert abs(found[-1].bias_market) < 1.5
        assert not any(set(row.triggers) & {BIAS_MARKET, MODEL_BIAS} for row in found)
        assert forecast_beside_close(session, clamped=True) == []


def test_the_row_is_what_plain_sql_says_of_the_record(fair):
    with unit_of_work(fair, write=False) as session:
        last = rows(session)[-1]
        written = datetime.fromisoformat(f"{last.day}T07:00:00+00:00")
        told = rows_of(
            session,
            """SELECT r.total_mean - x.home_score - x.away_score AS off,
                      (SELECT p.p_calibrated FROM prediction p WHERE p.run_id = r.run_id AND p.basis = 'QUOTED'
                       AND p.market_key = 'TOTAL:FULL_GAME') AS p_over
               FROM sim_run r JOIN event_result x ON x.event_id = r.event_id WHERE x.received_at <= :at""",
            at=int(written.timestamp() * 1_000_000),
        )

    assert last.n == len(told)
    assert last.bias == pytest.approx(sum(row["off"] for row in told) / len(told), abs=1e-8)
    assert last.over_n == sum(row["p_over"] is not None for row in told)
    assert last.over_rate == pytest.approx(sum(row["p_over"] > 0.5 for row in told) / last.over_n)


def test_a_correction_is_a_part_of_the_forecast_and_an_input_of_its_run(over):
    with unit_of_work(over, write=False) as session:
        names = [
            row["run_id"]
            for row in rows_of(session, "SELECT run_id FROM sim_run_input WHERE kind = :kind", kind=CLAMPED_BY)
        ]
        made, _ = forecasts.run(session, names[-1])
        whole = Decomposition.from_json(made.decomposition)
        clamp = [part for part in whole.adjustments if part.name is AdjustmentName.BASELINE_CLAMP]
        row = table.in_force(session, NFL, made.run.as_of)
        written = table.written(session, NFL, made.run.as_of)

    assert made.reference(CLAMPED_BY) == row.day
    assert [(part.margin_points, part.total_points, part.source, part.known_at) for part in clamp] == [
        (0.0, -row.correction, "calibration_daily", written.at)
    ]
    assert written.at <= made.run.as_of


def test_a_run_with_a_correction_is_identical_when_it_is_executed_again(over):
    with unit_of_work(over, write=False) as session:
        clamped = rows_of(
            session, "SELECT run_id FROM sim_run_input WHERE kind = :kind ORDER BY run_id", kind=CLAMPED_BY
        )
        plain = rows_of(session, "SELECT run_id FROM sim_run ORDER BY as_of, run_id")[:1]
    with off_by(POINTS):
        found = [verify_run(a_desk(over), row["run_id"]) for row in (*clamped[:2], *plain)]

    assert [result.differences for result in found] == [(), (), ()]


def test_a_row_without_a_correction_leaves_runs_their_names_and_a_correction_gives_them_others(fair):
    with unit_of_work(fair, write=False) as session:
        name = rows_of(session, "SELECT run_id FROM sim_run ORDER BY as_of DESC, run_id")[0]["run_id"]
        made, _ = forecasts.run(session, name)
        snapshot, at = made.reference("SNAPSHOT"), made.run.as_of
        priced = evaluations.of_snapshot(session, snapshot, as_of=at)
        events = sorted({item.event_id for item in priced})
        games = tuple(references.versions(session, events, as_of=at).values())
        known = forecast.know(session, RatingBook(), TENANT, NFL, snapshot, at, games, priced)
    row = known.bias

    def named(written: WrittenBias | None) -> set[str]:
        return {item.run.run_id for item in forecast.predict(replace(known, bias_written=written))}

    assert row.correction == 0
    assert named(known.bias_written) == named(None)
    assert name in named(None)
    assert not named(None) & named(WrittenBias(replace(row, correction=0.5), known.bias_written.at))


def test_a_row_changed_by_hand_is_found_by_the_run_that_it_corrected(over):
    with unit_of_work(over, write=False) as session:
        name = rows_of(session, "SELECT run_id FROM sim_run_input WHERE kind = :kind ORDER BY run_id", kind=CLAMPED_BY)[
            0
        ]
    change = "UPDATE calibration_daily SET content = replace(content, :said, :lie)"
    tamper(over, "calibration_daily", change, {"said": '"correction":2', "lie": '"correction":1'})
    with off_by(POINTS):
        found = verify_run(a_desk(over), name["run_id"])

    assert any("total_mean was" in line for line in found.differences)


def test_a_day_is_measured_once(over):
    with rolled_back(over) as session:
        before = [number(session, f"SELECT count(*) FROM {name}") for name in ("calibration_daily", "ops_alert")]
        again = [measure(session, END), measure(session, END + timedelta(hours=3))]
        after = [number(session, f"SELECT count(*) FROM {name}") for name in ("calibration_daily", "ops_alert")]

    assert again == [None, None]
    assert after == before


def test_nothing_received_later_is_measured(over):
    counts = []
    with rolled_back(over) as session:
        for row in rows(session):
            at = datetime.fromisoformat(f"{row.day}T07:00:00+00:00")
            received = number(
                session,
                "SELECT count(*) FROM event_result WHERE received_at <= :at",
                at=int(at.timestamp() * 1_000_000),
            )
            counts.append((row.n, received))

    # All games of the record end within four weeks: so each row holds what was there, and nothing else.
    assert counts == [(received, received) for _, received in counts]
    assert counts[-1][0] > counts[0][0]


def test_a_book_kept_between_mornings_says_what_a_cold_one_says(over):
    book, mornings = TotalsBook(), [END + timedelta(days=days) for days in (-14, -9, -2, 0, 3, 20, 10)]
    with unit_of_work(over, write=False) as session:
        for at in mornings:
            asked = {"tenant_id": TENANT, "league": NFL, "since": at - timedelta(days=28), "as_of": at}
            games = TotalsBook().at(session, **asked)

            assert book.at(session, **asked) == games
            assert book.at(session, **asked) == games
            assert all(asked["since"] <= game.starts_at < at for game in games)


def test_games_of_more_than_four_weeks_ago_are_forgotten(over):
    later = END + timedelta(days=20)
    with rolled_back(over) as session:
        told = measure(session, later)
        never = measure(session, later + timedelta(days=60))
        first = int((later - timedelta(days=28)).timestamp() * 1_000_000)
        left = number(
            session, "SELECT count(*) FROM event_version WHERE starts_at >= :first AND version = 1", first=first
        )

    assert told.n == left < rows_count(over)
    assert never is None


def rows_count(engine: Engine) -> int:
    with unit_of_work(engine, write=False) as session:
        return number(session, "SELECT count(*) FROM sim_run")


def test_a_row_is_in_force_from_its_moment_on_for_two_days(over):
    with unit_of_work(over, write=False) as session:
        last = table.last_written(session, NFL, END)
        before = table.in_force(session, NFL, last - timedelta(microseconds=1))
        days = [table.in_force(session, NFL, last + timedelta(days=days)) for days in (0, 2)]
        stale = table.in_force(session, NFL, last + timedelta(days=2, microseconds=1))
        other = table.in_force(session, League.NBA, last)

    assert days[0] == days[1] == rows_last(over)
    assert before != days[0]
    assert stale is other is None


def rows_last(engine: Engine) -> BaselineBias:
    with unit_of_work(engine, write=False) as session:
        return rows(session)[-1]


def test_a_run_that_names_a_row_of_its_future_is_refused(over):
    with unit_of_work(over, write=False) as session:
        last = table.last_written(session, NFL, END)
        inputs = [RunInput(CLAMPED_BY, table.day_of(last))]
        named = bias_known(session, NFL, as_of=last, inputs=inputs)
        unnamed = bias_known(session, NFL, as_of=last, inputs=[RunInput("SNAPSHOT", "x")])
        with pytest.raises(LookAhead, match="bias of nfl"):
            bias_known(session, NFL, as_of=last - timedelta(seconds=1), inputs=inputs)

    assert named.row.day == table.day_of(last)
    assert unnamed is None


def test_a_record_without_results_has_nothing_to_measure(seeded):
    with rolled_back(seeded) as session:
        assert measure(session, END) is None
        assert number(session, "SELECT count(*) FROM calibration_daily") == 0


def test_graded_picks_say_how_often_they_won(played):
    with rolled_back(played) as session:
        graded = rows_of(
            session,
            """SELECT g.result, g.graded_at FROM grade g JOIN pick p ON p.pick_id = g.pick_id
               WHERE p.decision = 'PICK' AND g.result IN ('WIN', 'LOSS') AND g.settled_fraction_quarters = 4""",
        )
        last = table.since(session, League.NBA, 60, datetime(2023, 11, 30, tzinfo=UTC))[-1]
        at = int(datetime.fromisoformat(f"{last.day}T07:00:00+00:00").timestamp() * 1_000_000)
        known = [row["result"] for row in graded if row["graded_at"] <= at]

    assert last.graded == len(known) > 0
    assert last.win_rate == pytest.approx(known.count("WIN") / len(known))
    assert FIRST.isoformat() < last.day
