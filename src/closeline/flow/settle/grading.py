"""Grading: one pick, one version of its event's result, one grade, by the rules and at the real price."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from closeline.domain.digits import of_formula
from closeline.domain.feeds.captures import Basis, ResultStatus
from closeline.domain.leagues import EASTERN, PACIFIC, League, league_day
from closeline.domain.markets import Selection, Side, is_of_players
from closeline.domain.odds import Price
from closeline.domain.settlement import (
    SETTLEMENT_V1,
    GameRecord,
    Grading,
    NotFinal,
    Result,
    Settled,
    SettledTerms,
    SettlementRules,
    same_game_week,
    settle,
)
from closeline.domain.settlement.game import Score
from closeline.flow.settle.players import record_of
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.past.player_lines import NOBODY, GameLog
from closeline.store.references import EventVersion
from closeline.store.results import EventResult

MICROS = 1_000_000
_INNINGS = 9
_CLIP = 1e-6
_HOUR = timedelta(hours=1)
_UNFINISHED = frozenset({ResultStatus.SCHEDULED, ResultStatus.LIVE, ResultStatus.POSTPONED, ResultStatus.SUSPENDED})
_GAME_WEEKS = frozenset({League.NFL, League.NCAAF})


class Ticket(Protocol):
    """What settles, whoever wrote it down: a pick of the desk, or a bet of somebody who stakes."""

    @property
    def league(self) -> str:
        """Return the league of the event."""
        ...

    @property
    def selection(self) -> Selection:
        """Return what was bet on, at the ticket's own line."""
        ...

    @property
    def price(self) -> Price:
        """Return the price that was taken."""
        ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a ticket knew of its game and what came of it: the event's versions, oldest first, and its results.

    The last result is the one that is graded. `published_at` is when the terms became official, `at` when the question
    is asked. `players`: what was told of who played in it.
    """

    versions: Sequence[EventVersion]
    results: Sequence[EventResult]
    published_at: datetime
    at: datetime
    players: GameLog = NOBODY

    @property
    def scheduled(self) -> EventVersion:
        """Return the event as it was known when the pick was published."""
        return next((one for one in reversed(self.versions) if one.received_at <= self.published_at), self.versions[0])

    @property
    def listed(self) -> EventVersion:
        """Return the event as it was listed when the game was over, or is listed now while it is not.

        What a listing says after the end changes nothing: it would grade by the day on which somebody asks.
        """
        result = self.results[-1]
        told = self.at if result.status in _UNFINISHED else result.received_at
        return next((one for one in reversed(self.versions) if one.received_at <= told), self.scheduled)

    @property
    def put_off(self) -> bool:
        """Say whether an earlier version of the result was that the game is postponed."""
        return any(one.status is ResultStatus.POSTPONED for one in self.results[:-1])

    @property
    def moved_to(self) -> datetime | None:
        """Return the start that a source has quoted since, null while none has quoted another one.

        Of a game that was put off and listed on no other date until its end, the first that is listed after it.
        """
        since = (one for one in self.versions if self.put_off and one.received_at > self.listed.received_at)
        return next(filter(None, map(self._other_start, (self.listed, *since))), None)

    def _other_start(self, one: EventVersion) -> datetime | None:
        then = self.scheduled
        quoted = then.start_basis is one.start_basis is Basis.QUOTED
        return one.starts_at if quoted and one.starts_at != then.starts_at else None

    @property
    def suspended(self) -> EventResult | None:
        """Return the last version of the result by which play had stopped."""
        return next((one for one in reversed(self.results) if one.status is ResultStatus.SUSPENDED), None)

    def starters_changed(self, start: datetime) -> tuple[Side, ...]:
        """Return whose starting pitcher was another one before the start than when the pick was published."""
        then = self.scheduled
        last = next((one for one in reversed(self.versions) if one.received_at < start), then)
        sides = (
            (Side.HOME, then.home_pitcher, last.home_pitcher),
            (Side.AWAY, then.away_pitcher, last.away_pitcher),
        )
        return tuple(side for side, one, other in sides if one and other and one != other)


def game_record(league: League, result: EventResult, around: Circumstances | None = None) -> GameRecord:
    """Return a result as the settlement rules take it: of a game called early, the innings on file were played."""
    facts = result.facts
    called = league is League.MLB and result.status is ResultStatus.SHORTENED and bool(result.periods)
    regulation, stopped = _pair(facts.regulation), _pair(facts.at_suspension)
    innings = float(len(result.periods)) if called and facts.innings_completed is None else facts.innings_completed
    record = GameRecord(
        status=result.status,
        home=result.home_score,
        away=result.away_score,
        reg_home=regulation[0],
        reg_away=regulation[1],
        periods=result.periods,
        overtime=result.overtime if result.overtime or facts.overtime_told else None,
        shootout=result.shootout,
        minutes_played=facts.minutes_played,
        innings_completed=innings,
        scheduled_innings=facts.scheduled_innings or _INNINGS,
        home_at_suspension=stopped[0],
        away_at_suspension=stopped[1],
        minutes_at_suspension=facts.minutes_at_suspension,
        innings_at_suspension=facts.innings_at_suspension,
        home_away_swapped=facts.home_away_swapped,
        starters_changed=facts.starters_changed,
    )
    return record if around is None else _in_time(league, _with_suspension(record, around), result, around)


def _pair(score: Score | None) -> tuple[int | None, int | None]:
    return (None, None) if score is None else score


def _with_suspension(record: GameRecord, around: Circumstances) -> GameRecord:
    """Add the state in which play stopped where only an earlier version of the result tells it."""
    stopped = around.suspended
    if stopped is None or record.status is ResultStatus.SUSPENDED or record.score_at_suspension is not None:
        return record
    return replace(
        record,
        home_at_suspension=stopped.home_score,
        away_at_suspension=stopped.away_score,
        minutes_at_suspension=record.minutes_at_suspension or stopped.facts.minutes_played,
        innings_at_suspension=record.innings_at_suspension or stopped.facts.innings_completed,
    )


def _in_time(league: League, record: GameRecord, result: EventResult, around: Circumstances) -> GameRecord:
    scheduled, facts = around.scheduled.starts_at, result.facts
    unfinished = result.status in _UNFINISHED
    waits = result.status in (ResultStatus.POSTPONED, ResultStatus.SCHEDULED)
    # A new date that is only announced is no start yet, but it says already whether it is of the same day or week.
    began = facts.started_at or (None if waits else around.moved_to)
    dated = began or around.moved_to
    changed = around.starters_changed(began or around.listed.starts_at) if league is League.MLB else ()
    return replace(
        record,
        hours_to_actual_start=None if began is None else (began - scheduled) / _HOUR,
        hours_to_completion=None if unfinished else _hours_to_completion(result, around, began),
        hours_waited=(around.at - scheduled) / _HOUR if unfinished else None,
        same_game_week=_same_week(league, scheduled, dated),
        same_local_date=_same_date(league, scheduled, dated),
        put_off=around.put_off,
        postseason=bool(around.versions[-1].playoff),
        starters_changed=tuple(sorted({*record.starters_changed, *changed})),
    )


def _hours_to_completion(result: EventResult, around: Circumstances, began: datetime | None) -> float | None:
    """Return the hours from the scheduled start to the end.

    Where nobody told the end it is when the result was told: after a suspension, and for a game that was put off and
    of which nobody told the start either.
    """
    untold = around.suspended is not None or (around.put_off and began is None)
    ended = result.facts.ended_at or (result.received_at if untold else None)
    return None if ended is None else (ended - around.scheduled.starts_at) / _HOUR


def _same_week(league: League, scheduled: datetime, actual: datetime | None) -> bool | None:
    if league not in _GAME_WEEKS or actual is None:
        return None
    return same_game_week(league, league_day(scheduled), league_day(actual))


def _same_date(league: League, scheduled: datetime, actual: datetime | None) -> bool | None:
    """Say whether two starts are of one local date: one that the east coast or the west coast counts as one."""
    if league is not League.MLB or actual is None:
        return None
    zones = (EASTERN, PACIFIC)
    return any(scheduled.astimezone(zone).date() == actual.astimezone(zone).date() for zone in zones)


def settled_of(
    item: Ticket, result: EventResult, around: Circumstances | None = None, rules: SettlementRules = SETTLEMENT_V1,
    by: datetime | None = None,
) -> Settled:  # fmt: skip
    """Return what the rules make of a pick under one version of a result.

    by: the moment until which what was told of a player counts; left out, all that is in `around`.
    """
    selection = item.selection
    terms = SettledTerms(
        League(item.league), selection.market, selection.side, selection.line_quarters, item.price.exact
    )
    game = game_record(terms.league, result, around)
    if around is None or not is_of_players(selection.market.key):
        return settle(terms, game, rules)
    return settle(terms, game, rules, record_of(around.players, result, selection.market, by=by or around.at))


def grade_of(
    item: Pick, result: EventResult, track: LineTrack | None, *, at: datetime, around: Circumstances | None = None
) -> Grade | None:
    """Grade one pick under one result version; null while the rules call the result not final."""
    settled = settled_of(item, result, around)
    return None if isinstance(settled, NotFinal) else graded(item, result, settled, track, at=at)


def graded(
    item: Pick, result: EventResult, settled: Grading, track: LineTrack | None, *, at: datetime,
    rules: SettlementRules = SETTLEMENT_V1,
) -> Grade:  # fmt: skip
    """Return the grade that a settled pick gets, with the scores of its probability and of the market's two."""
    won = {Result.WIN: 1.0, Result.LOSS: 0.0}.get(settled.result)
    q_close = track.q_close if track else None
    return Grade(
        tenant_id=item.tenant_id,
        pick_id=item.pick_id,
        rules=rules.version,
        result_version=result.result_version,
        result=settled.result,
        settled_fraction_quarters=settled.fraction_quarters,
        units_micros=_units(settled),
        reason=settled.reason or ",".join(settled.flags) or None,
        p_final=item.p_final,
        q_market=item.q_market,
        q_close=q_close,
        brier=_brier(item.p_final, won),
        log_loss=_log_loss(item.p_final, won),
        brier_market=_brier(item.q_market, won),
        supersedes=None,
        graded_at=at,
        log_loss_market=_log_loss(item.q_market, won),
        brier_close=_brier(q_close, won),
        log_loss_close=_log_loss(q_close, won),
    )


def _units(settled: Grading) -> int:
    # Profit of one unit risked at the real price, to the micro-unit, halves away from zero.
    micros = settled.units * MICROS
    return math.floor(micros + 0.5) if micros >= 0 else -math.floor(-micros + 0.5)


def _brier(probability: float | None, won: float | None) -> float | None:
    return None if probability is None or won is None else of_formula((probability - won) ** 2)


def _log_loss(probability: float | None, won: float | None) -> float | None:
    if probability is None or won is None:
        return None
    clipped = min(max(probability, _CLIP), 1 - _CLIP)
    return of_formula(-math.log(clipped if won else 1 - clipped))
