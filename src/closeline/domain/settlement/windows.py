"""When a game that moved or stopped is still the game that was bet on."""

from dataclasses import replace
from datetime import date, timedelta

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.settlement.game import GameRecord, Score
from closeline.domain.settlement.rules import SettlementRules
from closeline.domain.settlement.score import progress, total_of

_NOT_STARTED = frozenset({ResultStatus.SCHEDULED, ResultStatus.POSTPONED})
# The weekday, Monday being 0, on which a league's game week begins.
_WEEK_BEGINS = {League.NFL: 3, League.NCAAF: 1}


def same_game_week(league: League, scheduled: date, actual: date) -> bool:
    """Say whether two days are of one game week: Thursday to Wednesday (NFL), Tuesday to Monday (NCAAF).

    Raises ValueError for a league that has no game weeks.
    """
    if league not in _WEEK_BEGINS:
        raise ValueError(f"league must have game weeks, was {league}")
    return _week_start(league, scheduled) == _week_start(league, actual)


def _week_start(league: League, day: date) -> date:
    return day - timedelta(days=(day.weekday() - _WEEK_BEGINS[league]) % 7)


def moved_outside(game: GameRecord, league: League, rules: SettlementRules) -> bool:
    """Say whether the start moved out of the league's window, so that bets are off."""
    waited = game.hours_waited if game.status in _NOT_STARTED else None
    delay = game.hours_to_actual_start if game.hours_to_actual_start is not None else waited or 0.0
    if league in _WEEK_BEGINS:
        return abs(delay) >= rules.game_week_hours if game.same_game_week is None else not game.same_game_week
    if league is League.MLB:
        return abs(delay) >= rules.mlb_delay_hours if game.same_local_date is None else not game.same_local_date
    return abs(delay) > rules.start_window_hours


def start_unknown(game: GameRecord, league: League, rules: SettlementRules) -> bool:
    """Say whether a game that was put off may have started outside the window, and nobody has said when it did.

    It had started by its end, or by now: where even that is inside the window, so was the start.
    """
    if not game.put_off or game.hours_to_actual_start is not None:
        return False
    latest = game.hours_to_completion if game.hours_to_completion is not None else game.hours_waited
    return latest is None or moved_outside(replace(game, hours_to_actual_start=latest), league, rules)


def was_suspended(game: GameRecord, rules: SettlementRules) -> bool:
    """Say whether play stopped and went on another time, by what is recorded or by how long the game took.

    How long it took is known only with its start: an end far from the schedule may be that of a game that moved.
    """
    if game.status is ResultStatus.SUSPENDED or game.score_at_suspension is not None:
        return True
    if game.hours_to_actual_start is None or game.hours_to_completion is None:
        return False
    return game.hours_to_completion - max(game.hours_to_actual_start, 0.0) > rules.longest_game_hours


def completed_too_late(game: GameRecord, rules: SettlementRules) -> bool:
    """Say whether a suspended game ended, or still waits, beyond the window for completing it."""
    hours = game.hours_to_completion if game.hours_to_completion is not None else game.hours_waited or 0.0
    window = rules.postseason_window_hours if game.postseason else rules.completion_window_hours
    return hours > window


def as_it_stopped(game: GameRecord, league: League) -> GameRecord:
    """Return the game as it stood when play was suspended: nothing that happened later is left in it."""
    stopped = game if game.status is ResultStatus.SUSPENDED else _nothing_later(game)
    score = game.score_at_suspension or stopped.score
    minutes, innings = game.minutes_at_suspension, game.innings_at_suspension
    stopped = replace(
        stopped,
        status=ResultStatus.SUSPENDED,
        home=None if score is None else score[0],
        away=None if score is None else score[1],
        minutes_played=stopped.minutes_played if minutes is None else minutes,
        innings_completed=stopped.innings_completed if innings is None else innings,
    )
    return replace(stopped, periods=_periods_so_far(stopped, league, score))


def _nothing_later(game: GameRecord) -> GameRecord:
    return replace(
        game,
        home=None,
        away=None,
        reg_home=None,
        reg_away=None,
        overtime=False,
        shootout=False,
        minutes_played=None,
        innings_completed=None,
    )


def _periods_so_far(stopped: GameRecord, league: League, score: Score | None) -> tuple[Score, ...]:
    """Return the periods that were complete and what had been scored in the one that was not."""
    played = progress(stopped, league)
    if played is None or len(stopped.periods) < int(played):
        return ()
    complete = stopped.periods[: int(played)]
    if score is None or played == int(played):
        return complete
    before = total_of(complete)
    return (*complete, (score[0] - before[0], score[1] - before[1]))
