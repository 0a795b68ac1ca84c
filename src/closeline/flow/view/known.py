"""What was known: everything about an event that had been received by a moment, and what changed between two.

Nothing is worked out anew, and nothing that came later is read: what did all the same raises LookAhead.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from closeline.domain.errors import NotFound
from closeline.domain.events import PublishingModeChanged
from closeline.domain.feeds.mode import Mode
from closeline.domain.leagues import League
from closeline.domain.markets import SPREAD, line_text
from closeline.domain.markets import market as market_of
from closeline.schemas.again import known as shapes
from closeline.schemas.again.known import Known, KnownThen
from closeline.store import events, forecasts, injuries, quotes, references, results
from closeline.store.database import asof
from closeline.store.desk import candidates, picks, validity
from closeline.store.desk.picks import Pick
from closeline.store.forecasts import Run
from closeline.store.injuries import REPORT_AGE_MAX
from closeline.store.past import known as past
from closeline.store.quotes import Quote
from closeline.store.references import EventVersion
from closeline.store.session import Session

ADDED, MOVED, WITHDRAWN = "ADDED", "MOVED", "WITHDRAWN"


def known_then(
    session: Session, event_id: str, *, tenant_id: str, at: datetime, other: datetime | None = None
) -> KnownThen:  # fmt: skip
    """Return what was known at a moment, or at two of them, the earlier first, with what had changed between them.

    Raises NotFound where nobody knew of the event by the earlier moment.
    """
    moments = sorted({at} if other is None else {at, other})
    found = [known(session, event_id, tenant_id=tenant_id, at=moment) for moment in moments]
    if len(found) == 1:
        return KnownThen(first=found[0])
    return KnownThen(first=found[0], second=found[1], changes=list(changes(found[0], found[1])))


def known(session: Session, event_id: str, *, tenant_id: str, at: datetime) -> Known:
    """Return everything about an event that had been received by a moment; raises NotFound where nobody knew of it."""
    version = references.versions(session, [event_id], as_of=at).get(event_id)
    if version is None:
        raise NotFound(f"event must have been known by {at.isoformat()}, {event_id[:100]!a} was not")
    league = League(event_id.partition("_")[0])
    run = past.last_run(session, event_id, tenant_id=tenant_id, as_of=at)
    told = past.life(session, event_id, tenant_id=tenant_id, as_of=at)
    mode, reasons = _mode(session, league, tenant_id, at)
    ended = results.of_events(session, [event_id], as_of=at).get(event_id)
    asof.known(
        [version.received_at, *([run.as_of] if run else []), *(step.at for step in told.values()),
         *([ended.received_at] if ended else [])],
        as_of=at, what="what was known",
    )  # fmt: skip
    predictions = _predictions(session, run)
    return Known(
        event_id=event_id, league=league, at=at, event=_event(version), quotes=_quotes(session, event_id, at),
        injuries=_injuries(session, league, version, at),
        run=None if run is None else shapes.KnownRun(
            run_id=run.run_id, engine=run.engine, as_of=run.as_of, predictions=predictions
        ),
        verdicts=_verdicts(session, predictions, tenant_id),
        picks=_picks(session, event_id, told, tenant_id, at), mode=mode, mode_reasons=reasons,
        result=None if ended is None else shapes.KnownResult(
            result_version=ended.result_version, status=ended.status, home_score=ended.home_score,
            away_score=ended.away_score, received_at=ended.received_at,
        ),
    )  # fmt: skip


def _event(version: EventVersion) -> shapes.KnownEvent:
    return shapes.KnownEvent(
        version=version.version, day=version.day, home_team_id=version.home_team_id, away_team_id=version.away_team_id,
        starts_at=version.starts_at, start_basis=version.start_basis, received_at=version.received_at,
    )  # fmt: skip


def _quotes(session: Session, event_id: str, at: datetime) -> list[shapes.KnownQuote]:
    standing = quotes.latest(quotes.of_events(session, [event_id], as_of=at, players=True))
    seen = quotes.seen_by(session, [event_id], as_of=at, players=True)
    asof.known([item.received_at for item in standing.values()], as_of=at, what="quotes")
    return [_quote(item, seen.get(series, item.received_at), at) for series, item in sorted(standing.items())]


def _quote(item: Quote, seen_at: datetime, at: datetime) -> shapes.KnownQuote:
    return shapes.KnownQuote(
        book=item.book, market_key=item.market.key, side=item.side,
        line=_line(item.market.key, item.line_quarters), price=item.price.text, received_at=item.received_at,
        seen_at=seen_at, age_seconds=(at - seen_at).total_seconds(),
    )  # fmt: skip


def _line(market_key: str, quarters: int | None) -> str:
    return line_text(quarters, signed=market_of(market_key).type == SPREAD.type)


def _injuries(session: Session, league: League, version: EventVersion, at: datetime) -> list[shapes.KnownInjury]:
    teams = (version.home_team_id, version.away_team_id)
    told = injuries.reports(session, league=league, team_ids=teams, since=at - REPORT_AGE_MAX, as_of=at)
    asof.known([item.received_at for item in told], as_of=at, what="injuries")
    # Oldest first, so that the last report of each player stays.
    last = {item.player: item for item in told}
    return [
        shapes.KnownInjury(
            team_id=item.team_id, player=item.player_name, status=item.status, detail=item.detail,
            received_at=item.received_at,
        )
        for _, item in sorted(last.items())
    ]  # fmt: skip


def _predictions(session: Session, run: Run | None) -> list[shapes.KnownPrediction]:
    if run is None:
        return []
    made, _ = forecasts.run(session, run.run_id)
    return [
        shapes.KnownPrediction(
            prediction_id=item.prediction_id, market_key=item.market_key, side=item.side,
            line=_line(item.market_key, item.line_quarters), book=item.book, p_raw=item.p_raw,
            p_calibrated=item.p_calibrated, q_market=item.q_market, p_anchor=item.p_anchor,
        )
        for item in made.predictions
    ]  # fmt: skip


def _verdicts(
    session: Session, predictions: list[shapes.KnownPrediction], tenant_id: str
) -> list[shapes.KnownVerdict]:  # fmt: skip
    return [
        shapes.KnownVerdict(
            prediction_id=item.prediction_id,
            market_key=item.market_key,
            side=found.side,
            decision=found.verdict.decision,
            tier=found.verdict.tier,
            p_final=found.verdict.p_final,
            reasons=list(found.verdict.reasons),
        )
        for item in predictions
        for found in candidates.verdicts_of(session, prediction_id=item.prediction_id, tenant_id=tenant_id)
    ]


def _picks(
    session: Session, event_id: str, told: Mapping[str, past.Step], tenant_id: str, at: datetime
) -> list[shapes.KnownPick]:
    made = [item for item in picks.of_events(session, [event_id], tenant_id=tenant_id) if item.pick_id in told]
    asof.known([item.proposed_at for item in made], as_of=at, what="picks")
    marks = validity.history(session, [item.pick_id for item in made], tenant_id=tenant_id)
    by_then = {name: [mark for mark in found if mark.at <= at] for name, found in marks.items()}
    return [_pick(item, told[item.pick_id], by_then.get(item.pick_id, [])) for item in made]


def _pick(item: Pick, step: past.Step, marks: list[validity.Mark]) -> shapes.KnownPick:
    last = marks[-1] if marks else None
    return shapes.KnownPick(
        pick_id=item.pick_id, selection_id=item.selection.selection_id, book=item.book, price=item.price.text,
        decision=item.decision, state=step.state, since=step.at, validity=last.state if last else None,
        refresh=last.refresh if last else False, validity_reasons=list(last.reasons) if last else [],
    )  # fmt: skip


def _mode(session: Session, league: League, tenant_id: str, at: datetime) -> tuple[str, list[str]]:
    """Return the mode that the desk told last; one that never told of any publishes in full."""
    told = [
        item
        for item in events.named(session, chain=tenant_id, name=PublishingModeChanged.__name__, as_of=at)
        if item.body["league"] == league
    ]
    if not told:
        return Mode.FULL, []
    return str(told[-1].body["mode"]), [name for name in str(told[-1].body["reasons"]).split(",") if name]


def changes(before: Known, after: Known) -> Iterator[shapes.Change]:
    """Yield what was added, what moved and what was withdrawn between two moments."""
    old, new = _named(before), _named(after)
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was != now:
            kind = ADDED if was is None else WITHDRAWN if now is None else MOVED
            yield shapes.Change(kind=kind, what=key[0], name=key[1], before=was, after=now)


def _named(item: Known) -> dict[tuple[str, str], str]:
    """Return everything that may change as one text each, by what it is of."""
    found = {("event", item.event_id): f"version {item.event.version}, starts {item.event.starts_at.isoformat()}"}
    found |= {
        ("quote", f"{quote.book} {quote.market_key} {quote.side}"): f"{quote.line} {quote.price}".strip()
        for quote in item.quotes
    }
    found |= {
        ("injury", f"{told.team_id} {told.player}"): f"{told.status} {told.detail}".strip() for told in item.injuries
    }
    if item.run is not None:
        found["run", item.event_id] = item.run.run_id
    markets = {made.prediction_id: made for made in (item.run.predictions if item.run else [])}
    for verdict in item.verdicts:
        made = markets[verdict.prediction_id]
        found["verdict", f"{verdict.market_key} {verdict.side} {made.book}"] = (
            f"{verdict.decision} {verdict.p_final:.4f}"
        )
    for pick in item.picks:
        found["pick", pick.pick_id] = " ".join(filter(None, (pick.state, pick.validity)))
    found["mode", item.league] = ", ".join([item.mode, *item.mode_reasons])
    if item.result is not None:
        found["result", item.event_id] = f"{item.result.status} {item.result.home_score}-{item.result.away_score}"
    return found
