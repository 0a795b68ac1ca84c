"""What a gate has not let through is put in force by two people, each with a reason, and by no one alone."""

import json
from datetime import timedelta

import pytest

from closeline.domain.errors import BadInput, Refused
from closeline.domain.events import CalibrationJudged
from closeline.flow.tune.calibration.overriding import OPEN_FOR
from closeline.jobs.learning import overriding
from closeline.jobs.learning.calibrating import activate, rollback
from closeline.store import calibrations, events
from closeline.store.invariants.audit import changes_follow
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, plant_calibration

SCOPE = "nba/SPREAD:FULL_GAME"
MAP = '{"knots":[],"method":"TEMPERATURE","parameters":[1.25]}'
NOW = OPENS + HOUR


def a_candidate(engine, status="REJECTED"):
    """Put a version into the record that its gate has judged, and give its name."""
    with unit_of_work(engine) as session:
        name = plant_calibration(
            session, market_key="SPREAD:FULL_GAME", at=OPENS, map_json=MAP, status="CANDIDATE"
        )  # fmt: skip
        calibrations.judge(
            session, tenant_id=TENANT, scope=SCOPE, version=name, status=status, reasons=("MIN_SAMPLES",),
            evidence={"gate": {"evaluated": 12, "brier_new": 0.21}}, at=OPENS,
        )  # fmt: skip
    return name


def standing(engine):
    with unit_of_work(engine, write=False) as session:
        return calibrations.standing_of(session, tenant_id=TENANT, scope=SCOPE)


def told(engine, kind):
    with unit_of_work(engine, write=False) as session:
        assert events.broken_links(session, chain=TENANT) == []
        assert changes_follow(session, TENANT) == []
        return [item.body for item in events.since(session, chain=TENANT, after=0) if item.name == kind]


@pytest.mark.parametrize("status", ["REJECTED", "SHADOW"])
def test_a_second_person_puts_it_in_force_and_the_gates_numbers_stay_with_it(trusting, status):
    name, before = a_candidate(trusting, status), standing(trusting).active
    desk = a_desk(trusting, now=NOW)
    asked = overriding.ask(desk, name[:12], actor="ann", why="a rule changed")
    assert standing(trusting).active == before
    found = overriding.confirm(later(desk, NOW + HOUR), name[:12], actor="bob", why="I looked at it")
    step = found.events[-1]

    assert (asked.status, asked.reasons, asked.asked_by) == (status, ["MIN_SAMPLES"], "ann")
    assert (found.status, step.reasons, step.actor, step.why) == ("ACTIVE", ["OVERRIDDEN"], "bob", "I looked at it")
    assert step.evidence["override"] == {
        "asked_by": "ann", "status": status, "reasons": ["MIN_SAMPLES"],
        "gate": {"gate": {"evaluated": 12, "brier_new": 0.21}},
    }  # fmt: skip
    assert standing(trusting).active == name
    (request,), (done,) = told(trusting, "CalibrationOverrideAsked"), told(trusting, "CalibrationOverridden")
    assert json.loads(request["evidence"]) == {"gate": {"evaluated": 12, "brier_new": 0.21}}
    assert (done["asked_by"], done["actor"]) == ("ann", "bob")
    assert [item["status"] for item in told(trusting, CalibrationJudged.__name__)] == ["ACTIVE"]


@pytest.mark.parametrize("who", ["ann", "ANN", " ann "])
def test_nobody_confirms_his_own_request(trusting, who):
    name = a_candidate(trusting)
    desk = a_desk(trusting, now=NOW)
    overriding.ask(desk, name, actor="ann", why="a rule changed")

    with pytest.raises(Refused, match="must be confirmed by another person than ann"):
        overriding.confirm(desk, name, actor=who, why="I say so")
    assert standing(trusting).active != name


def test_what_nobody_asked_for_and_what_is_done_is_refused(trusting):
    name = a_candidate(trusting)
    desk = a_desk(trusting, now=NOW)
    with pytest.raises(Refused, match="must have been asked for within 7 days"):
        overriding.confirm(desk, name, actor="bob", why="why not")
    overriding.ask(desk, name, actor="ann", why="a rule changed")
    overriding.confirm(desk, name, actor="bob", why="why not")

    with pytest.raises(Refused, match="must have been asked for within 7 days"):
        overriding.confirm(later(desk, NOW + HOUR), name, actor="bob", why="again")


def test_a_request_is_open_for_a_week(trusting):
    name = a_candidate(trusting)
    desk = a_desk(trusting, now=NOW)
    overriding.ask(desk, name, actor="ann", why="a rule changed")

    with pytest.raises(Refused, match="must have been asked for within 7 days"):
        overriding.confirm(later(desk, NOW + OPEN_FOR + timedelta(seconds=1)), name, actor="bob", why="late")


def test_a_version_that_was_judged_again_meanwhile_is_asked_for_again(trusting):
    name = a_candidate(trusting, "SHADOW")
    desk = a_desk(trusting, now=NOW)
    overriding.ask(desk, name, actor="ann", why="a rule changed")
    with unit_of_work(trusting) as session:
        calibrations.judge(session, tenant_id=TENANT, scope=SCOPE, version=name, status="REJECTED", reasons=("WORSE",),
                           evidence={}, at=NOW)  # fmt: skip

    with pytest.raises(Refused, match="must stand as it stood when it was asked for, SHADOW, was REJECTED"):
        overriding.confirm(later(desk, NOW + HOUR), name, actor="bob", why="I looked at it")


def test_what_is_in_force_or_was_needs_no_override(trusting):
    desk = a_desk(trusting, now=NOW)
    name = standing(trusting).active
    with pytest.raises(Refused, match="must be REJECTED or in the SHADOW to be overridden"):
        overriding.ask(desk, name, actor="ann", why="a rule changed")
    rollback(desk, SCOPE, actor="ann", why="odd")

    with pytest.raises(Refused, match="without --override puts a retired one in force"):
        overriding.ask(later(desk, NOW + HOUR), name, actor="ann", why="a rule changed")


def test_without_an_override_one_person_puts_nothing_in_force_that_its_gate_refused(trusting):
    """The other side of the law above: the ordinary way stays shut."""
    name = a_candidate(trusting)

    with pytest.raises(Refused, match="has its gate and its shadow to pass"):
        activate(a_desk(trusting, now=NOW), name, actor="ann", why="I say so")


def test_a_request_needs_a_reason_and_a_name(trusting):
    name = a_candidate(trusting)
    for given in ({"actor": " ", "why": "so"}, {"actor": "ann", "why": " "}):
        with pytest.raises(BadInput):
            overriding.ask(a_desk(trusting, now=NOW), name, **given)


def test_what_was_overridden_is_rolled_back_as_anything_else(trusting):
    name, before = a_candidate(trusting), standing(trusting).active
    desk = a_desk(trusting, now=NOW)
    overriding.ask(desk, name, actor="ann", why="a rule changed")
    overriding.confirm(desk, name, actor="bob", why="I looked at it")
    rollback(later(desk, NOW + 24 * HOUR), SCOPE, actor="ann", why="odd")

    assert standing(trusting).active == before
