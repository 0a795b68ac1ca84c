"""Which calibration is in force is the fold of events, and at most one is at any time."""

# mypy: disable-error-code="union-attr"

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from closeline.domain.calibration import GLOBAL_SCOPE, CalibrationMethod, CalibrationStatus
from closeline.domain.errors import AppendOnlyViolation, IllegalTransition
from closeline.domain.leagues import League
from closeline.maths.calibrate import IDENTITY, CalibrationMap, EffectiveMap
from closeline.store import calibrations, schema
from closeline.store.calibrations import ActiveMap, NewCalibration
from closeline.store.session import unit_of_work
from closeline.store.tables.learning import calibration_event
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, rolled_back, rows_of

GRID = np.linspace(0.01, 0.99, 99)
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


# ------------------------------------------------------------------------------------- scopes and steps

COLD = CalibrationMap(CalibrationMethod.TEMPERATURE, (2.0,))
WARM = CalibrationMap(CalibrationMethod.TEMPERATURE, (1.25,))
EVERYWHERE = replace(
    NEW, league=GLOBAL_SCOPE, market_key=GLOBAL_SCOPE, map_json=WARM.to_json(), weight=1.0, tenant_id=TENANT
)


def step(session, new, status, at=OPENS, reasons=()):
    calibrations.take(
        session, tenant_id=TENANT, scope=new.scope, version=new.calibration_version, status=status, reasons=reasons,
        evidence={}, at=at, actor="somebody", why="because",
    )  # fmt: skip


def enter(session, new, at=OPENS):
    calibrations.add(session, new, tenant_id=TENANT, at=at)
    for status in (CalibrationStatus.CANDIDATE, CalibrationStatus.SHADOW, CalibrationStatus.ACTIVE):
        step(session, new, status, at)


def maps(session, league="nba", at=OPENS + 99 * HOUR):
    return calibrations.active(session, tenant_id=TENANT, league=league, as_of=at)


def test_the_global_map_serves_every_market_without_one_of_its_own(record):
    with unit_of_work(record) as session:
        enter(session, NEW)
        enter(session, EVERYWHERE)
        found, other = maps(session), maps(session, "mlb")

    assert EVERYWHERE.scope == GLOBAL_SCOPE
    assert calibrations.map_of(found, KEY).calibration_version == NEW.calibration_version
    assert calibrations.map_of(found, "TOTAL:FULL_GAME").calibration_version == EVERYWHERE.calibration_version
    assert calibrations.map_of(other, KEY).read().apply(0.6) == WARM.apply(0.6)
    assert calibrations.map_of({}, KEY) is None


def test_a_segment_is_applied_as_it_was_judged_whatever_became_of_the_global_map_under_it(record):
    leaning = replace(
        NEW, map_json=COLD.to_json(), base_version=EVERYWHERE.calibration_version, weight=0.75, tenant_id=TENANT
    )
    with unit_of_work(record) as session:
        enter(session, EVERYWHERE)
        enter(session, leaning)
        before = maps(session)[KEY].read()
        step(session, EVERYWHERE, CalibrationStatus.RETIRED, OPENS + HOUR, ("DEACTIVATED",))
        after = maps(session)[KEY].read()

    assert before == after == EffectiveMap(COLD, WARM, 0.75)
    logit = 0.75 * np.log(0.7 / 0.3) / 2.0 + 0.25 * np.log(0.7 / 0.3) / 1.25
    assert before.apply(0.7) == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-12)


def test_a_segment_of_an_old_record_stands_alone(record):
    with unit_of_work(record) as session:
        old = replace(NEW, map_json=COLD.to_json())
        calibrations.add(session, old, tenant_id=TENANT, at=OPENS)
        say(session, old.calibration_version, "CANDIDATE")
        say(session, old.calibration_version, "ACTIVE")
        found = maps(session)[KEY]

    assert found == ActiveMap(old.calibration_version, COLD.to_json())
    assert (found.read().apply(GRID) == COLD.apply(GRID)).all()


def test_a_step_that_its_life_does_not_allow_leaves_nothing(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        with pytest.raises(IllegalTransition, match="must follow its life"):
            step(session, NEW, CalibrationStatus.ACTIVE)
        assert calibrations.steps_of(session, tenant_id=TENANT, scope=NEW.scope) == []


def test_a_step_says_by_whom_and_why(record):
    with unit_of_work(record) as session:
        enter(session, NEW)
        steps = calibrations.steps_of(session, tenant_id=TENANT, scope=NEW.scope)
        assert calibrations.last_at(session, tenant_id=TENANT, scope=NEW.scope) == OPENS
        assert calibrations.scopes(session, tenant_id=TENANT) == [NEW.scope]

    assert [(each.seq, each.status, each.actor, each.why) for each in steps] == [
        (1, "CANDIDATE", "somebody", "because"), (2, "SHADOW", "somebody", "because"), (3, "ACTIVE", "somebody", "because"),
    ]  # fmt: skip


def test_two_steps_of_one_scope_never_have_one_number(record):
    with unit_of_work(record) as session:
        enter(session, NEW)
        row = rows_of(session, "SELECT * FROM calibration_event WHERE seq = 3")[0]
    with pytest.raises(AppendOnlyViolation), unit_of_work(record) as session:
        session.append(calibration_event, tuple(row), [tuple(row.values())])


def test_the_same_map_of_two_tenants_is_two_versions():
    mine, yours = (replace(NEW, weight=1.0, tenant_id=tenant) for tenant in ("me", "you"))

    assert mine.calibration_version != yours.calibration_version


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["shadow", "pass", "fail", "deactivate", "roll back", "again"]), st.integers(0, 3)
        ),
        max_size=14,
    )
)  # fmt: skip
def test_after_any_runs_activations_roll_backs_and_deactivations_one_is_in_force_at_most(record, story):
    with rolled_back(record) as session:
        news = [replace(NEW, n_train=n, weight=0.5, tenant_id=TENANT) for n in range(4)]
        spells: list[str | None] = [None]
        for hour, (what, n) in enumerate(story):
            at = OPENS + hour * HOUR
            acted(session, what, news[n], spells, at)
            assert in_force(session, at).get(KEY) == spells[-1]
            rows = rows_of(session, "SELECT status, calibration_version AS name FROM calibration_event ORDER BY seq")
            last = {row["name"]: row["status"] for row in rows}
            assert sum(status == "ACTIVE" for status in last.values()) == (spells[-1] is not None)
            assert sum(status == "SHADOW" for status in last.values()) <= 1


def acted(session, what, new, spells, at):
    """Do what a person or the week's job would, where it may, and keep what is in force by a model of ours."""
    scope, name = NEW.scope, new.calibration_version
    found = calibrations.standing_of(session, tenant_id=TENANT, scope=scope)
    status = found.statuses.get(name)
    if what == "shadow" and status is None and found.shadow is None:
        calibrations.add(session, new, tenant_id=TENANT, at=at)
        step(session, new, CalibrationStatus.CANDIDATE, at)
        step(session, new, CalibrationStatus.SHADOW, at)
    elif what == "fail" and status == "SHADOW":
        step(session, new, CalibrationStatus.REJECTED, at)
    elif (what == "pass" and status == "SHADOW") or (what == "again" and status == "RETIRED"):
        retired(session, found.active, at, "SUPERSEDED")
        step(session, new, CalibrationStatus.ACTIVE, at)
        spells.append(name)
    elif what == "deactivate" and found.active:
        retired(session, found.active, at, "DEACTIVATED")
        spells.append(None)
    elif what == "roll back" and found.active:
        before = found.rolls_back_to
        retired(session, found.active, at, "ROLLED_BACK")
        spells.pop()
        assert before == spells[-1]
        if before is not None:
            calibrations.take(
                session, tenant_id=TENANT, scope=scope, version=before, status=CalibrationStatus.ACTIVE, evidence={}, at=at
            )  # fmt: skip


def retired(session, name, at, reason):
    if name is not None:
        calibrations.take(
            session, tenant_id=TENANT, scope=NEW.scope, version=name, status=CalibrationStatus.RETIRED,
            reasons=(reason,), evidence={}, at=at,
        )  # fmt: skip


# -------------------------------------------------------------------------------------------- old records


def test_steps_of_before_the_shadow_outlive_the_way_up_and_down(record):
    with unit_of_work(record) as session:
        calibrations.add(session, NEW, tenant_id=TENANT, at=OPENS)
        for status in ("CANDIDATE", "ACTIVE"):
            say(session, NEW.calibration_version, status)
        other = replace(NEW, n_train=7)
        calibrations.add(session, other, tenant_id=TENANT, at=OPENS)
        for status in ("CANDIDATE", "SHADOW"):
            say(session, other.calibration_version, status)
    schema.downgrade(record, "0014")
    with unit_of_work(record, write=False) as session:
        told = rows_of(session, "SELECT status FROM calibration_event ORDER BY seq")
    schema.upgrade(record)
    with unit_of_work(record) as session:
        assert in_force(session) == {KEY: NEW.calibration_version}
        assert [row["status"] for row in told] == ["CANDIDATE", "ACTIVE", "CANDIDATE", "CANDIDATE"]
        assert calibrations.version(session, NEW.calibration_version, tenant_id=TENANT).weight is None
        assert calibrations.last_sample(session, tenant_id=TENANT, league="nba", market_key=KEY) == NEW.n_train
    for change in ("UPDATE calibration_event SET status = 'ACTIVE'", "DELETE FROM calibration_event"):
        with pytest.raises(AppendOnlyViolation), unit_of_work(record) as session:
            session.execute(text(change))
