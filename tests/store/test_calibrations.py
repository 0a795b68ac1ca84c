"""Which calibration is in force is the fold of events, and at most one is at any time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.leagues import League
from closeline.maths.calibrate import IDENTITY
from closeline.store import calibrations
from closeline.store.calibrations import ActiveMap, NewCalibration
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, rolled_back

KEY = "SPREAD:FULL_GAME"
NEW = NewCalibration(League.NBA, KEY, "IDENTITY", IDENTITY.to_json(), 100, 40, OPENS, OPENS, OPENS, 140)


def say(session, version, status, at=OPENS, scope=NEW.scope):
    calibrations.judge(
        session, tenant_id=TENANT, scope=scope, version=version, status=status, reasons=("R",), evidence={"n": 1}, at=at
    )


def in_force(session, at=OPENS + 99 * HOUR, league="nba"):
    return {
        key: found.calibration_version
        for key, found in calibrations.active(session, tenant_id=TENANT, league=league, as_of=at).items()
    }


def test_a_calibration_is_a_version_of_its_map_and_its_training(record):
    with unit_of_work(record) as session:
        assert calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        assert not calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS + HOUR)
        assert calibrations.add(session, replace(NEW, n_train=101), tenant_id=TENANT, at=OPENS)


def test_a_candidate_or_a_rejected_map_is_not_in_force(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        for status in ("CANDIDATE", "REJECTED"):
            say(session, NEW.calibration_version, status)
            assert in_force(session) == {}


def test_a_map_is_in_force_from_its_activation_and_not_before(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        say(session, NEW.calibration_version, "ACTIVE", OPENS + HOUR)
        assert in_force(session, OPENS + HOUR - timedelta(microseconds=1)) == {}
        found = calibrations.active(session, tenant_id=TENANT, league="nba", as_of=OPENS + HOUR)
        assert found == {KEY: ActiveMap(NEW.calibration_version, IDENTITY.to_json())}
        assert in_force(session, league="nfl") == {}


def test_another_tenants_calibrations_are_not_ours(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        say(session, NEW.calibration_version, "ACTIVE")
        assert calibrations.active(session, tenant_id="other", league="nba", as_of=OPENS) == {}


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([KEY, "TOTAL:FULL_GAME"]),
            st.integers(0, 2),
            st.sampled_from(["CANDIDATE", "ACTIVE", "REJECTED", "RETIRED"]),
        ),
        max_size=10,
    )
)
def test_at_every_moment_at_most_one_map_is_in_force_per_market(record, story):
    with rolled_back(record) as session:
        expected: dict[str, str] = {}
        maps = {(key, n): replace(NEW, market_key=key, n_train=n) for key in (KEY, "TOTAL:FULL_GAME") for n in range(3)}
        for new in maps.values():
            calibrations.add(session, new, tenant_id=TENANT, at=OPENS)
        for hour, (key, n, status) in enumerate(story):
            new = maps[key, n]
            say(session, new.calibration_version, status, OPENS + hour * HOUR, new.scope)
            if status == "ACTIVE":
                expected[key] = new.calibration_version
            elif status == "RETIRED" and expected.get(key) == new.calibration_version:
                del expected[key]
            assert in_force(session, OPENS + hour * HOUR) == expected


def test_how_many_results_stood_behind_the_last_fit_is_remembered(record):
    with unit_of_work(record) as session:
        assert calibrations.last_sample(session, tenant_id=TENANT, league="nba", market_key=KEY) == 0
        for sample in (500, 700):
            calibrations.add(session, replace(NEW, n_train=sample, sample=sample), tenant_id=TENANT, at=OPENS)
        assert calibrations.last_sample(session, tenant_id=TENANT, league="nba", market_key=KEY) == 700
        assert calibrations.last_sample(session, tenant_id=TENANT, league="nba", market_key="TOTAL:FULL_GAME") == 0


def test_the_history_tells_every_judgement_with_its_reasons(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        for hour, status in enumerate(("CANDIDATE", "ACTIVE", "RETIRED")):
            say(session, NEW.calibration_version, status, OPENS + hour * HOUR)
        told = calibrations.history(session, tenant_id=TENANT)

    assert [(each.status, each.reasons, each.at) for each in told] == [
        (status, ("R",), OPENS + hour * HOUR) for hour, status in enumerate(("CANDIDATE", "ACTIVE", "RETIRED"))
    ]


@pytest.mark.parametrize(
    "change", [{"map_json": "{}"}, {"n_train": 7}, {"trained_to": OPENS + HOUR}, {"market_key": "x"}]
)
def test_any_other_training_is_another_version(change):
    assert replace(NEW, **change).calibration_version != NEW.calibration_version
