"""Ruling: switches that open and close by themselves. A rule lifts what it has opened, and never what a person set."""

from collections.abc import Mapping, Sequence

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import Standing
from closeline.domain.feeds.wants import Kind
from closeline.domain.gates.bias import BIAS_ACTUAL, BIAS_MARKET
from closeline.domain.governance.modes import (
    FEED_STALE,
    MODEL_BIAS,
    POLLS_TO_FALL,
    POLLS_TO_RISE,
    PROVIDER_DOWN,
    QUOTA,
    RULES,
    Health,
)
from closeline.domain.governance.switches import SYSTEM, Switch, automatic
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.flow import settle
from closeline.jobs.desk import Desk
from closeline.store.desk import incidents, switches
from closeline.store.desk.alerts import Alert
from closeline.store.past import bias
from closeline.store.polls import calls
from closeline.store.session import Session

# Who says that it has no such thing, or does not understand, is up.
_ANSWERS = (CallOutcome.OK, CallOutcome.NOT_FOUND, CallOutcome.BAD_REQUEST)
LIFTED = "all is right again for long enough"
# What is raised elsewhere already, where it is measured.
_TOLD_ELSEWHERE = (FEED_STALE, MODEL_BIAS)


def rule(session: Session, desk: Desk, found: Mapping[League, Standing], resting: Sequence[League]) -> None:
    """Open and lift what the rules say of each league; of one that rests, silence of its feed is nobody's fault.

    To be called before anything else is written in the transaction: see `store/desk/switches.py`.
    """
    on = switches.turned_on(session, tenant_id=desk.tenant_id)
    for league, standing in found.items():
        health = health_of(session, desk, league, standing)
        for item in RULES:
            open_one = automatic(on, f"league:{league}", item.cause)
            silent = league in resting and item.cause in (FEED_STALE, PROVIDER_DOWN, QUOTA)
            if open_one is None and not silent and item.opens(health):
                _open(session, desk, league, item.cause, _said(item.cause, health))
            elif open_one is not None and (silent or item.lifts(health)):
                _lift(session, desk, league, open_one)


def health_of(session: Session, desk: Desk, league: League, standing: Standing) -> Health:
    """Return how a league does, as the record and the disk tell."""
    polls = calls.of_league(session, league, Kind.ODDS, most=max(POLLS_TO_FALL, POLLS_TO_RISE))
    waiting = settle.waiting(session, tenant_id=desk.tenant_id, league=league, at=desk.clock())
    row = bias.in_force(session, league, desk.clock())
    triggers = set(row.triggers) if row else set()
    return Health(
        standing, desk.disk_free(), [item.outcome in _ANSWERS for item in polls],
        len(settle.late(waiting, at=desk.clock())), MODEL_BIAS in triggers,
        row is not None and not triggers & {BIAS_ACTUAL, BIAS_MARKET, MODEL_BIAS},
    )  # fmt: skip


def _open(session: Session, desk: Desk, league: League, cause: str, why: str) -> None:
    switches.turn_on(
        session, tenant_id=desk.tenant_id, scope=f"league:{league}", cause=cause, actor=SYSTEM, why=why,
        at=desk.clock(),
    )  # fmt: skip
    if cause not in _TOLD_ELSEWHERE:
        text = f"publishing of {league} is stopped: {why}"
        alert = Alert(desk.tenant_id, league, cause, text, canonical_json({"why": why}), desk.clock())
        incidents.meet(session, alert, scope=league)


def _lift(session: Session, desk: Desk, league: League, switch: Switch) -> None:
    switches.lift(session, switch, actor=SYSTEM, why=LIFTED, at=desk.clock())
    if switch.cause not in _TOLD_ELSEWHERE:
        incidents.close(session, switch.cause, scope=league, tenant_id=desk.tenant_id, at=desk.clock())


def _said(cause: str, health: Health) -> str:
    """Return what is wrong, in words."""
    match cause:
        case "FEED_STALE":
            age = health.feed.content_age
            return f"its newest content is {int(age.total_seconds() // 60)} minutes old" if age else "nothing has come"
        case "GRADING_LATE":
            return f"{health.late} picks are graded late"
        case "PROVIDER_DOWN":
            return f"its last {POLLS_TO_FALL} polls all failed"
        case "MODEL_BIAS":
            return "its totals have been off for three days"
        case "DISK_LOW":
            return f"{(health.disk_free or 0.0):.1%} of the disk is free"
        case _:
            return "its credits are nearly used up"
