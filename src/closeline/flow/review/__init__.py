"""Review: a published pick meets its closing line.

The close is chosen by clv-v1: the last two-sided quote before the start, not older than the limit, of the first
reference book that has one, or what the books agree on. Where there is none, the reason is recorded and nothing is
imputed. Who looks again and finds another start or another close adds a version; the one before stays.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.events import PicksReviewed
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import NEXT_DAY, League, league_day
from closeline.domain.picks.closing import CLOSE_SNAPSHOT_MISSING, ClosingRules, rules_of
from closeline.flow.review.closes import Close, Closer, Start
from closeline.flow.review.history import histories
from closeline.flow.review.players import OfPlayers, player_shapes
from closeline.flow.review.premises import Span, premises
from closeline.flow.review.shapes import shapes_of
from closeline.flow.review.starts import starts_of
from closeline.flow.review.tracks import Reviewed, nothing_new, track_of
from closeline.flow.review.values import Ticket, Valued, value
from closeline.store import models, quotes
from closeline.store.desk import grades, incidents, picks
from closeline.store.desk.alerts import Alert
from closeline.store.desk.grades import LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.past import quoted
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class _Begun:
    """A published pick whose event has begun; `before` is its last track."""

    pick: Pick
    published_at: datetime
    start: Start
    before: LineTrack | None


def review(session: Session, *, tenant_id: str, league: League, snapshot_id: str, at: datetime) -> PicksReviewed:
    """Track every published pick whose event has begun: those without a track, and once more those of a day ago."""
    begun = _begun(session, tenant_id, league, at)
    tracks = _tracks(session, tenant_id, league, begun, at) if begun else []
    grades.add_tracks(session, tracks)
    incidents.tell(session, _alerts(tenant_id, league, [item.pick for item in begun], tracks, at))
    missing = sum(track.missing_reason is not None for track in tracks)
    return PicksReviewed(league, snapshot_id, len(tracks) - missing, missing)


def _begun(session: Session, tenant_id: str, league: League, at: datetime) -> list[_Begun]:
    """Return the picks to look at: a start, or a price from before it, may be told a day late."""
    waiting = picks.untracked(session, tenant_id=tenant_id, league=league)
    recent = quoted.events_since(session, league=league, day=league_day(at) - NEXT_DAY)
    published = picks.published_on(session, recent, tenant_id=tenant_id)
    before = grades.tracks(session, [item.pick_id for item, _ in published], tenant_id=tenant_id)
    every = [*waiting, *(pair for pair in published if pair[0].pick_id in before)]
    starts = starts_of(session, sorted({item.selection.event_id for item, _ in every}), as_of=at)
    return [
        _Begun(item, published_at, start, before.get(item.pick_id))
        for item, published_at in every
        if (start := starts[item.selection.event_id]).at <= at
    ]


def _tracks(session: Session, tenant_id: str, league: League, begun: Sequence[_Begun], at: datetime) -> list[LineTrack]:
    rules = _rules(session, tenant_id, league, [item.pick for item in begun], at)
    starts = {item.pick.selection.event_id: item.start for item in begun}
    of_players = player_shapes(session, [item.pick for item in begun])
    closer = closer_of(session, tenant_id, league, rules[0], starts, at, of_players=of_players)
    closers = {each: closer.under(each) for each in rules}
    spans = [Span(item.pick.selection.event_id, item.published_at, item.start.at) for item in begun]
    changed = premises(session, league, spans)
    due: list[tuple[_Begun, ClosingRules, str | None]] = []
    pairs: list[tuple[Ticket, Close]] = []
    for item, each, span in zip(begun, rules, spans, strict=True):
        ticket = Ticket(item.pick.selection, item.pick.price, item.pick.book)
        close, premise = close_of(closers[each], ticket), changed.get(span)
        if not nothing_new(item.before, each, item.start, close, premise):
            due.append((item, each, premise))
            pairs.append((ticket, close))
    valued = value(league, closer.shapes, pairs)
    tracks = [
        track_of(_reviewed(closer, item, found, premise), each, at)
        for (item, each, premise), found in zip(due, valued, strict=True)
    ]
    return [track for track in tracks if track is not None]


def _reviewed(closer: Closer, item: _Begun, valued: Valued, premise: str | None) -> Reviewed:
    chosen = item.pick.selection
    history = closer.histories.of(chosen.event_id, chosen.market, chosen.side)
    return Reviewed(item.pick, item.published_at, item.start, history, valued, premise, item.before)


def _rules(
    session: Session, tenant_id: str, league: League, proposed: Sequence[Pick], at: datetime
) -> list[ClosingRules]:
    """Return the closing rules of each pick: those of the configuration by which it was proposed."""
    held = {version.config_version: version for version in models.configs(session, tenant_id=tenant_id, as_of=at)}
    named = {name: rules_of(held[name].content, league) for name in {item.config_version for item in proposed}}
    return [named[item.config_version] for item in proposed]


def rules_in_force(session: Session, tenant_id: str, league: League, at: datetime) -> ClosingRules:
    """Return the closing rules of a league by the configuration that was in force at a moment."""
    return rules_of(models.config(session, tenant_id=tenant_id, as_of=at)[1], league)


def closer_of(
    session: Session, tenant_id: str, league: League, rules: ClosingRules, starts: dict[str, Start], at: datetime,
    of_players: OfPlayers | None = None,
) -> Closer:  # fmt: skip
    """Return what finds the closes of events by all that was received of them by `at`.

    of_players: the shapes of players' numbers; their quotes are read where there are any.
    """
    events, players = sorted(starts), of_players is not None
    rows = quotes.of_events(session, events, as_of=at, players=players)
    found = histories(rows, quotes.seen_by(session, events, as_of=at, players=players))
    shapes = shapes_of(session, league, tenant_id=tenant_id, at=at)
    return Closer(league, rules, found, starts, replace(shapes, players=of_players) if of_players else shapes)


def close_of(closer: Closer, ticket: Ticket) -> Close:
    """Return the close that a ticket is compared with."""
    chosen = ticket.selection
    return closer.close(chosen.event_id, chosen.market, chosen.side, ticket_book=ticket.book)


def _alerts(
    tenant_id: str, league: League, reviewed: Sequence[Pick], tracks: Sequence[LineTrack], at: datetime
) -> list[Alert]:
    """Return one alert for each event of which a pick has no close, with the picks and the reasons."""
    events = {item.pick_id: item.selection.event_id for item in reviewed}
    missing: defaultdict[str, list[LineTrack]] = defaultdict(list)
    for track in tracks:
        if track.missing_reason is not None:
            missing[events[track.pick_id]].append(track)
    return [_alert(tenant_id, league, event, missing[event], at) for event in sorted(missing)]


def _alert(tenant_id: str, league: League, event: str, tracks: Sequence[LineTrack], at: datetime) -> Alert:
    reasons = Counter(str(track.missing_reason) for track in tracks)
    said = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    inputs = canonical_json({"event_id": event, "picks": sorted(track.pick_id for track in tracks)})
    return Alert(tenant_id, league, CLOSE_SNAPSHOT_MISSING, f"{event}: no close for {said}", inputs, at)
