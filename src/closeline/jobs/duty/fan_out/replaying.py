"""Replaying: the backtest of one league as a part. Leagues share nothing that a record's hash covers."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import monotonic, perf_counter

from closeline.domain.errors import Refused
from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League
from closeline.domain.ports import Part
from closeline.flow import view
from closeline.flow.forecast import Engine
from closeline.jobs.desk import Desk
from closeline.jobs.duty.leading import RENEW_EVERY, Leadership
from closeline.jobs.replaying.backtest import backtest
from closeline.store.session import unit_of_work

WORK = "backtest.league"


def part_of(
    league: League, archives: list[str], publish_from: date, database: str, evaluator: Evaluator, worlds: int
) -> Part:
    """Return the part that runs a league's backtest into the record at `database`."""
    return {
        "league": league, "archives": os.pathsep.join(archives), "publish_from": publish_from.isoformat(),
        "database": database, "engine": evaluator, "worlds": worlds,
    }  # fmt: skip


def replay(desk: Desk, part: Part) -> Part:
    """Run a league's backtest to its end, and return the hash of its record.

    Raises Refused while another process runs the same: its steps would come between ours, out of their order.
    """
    league, evaluator = League(str(part["league"])), Evaluator(str(part["engine"]))
    worlds = int(part["worlds"] or 0) if evaluator is Evaluator.WORLDS else 0
    began, holder = perf_counter(), f"{socket.gethostname()}:{os.getpid()}"
    leader = Leadership(desk.engine, desk.clock, holder, name=f"backtest:{league}")
    if leader.hold() is None:
        raise Refused(f"backtest of {league} must be run by one process at a time, another was at it; wait for its end")
    try:
        backtest(replace(desk, forecasting=Engine(evaluator, worlds)), _renewing(leader, league))
    finally:
        leader.release()
    with unit_of_work(desk.engine, write=False) as session:
        found = view.record_hash(session, tenant_id=desk.tenant_id, leagues=[league])
    return {"league": league, "record_hash": found, "seconds": round(perf_counter() - began, 3)}


def _renewing(leader: Leadership, league: League) -> Callable[[int, int], None]:
    last = monotonic()

    def renew(done: int, of: int) -> None:
        del done, of
        nonlocal last
        if monotonic() - last < RENEW_EVERY.total_seconds():
            return
        last = monotonic()
        if leader.hold() is None:
            raise Refused(f"backtest of {league} was taken over by another process; it goes on there")

    return renew
