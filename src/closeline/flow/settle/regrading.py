"""Regrading: a later version of a result replaces grades within the window, and is only written down after it.

The old grade stays as it was; the new one names it. What came too late is an alert, and learning reads it all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.picks.voids import NO_RESULT
from closeline.domain.settlement import (
    CORRECTION_AFTER_WINDOW,
    RESULT_CORRECTION,
    RULES_CHANGED,
    STAT_CORRECTION,
)
from closeline.flow.settle.standing import Standing, standings
from closeline.store import results
from closeline.store.desk import grades, picks
from closeline.store.desk.alerts import Alert
from closeline.store.desk.grades import Grade
from closeline.store.desk.picks import Pick
from closeline.store.past import player_lines
from closeline.store.results import EventResult
from closeline.store.session import Session

# How far back a later version of a result is looked for: longer than any window in which it still changes a grade.
LOOKBACK = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Regraded:
    """The grades that replace others, and the alerts of results that came too late to."""

    grades: tuple[Grade, ...] = ()
    alerts: tuple[Alert, ...] = ()


def regrades(
    session: Session, *, tenant_id: str, league: League, at: datetime, lookback: timedelta = LOOKBACK
) -> Regraded:
    """Return what later versions of results, received within the look-back, make of picks that have a grade."""
    events = results.corrected_since(session, league=league, after=at - lookback, as_of=at)
    items = [
        *picks.published_on(session, events, tenant_id=tenant_id),
        *_of_players(session, tenant_id, league, frozenset(events), at, lookback),
    ]
    given = grades.versions(session, [item.pick_id for item, _ in items], tenant_id=tenant_id, as_of=at)
    marks = {name: found[-1] for name, found in given.items()}
    # What was withdrawn stays void, whatever is told of its game.
    ended = {name for name, mark in marks.items() if mark.result_version == NO_RESULT}
    graded = [pair for pair in items if pair[0].pick_id in marks and pair[0].pick_id not in ended]
    histories = results.histories(session, events, as_of=at)
    found: list[Grade] = []
    late: dict[str, Alert] = {}
    for standing in standings(session, graded, tenant_id=tenant_id, at=at):
        if standing.grade is None:
            continue
        before = marks[standing.pick.pick_id]
        # What other rules were asked to say since does not bring back a grade that is there already.
        known = {item.name for item in given[standing.pick.pick_id]}
        if _replaces(standing.grade, before) and standing.grade.name not in known:
            found.append(replace(standing.grade, supersedes=before.name, cause=_cause(before, standing)))
        if not standing.pick.selection.market.player_id:
            late.update(_alert(standing, standing.grade, histories[standing.pick.selection.event_id], tenant_id))
    return Regraded(tuple(found), tuple(late[name] for name in sorted(late)))


def _replaces(after: Grade, before: Grade) -> bool:
    return before.rules != after.rules or before.result_version < after.result_version


def _of_players(
    session: Session, tenant_id: str, league: League, without: frozenset[str], at: datetime, lookback: timedelta
) -> list[tuple[Pick, datetime]]:
    """Return the published picks on players of whose games something was told within the look-back."""
    told = player_lines.told_since(session, league=league, after=at - lookback, as_of=at)
    found = picks.published_on(session, [name for name in told if name not in without], tenant_id=tenant_id)
    return [(item, published_at) for item, published_at in found if item.selection.market.player_id]


def _cause(before: Grade, standing: Standing) -> str:
    if standing.grade is not None and before.rules != standing.grade.rules:
        return RULES_CHANGED
    return STAT_CORRECTION if standing.pick.selection.market.player_id else RESULT_CORRECTION


def _alert(standing: Standing, grade: Grade, history: Sequence[EventResult], tenant_id: str) -> dict[str, Alert]:
    """Return the alert of a correction that changes no grade any more; of one that tells the same ending, none."""
    last, graded = history[-1], next(item for item in history if item.result_version == grade.result_version)
    if last.says_the_same(graded):
        return {}
    item = standing.pick
    event_id = item.selection.event_id
    text = (
        f"{event_id}: corrected from {_ending(graded)} to {_ending(last)} after the window for corrections: "
        "grades stay, learning uses it"
    )
    inputs = canonical_json({
        "event_id": event_id, "result_version": last.result_version, "graded_version": graded.result_version,
    })  # fmt: skip
    return {event_id: Alert(tenant_id, item.league, CORRECTION_AFTER_WINDOW, text, inputs, last.received_at)}


def _ending(result: EventResult) -> str:
    scored = result.status in (ResultStatus.FINAL, ResultStatus.SHORTENED)
    return f"{result.status} {result.home_score}-{result.away_score}" if scored else str(result.status)
