"""Which map a forecast is made with: its own, else the one of every market; and after a roll-back the one before."""

from dataclasses import replace

import pytest

from closeline.domain.calibration import GLOBAL_SCOPE, CalibrationMethod, CalibrationStatus
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.flow import forecast, tune
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.replaying.verify import verify_run
from closeline.maths.calibrate import CalibrationMap, EffectiveMap
from closeline.store import calibrations, evaluations, references
from closeline.store.calibrations import NewCalibration
from closeline.store.past.ratings import RatingBook
from closeline.store.session import unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.moments import MINUTE, OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import BEFORE, TENANT, rows_of, take_in_and_price
from tests.builders.stories import NBA

BY_HAND = {"tenant_id": TENANT, "actor": "somebody", "why": "a test"}


def heat(temperature):
    return CalibrationMap(CalibrationMethod.TEMPERATURE, (temperature,))


def a_version(temperature, *, market_key=SPREAD.key, league="nba", base=None, weight=1.0):
    fitted = heat(temperature).to_json()
    return NewCalibration(
        league, market_key, "TEMPERATURE", fitted, 600, 300, BEFORE, BEFORE, BEFORE, 900, base_version=base,
        weight=weight, tenant_id=TENANT,
    )  # fmt: skip


def enter(session, new, *, at=BEFORE):
    """Put a version in force by all of its steps, in place of what is."""
    calibrations.add(session, new, tenant_id=TENANT, at=at)
    before = calibrations.standing_of(session, tenant_id=TENANT, scope=new.scope).active
    steps = [
        (new.calibration_version, CalibrationStatus.CANDIDATE),
        (new.calibration_version, CalibrationStatus.SHADOW),
    ]
    steps += [(before, CalibrationStatus.RETIRED)] if before else []
    for name, status in (*steps, (new.calibration_version, CalibrationStatus.ACTIVE)):
        calibrations.take(
            session, tenant_id=TENANT, scope=new.scope, version=name, status=status, evidence={}, at=at
        )  # fmt: skip
    return new.calibration_version


def everywhere(temperature):
    return a_version(temperature, league=GLOBAL_SCOPE, market_key=GLOBAL_SCOPE)


def made_at(session, snapshot, at):
    """Forecast the slate of a snapshot as of a moment, without keeping it: by market, what nothing but time tells apart."""
    priced = evaluations.of_snapshot(session, snapshot, as_of=at)
    names = sorted({item.event_id for item in priced})
    games = tuple(references.versions(session, names, as_of=at).values())
    known = forecast.know(session, RatingBook(), TENANT, NBA, snapshot, at, games, priced)
    (made,) = forecast.predict(known)
    return {item.market_key: replace(item, prediction_id="", run_id="", as_of=OPENS) for item in made.predictions}


@pytest.mark.parametrize("scope", [f"nba/{SPREAD.key}", GLOBAL_SCOPE])
def test_after_a_roll_back_forecasts_are_to_the_last_bit_those_of_the_version_before(seeded, scope):
    first, second = (everywhere(1.7), everywhere(0.8)) if scope == GLOBAL_SCOPE else (a_version(1.7), a_version(0.8))
    with unit_of_work(seeded) as session:
        enter(session, first)
        snapshot = take_in_and_price(session, a_payload(*three_markets()))
        before = made_at(session, snapshot, OPENS)
        enter(session, second, at=OPENS + MINUTE)
        between = made_at(session, snapshot, OPENS + 2 * MINUTE)
        tune.calibration.roll_back(session, scope, at=OPENS + 3 * MINUTE, **BY_HAND)
        after = made_at(session, snapshot, OPENS + 4 * MINUTE)
        again = made_at(session, snapshot, OPENS + 2 * MINUTE)

    assert after == before
    assert between[SPREAD.key] != before[SPREAD.key]
    assert between[SPREAD.key].calibration_version == second.calibration_version
    # What was forecast in between is still executed again as it was.
    assert again == between


def test_a_market_without_a_map_of_its_own_uses_the_global_one_and_names_it(seeded):
    with unit_of_work(seeded) as session:
        world = enter(session, everywhere(2.5))
        own = enter(session, a_version(1.5, base=world, weight=0.6))
        found = made_at(session, take_in_and_price(session, a_payload(*three_markets())), OPENS)

    assert {key: item.calibration_version for key, item in found.items()} == {
        SPREAD.key: own, MONEYLINE.key: world, TOTAL.key: world
    }  # fmt: skip
    blended = EffectiveMap(heat(1.5), heat(2.5), 0.6)
    assert found[SPREAD.key].p_calibrated == pytest.approx(float(blended.apply(found[SPREAD.key].p_raw)), abs=1e-11)
    assert found[TOTAL.key].p_calibrated == pytest.approx(float(heat(2.5).apply(found[TOTAL.key].p_raw)), abs=1e-11)


def test_another_league_uses_the_global_map_too_and_no_other_leagues_segment(seeded):
    with unit_of_work(seeded) as session:
        world = enter(session, everywhere(2.5))
        enter(session, a_version(1.5))
        found = calibrations.active(session, tenant_id=TENANT, league="nfl", as_of=OPENS)

    assert {key: item.calibration_version for key, item in found.items()} == {GLOBAL_SCOPE: world}


def test_every_run_under_blended_and_global_maps_is_identical_when_it_is_executed_again(seeded):
    with unit_of_work(seeded) as session:
        world = enter(session, everywhere(1.4))
        enter(session, a_version(1.2, base=world, weight=0.7))
    backtest(a_desk(seeded, [an_archive(days=2, games=2)]))
    with unit_of_work(seeded) as session:
        late = max(row["as_of"] for row in rows_of(session, "SELECT as_of FROM sim_run"))
        used = {row["v"] for row in rows_of(session, "SELECT DISTINCT calibration_version AS v FROM prediction")}
        names = [str(row["run_id"]) for row in rows_of(session, "SELECT run_id FROM sim_run")]
        tune.calibration.roll_back(session, GLOBAL_SCOPE, at=a_desk(seeded).clock(), **BY_HAND)
    found = [verify_run(a_desk(seeded), name) for name in names]

    assert late > 0
    assert len(used) == 2
    assert len(found) == 4
    assert {result.differences for result in found} == {()}
