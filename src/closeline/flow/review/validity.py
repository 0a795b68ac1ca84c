"""Validity: every two minutes each pick that is alive meets what the books say by now, until its game begins.

Comes in: live picks, standing quotes, news. Goes out: a mark for each pick of which something else is true than at the
last look, an alert for each that is no longer worth its price, and one event. The published ticket is never touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from closeline.domain.board.books import is_exchange, is_sharp
from closeline.domain.digits import of_formula
from closeline.domain.events import ValidityChanged
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.picks import Validity
from closeline.domain.picks.validity import (
    PICK_INVALIDATED,
    Around,
    Chance,
    Finding,
    Offer,
    Terms,
    ValidityRules,
    rules_of,
    validity,
)
from closeline.flow.review.players import player_shapes
from closeline.flow.review.premises import Span, premises
from closeline.flow.review.shapes import shapes_of
from closeline.flow.review.starts import starts_of
from closeline.maths import distributions
from closeline.maths.clv.tilted import Shape, value_across
from closeline.store import injuries, models, quotes, references
from closeline.store.desk import candidates, incidents, living, picks
from closeline.store.desk import validity as marks
from closeline.store.desk.alerts import Alert
from closeline.store.desk.picks import Pick
from closeline.store.desk.validity import Mark
from closeline.store.quotes import Quote
from closeline.store.session import Session

_EVEN = 2.0
# A sharp book's line counts as much as four others, as in the consensus of closes.
_SHARP = 4


@dataclass(frozen=True, slots=True)
class _Watched:
    """A live pick whose game has not begun, with the forecast that it rests on and what was said of it last."""

    pick: Pick
    published_at: datetime
    p_push: float
    forecast_at: datetime
    before: Mark | None


def watch(session: Session, *, tenant_id: str, league: League, at: datetime) -> ValidityChanged | None:
    """Look at every live pick of a league; null where nothing else is true than at the last look."""
    alive = living.of_league(session, tenant_id=tenant_id, league=league)
    watched = _watched(session, alive, tenant_id, league, at)
    found = _findings(session, watched, tenant_id, league, at)
    changed = [
        (item, finding, mark)
        for item, finding in zip(watched, found, strict=True)
        for mark in (_mark(item, finding, at),)
        if item.before is None or mark.says() != item.before.says()
    ]
    marks.add(session, [mark for _, _, mark in changed])
    ended = [(item, mark) for item, finding, mark in changed if finding.state is Validity.INVALIDATED]
    for item, mark in ended:
        incidents.meet(session, _alert(item.pick, mark), scope=item.pick.pick_id)
    _clear(session, alive, tenant_id, league, at)
    if not changed:
        return None
    refresh = sum(mark.refresh for _, _, mark in changed)
    return ValidityChanged(league, len(changed), len(ended), refresh)


def _watched(
    session: Session, alive: Mapping[str, str], tenant_id: str, league: League, at: datetime
) -> list[_Watched]:
    """Return the live picks that can still be followed: their games have not begun, and no look has ended them."""
    events = sorted(set(alive.values()))
    published = [
        (item, moment)
        for item, moment in picks.published_on(session, events, tenant_id=tenant_id)
        if item.pick_id in alive and item.league == league
    ]
    starts = starts_of(session, events, as_of=at) if events else {}
    before = marks.last(session, [item.pick_id for item, _ in published], tenant_id=tenant_id)
    found: list[_Watched] = []
    for item, moment in published:
        last = before.get(item.pick_id)
        if starts[item.selection.event_id].at <= at or (last is not None and last.state is Validity.INVALIDATED):
            continue
        made = candidates.prediction_of(session, item.prediction_id, tenant_id=tenant_id)
        if made is not None:
            found.append(_Watched(item, moment, made.p_push, made.as_of, last))
    return found


def _findings(
    session: Session, watched: Sequence[_Watched], tenant_id: str, league: League, at: datetime
) -> list[Finding]:
    if not watched:
        return []
    offers = _offers(session, watched, at)
    terms = _terms(session, watched, offers, tenant_id, league, at)
    spans = [Span(item.pick.selection.event_id, item.published_at, at) for item in watched]
    changed = premises(session, league, spans)
    news = _news(session, watched, league, at)
    rules = _rules(session, tenant_id, league, [item.pick for item in watched], at)
    return [
        validity(
            terms[item.pick.pick_id], offers[item.pick.pick_id],
            Around(at, changed.get(span), at - item.forecast_at, item.pick.selection.event_id in heard),
            rules[item.pick.config_version], before=item.before.state if item.before else None,
        )
        for item, span, heard in zip(watched, spans, news, strict=True)
    ]  # fmt: skip


def _offers(session: Session, watched: Sequence[_Watched], at: datetime) -> dict[str, list[Offer]]:
    """Return what the books show of each pick's market and side, at any line."""
    events = sorted({item.pick.selection.event_id for item in watched})
    players = any(item.pick.selection.market.player_id for item in watched)
    standing = quotes.standing(session, events, as_of=at, players=players)
    seen = quotes.seen_by(session, events, as_of=at, players=players)
    found: dict[tuple[str, str, str], list[Offer]] = {}
    for (event, book, key, side), row in sorted(standing.items()):
        if is_exchange(book):
            continue
        found.setdefault((event, key, side), []).append(_offer(row, seen.get(row.series, row.received_at)))
    return {
        item.pick.pick_id: found.get((chosen.event_id, chosen.market.key, chosen.side), [])
        for item in watched
        for chosen in (item.pick.selection,)
    }


def _offer(row: Quote, seen: datetime) -> Offer:
    return Offer(
        row.book, row.received_at, row.quote_id, row.line_quarters, row.price.exact, seen, row.price.text,
        _SHARP if is_sharp(row.book) else 1,
    )  # fmt: skip


def _terms(
    session: Session, watched: Sequence[_Watched], offers: Mapping[str, Sequence[Offer]], tenant_id: str,
    league: League, at: datetime,
) -> dict[str, Terms]:  # fmt: skip
    """Return each pick's terms with its chances at every line that is offered and that something carries it to."""
    others = {
        item.pick.pick_id: sorted({
            offer.line_quarters for offer in offers[item.pick.pick_id] if offer.line_quarters is not None
        } - {item.pick.selection.line_quarters})
        for item in watched
    }  # fmt: skip
    moved = [item.pick for item in watched if others[item.pick.pick_id]]
    shapes = shapes_of(session, league, tenant_id=tenant_id, at=at) if moved else None
    of_players = player_shapes(session, moved) or {}
    found: dict[str, Terms] = {}
    for item in watched:
        pick, chosen = item.pick, item.pick.selection
        lines, shape = others[pick.pick_id], None
        if shapes is not None and lines:
            shape = of_players.get((chosen.event_id, chosen.market)) or shapes.of(chosen.event_id, chosen.market)
        chances: dict[int | None, Chance] = {chosen.line_quarters: Chance(pick.p_final, item.p_push)}
        if shape is not None:
            chances.update(_carried(shape, pick, lines))
        found[pick.pick_id] = Terms(
            chosen.market.type, chosen.line_quarters, pick.price.exact, pick.ev_per_unit, chances
        )
    return found


def _carried(shape: Shape, pick: Pick, lines: Sequence[int]) -> dict[int | None, Chance]:
    """Return how a pick's selection ends at other lines, by its own probability at its own line."""
    chosen = pick.selection
    across = value_across(
        shape, distributions.Side[chosen.side], [line / 4 for line in lines], _EVEN,
        (chosen.line_quarters or 0) / 4, pick.p_final,
    )  # fmt: skip
    known = np.isfinite(across.fair) & np.isfinite(across.push)
    return {
        line: Chance(of_formula(float(across.fair[place])), of_formula(float(across.push[place])))
        for place, line in enumerate(lines)
        if known[place]
    }


def _news(session: Session, watched: Sequence[_Watched], league: League, at: datetime) -> list[frozenset[str]]:
    """Return for each pick the events of whose teams something was reported after its forecast."""
    events = references.versions(session, sorted({item.pick.selection.event_id for item in watched}), as_of=at)
    teams = {name: {version.home_team_id, version.away_team_id} for name, version in events.items()}
    since = min(item.forecast_at for item in watched)
    told = injuries.reports(
        session, league=league, team_ids=set().union(*teams.values()), since=since - injuries.REPORT_AGE_MAX, as_of=at
    )
    return [
        frozenset(
            name for name in (item.pick.selection.event_id,)
            if any(report.team_id in teams[name] and report.received_at > item.forecast_at for report in told)
        )
        for item in watched
    ]  # fmt: skip


def _rules(
    session: Session, tenant_id: str, league: League, watched: Sequence[Pick], at: datetime
) -> dict[str, ValidityRules]:
    """Return the rules of each pick: those of the configuration by which it was proposed."""
    held = {item.config_version: item.content for item in models.configs(session, tenant_id=tenant_id, as_of=at)}
    return {name: rules_of(held[name], league) for name in {item.config_version for item in watched}}


def _mark(item: _Watched, finding: Finding, at: datetime) -> Mark:
    best, seq = finding.best, item.before.seq + 1 if item.before else 1
    return Mark(
        item.pick.tenant_id, item.pick.pick_id, seq, finding.rules, finding.state, finding.refresh,
        (*finding.reasons, *finding.notes), finding.ev_now, finding.market_line_quarters,
        best.line_quarters if best else None, best.text if best else None, best.book if best else None,
        best.quote_id if best else None, at,
    )  # fmt: skip


def _alert(pick: Pick, mark: Mark) -> Alert:
    said = ", ".join(mark.reasons)
    inputs = canonical_json({"event_id": pick.selection.event_id, "pick_id": pick.pick_id, "rules": mark.rules})
    text = f"{pick.selection.selection_id}: no longer worth its price, {said}"
    return Alert(pick.tenant_id, pick.league, PICK_INVALIDATED, text, inputs, mark.at)


def _clear(session: Session, alive: Mapping[str, str], tenant_id: str, league: League, at: datetime) -> None:
    """Close the incidents of picks that have ended since: superseded, void or graded."""
    for item in incidents.open_ones(session, tenant_id=tenant_id):
        if item.kind == PICK_INVALIDATED and item.league == league and item.scope not in alive:
            incidents.close(session, PICK_INVALIDATED, scope=item.scope, tenant_id=tenant_id, at=at)
