"""Injuries: a payload of reports goes into the record, as evidence that a forecast may use from then on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import LookAhead
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import ParsedInjuries, ReportedInjury
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import Question
from closeline.domain.leagues import League
from closeline.flow.capture import UNKNOWN_TEAM, Capture
from closeline.jobs.desk import Desk
from closeline.jobs.importing import Imported
from closeline.store import injuries
from closeline.store.injuries import InjuryReport
from closeline.store.polls import captures
from closeline.store.polls.captures import SetAside
from closeline.store.references import reviews
from closeline.store.session import Session, unit_of_work

# A player whom the source itself counts to another league: college teams share their names among sports.
OTHER_LEAGUE = "OTHER_LEAGUE"


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A payload of injury reports: its bytes, the league that it is of, and what a feed read in it."""

    payload: RawPayload
    feed: str
    league: League
    parsed: ParsedInjuries


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A report, and the team that it means; null for a team that no alias reads."""

    report: ReportedInjury
    team_id: str | None

    @property
    def fault(self) -> str | None:
        """Return why the report cannot be used, null when it can."""
        if self.team_id is None:
            return UNKNOWN_TEAM
        return OTHER_LEAGUE if self.report.foreign else None


def import_injuries(desk: Desk, bulletin: Bulletin) -> Imported:
    """Keep a payload's bytes and its reports; figures count reports, and a second time the same bytes add nothing.

    Raises LookAhead when the bytes claim to have been received later than now.
    """
    with unit_of_work(desk.engine) as session:
        return keep_bulletin(session, desk, bulletin, at=desk.clock())


def keep_bulletin(session: Session, desk: Desk, bulletin: Bulletin, *, at: datetime) -> Imported:
    """Do at a moment what `import_injuries` does now, in a transaction that is open already."""
    _refuse_the_future(bulletin, at)
    parsed = bulletin.parsed
    sha = captures.keep_payload(session, bulletin.payload, feed=bulletin.feed)
    aliases = desk.aliases.table(session)
    resolved = [_Resolved(item, aliases.resolve(item.league, parsed.provider, item.team)) for item in parsed.reports]
    aside = [SetAside(item.reason, item.place, item.excerpt, item.prices) for item in parsed.rejected]
    aside += [_aside(item.report, item.fault) for item in resolved if item.fault]
    captures.set_aside(session, aside, payload_sha=sha, feed=bulletin.feed, received_at=at)
    reviews.ask(session, _questions(resolved, aliases), provider=parsed.provider, payload_sha=sha, at=at)
    usable = [_kept(item.report, item.team_id, sha, parsed) for item in resolved if item.team_id and not item.fault]
    accepted = injuries.add(session, usable)
    reasons = dict(Counter(item.reason for item in aside))
    figures = Capture(len(usable) + len(aside), accepted, len(usable) - accepted, reasons)
    return Imported(bulletin.payload.name, bulletin.feed, sha, (bulletin.league,), 0, figures)


def _refuse_the_future(bulletin: Bulletin, now: datetime) -> None:
    received_at = bulletin.parsed.received_at
    if received_at > now:
        name, said = bulletin.payload.name, received_at.isoformat()
        raise LookAhead(f"{name} must hold nothing received after {now.isoformat()}, held {said}")


def _kept(report: ReportedInjury, team_id: str, payload_sha: str, parsed: ParsedInjuries) -> InjuryReport:
    return InjuryReport(
        report.league, team_id, report.player, report.provider_player_id, report.status, report.detail,
        report.reported_at, payload_sha, report.place, parsed.received_at,
    )  # fmt: skip


def _aside(report: ReportedInjury, reason: str) -> SetAside:
    """Return a report as it goes into quarantine; it holds no price."""
    return SetAside(reason, report.place, f"{report.team}: {report.player}, {report.status}", 0)


def _questions(resolved: Sequence[_Resolved], aliases: AliasTable) -> list[Question]:
    """Return every team's name that no alias reads, at the first place where it stands."""
    unknown = {item.report.team: item.report for item in reversed(resolved) if item.team_id is None}
    return [
        Question(item.league, name, aliases.suggest(name, league=item.league), item.place)
        for name, item in sorted(unknown.items())
    ]
