"""Bets of people who stake: each is settled by the one engine, at its own line, its own price and its own moment.

It is the way of a pick, asked with the terms of the bet: what voids a game or a player voids the bet on him. What has
changed since by a correction that still counts is a new step; what a person has decided stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.money.bets import Bet, Standing, Step, settled_step
from closeline.domain.settlement import SETTLEMENT_V1, Grading, SettlementRules
from closeline.domain.settlement.configured import rules_of
from closeline.flow.settle.grading import Circumstances
from closeline.flow.settle.standing import Known, first_settled, known_of, unreported
from closeline.store import models
from closeline.store.desk import bets
from closeline.store.models import ConfigVersion
from closeline.store.past.player_lines import NOBODY
from closeline.store.session import Session

EVENT_UNKNOWN = "EVENT_UNKNOWN"
# Events that are read at a time.
_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """A bet, the step by which it settles now, if any, and why it is held, if it is."""

    standing: Standing
    step: Step | None
    held: str | None


_Settled = tuple[Grading, str]


def settle_bets(session: Session, *, tenant_id: str, at: datetime, actor: str) -> list[Outcome]:
    """Settle every bet that a result decides by now, and again where one was corrected; returns all looked at.

    Nothing is graded that is not final; a second run at the same moment adds nothing.
    """
    found = outcomes(session, tenant_id=tenant_id, at=at, actor=actor)
    bets.add_steps(session, [(item.standing.bet, item.step) for item in found if item.step is not None])
    return found


def outcomes(session: Session, *, tenant_id: str, at: datetime, actor: str, only: str | None = None) -> list[Outcome]:
    """Return what `settle_bets` would add, of all bets or of one, and add nothing."""
    waiting = [
        item for item in bets.standings(session, tenant_id=tenant_id, as_of=at)
        if not item.closed_by_hand and only in (None, item.bet.bet_id)
    ]  # fmt: skip
    configs = models.configs(session, tenant_id=tenant_id, as_of=at)
    found: dict[str, Outcome] = {}
    for some in _portions(waiting):
        events = sorted({item.bet.selection.event_id for item in some})
        of_players = sorted({item.bet.selection.event_id for item in some if item.bet.selection.market.player_id})
        known = known_of(session, events, at=at, of_players=of_players)
        for item in some:
            rules = _rules(item.bet, configs)
            found[item.bet.bet_id] = _outcome(item, _settled(item.bet, known, rules, at), known, rules, at, actor)
    return [found[item.bet.bet_id] for item in waiting]


def _outcome(
    item: Standing, settled: _Settled | str, known: Known, rules: SettlementRules, at: datetime, actor: str
) -> Outcome:
    if isinstance(settled, str):
        return Outcome(item, None, settled)
    graded, evidence = settled
    starts_at = known.versions[item.bet.selection.event_id][-1].starts_at
    step = settled_step(
        item, graded, at=at, actor=actor, rules=rules.version, evidence=evidence, ended_at=starts_at
    )  # fmt: skip
    return Outcome(item, step, None)


def _portions(waiting: Sequence[Standing]) -> Iterator[list[Standing]]:
    by_event: dict[str, list[Standing]] = {}
    for item in waiting:
        by_event.setdefault(item.bet.selection.event_id, []).append(item)
    names = sorted(by_event)
    for place in range(0, len(names), _EVENTS):
        yield [item for name in names[place : place + _EVENTS] for item in by_event[name]]


def _rules(bet: Bet, configs: Sequence[ConfigVersion]) -> SettlementRules:
    """Return the rule set that was in force when the bet was placed: what changes later changes no bet."""
    then = next((each for each in reversed(configs) if each.created_at <= bet.placed_at), None)
    return SETTLEMENT_V1 if then is None else rules_of(then.content, League(bet.league))


def _settled(bet: Bet, known: Known, rules: SettlementRules, at: datetime) -> _Settled | str:
    """Return what the last version that counts makes of a bet and the name of that version; or why it is held."""
    event_id = bet.selection.event_id
    versions, history = known.versions.get(event_id), known.results.get(event_id)
    reports = known.reports.get(event_id, [])
    if not versions:
        return EVENT_UNKNOWN
    if not history:
        return unreported(reports, at)
    around = Circumstances(versions, history, bet.placed_at, at, known.players.get(event_id, NOBODY))
    ended = first_settled(bet, around, reports, rules)
    return ended if isinstance(ended, str) else (ended[0], f"{event_id}@{ended[1].result_version}")
