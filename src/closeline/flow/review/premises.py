"""Premises: what a pick took for granted and what had changed by the start, pitchers and players ruled out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.forecasts.injuries import PlayStatus
from closeline.domain.leagues import League
from closeline.store import injuries, references
from closeline.store.injuries import REPORT_AGE_MAX, InjuryReport
from closeline.store.references import EventVersion
from closeline.store.session import Session

PREMISE_CHANGED = "PREMISE_CHANGED"


@dataclass(frozen=True, slots=True)
class Span:
    """From when a pick was published to when its event began."""

    event_id: str
    published_at: datetime
    starts_at: datetime


def premises(session: Session, league: League, spans: Sequence[Span]) -> dict[Span, str]:
    """Return what changed between publishing and the start, of each span in which something did."""
    found: dict[Span, str] = {}
    moments = sorted({span.published_at for span in spans})
    last = references.versions_when(session, {span.event_id: span.starts_at for span in spans})
    for moment in moments:
        group = [span for span in spans if span.published_at == moment]
        first = references.versions_when(session, dict.fromkeys([span.event_id for span in group], moment))
        ruled_out = _ruled_out(session, league, group, last)
        for span in group:
            then, now = first.get(span.event_id), last.get(span.event_id)
            said = (_starters(then, now) if then and now else []) + ruled_out[span]
            if said:
                found[span] = f"{PREMISE_CHANGED}: {'; '.join(said)}"
    return found


def _starters(then: EventVersion, now: EventVersion) -> list[str]:
    """Return which starters are others than at publishing; one who was not named then was no premise."""
    pairs = (("home", then.home_pitcher, now.home_pitcher), ("away", then.away_pitcher, now.away_pitcher))
    return [f"{team} starter {old} -> {new}" for team, old, new in pairs if old is not None and new != old]


def _ruled_out(
    session: Session, league: League, spans: Sequence[Span], events: Mapping[str, EventVersion]
) -> dict[Span, list[str]]:
    """Return the valued players of both teams who were first reported OUT between publishing and the start."""
    teams = {
        team for span in spans if (event := events.get(span.event_id)) is not None
        for team in (event.home_team_id, event.away_team_id)
    }  # fmt: skip
    published_at, until = spans[0].published_at, max(span.starts_at for span in spans)
    known = injuries.values_in_force(session, league=league, as_of=until) if teams else None
    if known is None:
        return {span: [] for span in spans}
    valued = known[1].by_player()
    reports = injuries.reports(
        session, league=league, team_ids=teams, since=published_at - REPORT_AGE_MAX, as_of=until
    )  # fmt: skip
    told = [report for report in reports if report.player in valued]
    return {span: _newly_out(span, told, events.get(span.event_id)) for span in spans}


def _newly_out(span: Span, told: Sequence[InjuryReport], event: EventVersion | None) -> list[str]:
    before: dict[tuple[str, str], PlayStatus] = {}
    after: dict[tuple[str, str], InjuryReport] = {}
    for report in told:
        if event is None or report.team_id not in (event.home_team_id, event.away_team_id):
            continue
        if report.received_at <= span.published_at:
            before[report.player] = report.status
        elif report.received_at < span.starts_at:
            after[report.player] = report
    return [
        f"{report.player_name} OUT"
        for player, report in sorted(after.items())
        if report.status is PlayStatus.OUT and before.get(player) is not PlayStatus.OUT
    ]
