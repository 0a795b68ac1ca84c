"""Publishing: what the gates let through goes out, once, in time, at a price that can still be had."""

import json
from datetime import datetime, timedelta

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput, ImpossiblePrice, NotFound, Refused
from closeline.domain.events import PicksPublished
from closeline.domain.gates.verdict import Verdict
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import Side, line_text, market
from closeline.domain.odds import Price
from closeline.domain.picks import Decision
from closeline.flow import pick
from closeline.flow import publish as publishing
from closeline.flow.publish import permission
from closeline.jobs.desk import Desk
from closeline.jobs.recording.judging import judged, line_of, quoted
from closeline.jobs.recording.running import snapshot_of
from closeline.jobs.recording.step import step
from closeline.jobs.run_inline import react
from closeline.schemas import recording as shapes
from closeline.store import events, models, quotes, references
from closeline.store.desk import candidates, picks, recordings
from closeline.store.desk.recordings import Published
from closeline.store.events import LoggedEvent
from closeline.store.forecasts import Prediction
from closeline.store.polls.standing import league_standing
from closeline.store.quotes import Quote
from closeline.store.session import Session

ACTOR = "record"


def publish(desk: Desk, asked: shapes.Publish, *, actor: str = ACTOR) -> shapes.PublishedPick:
    """Publish a prediction that the gates made a PICK or a LEAN, and carry it to every channel.

    A second time gives what went out the first time. Raises Refused where the gates refused or have not looked, where
    it is too late, and where the price is not the one that the snapshot shows or can no longer be had.
    """
    told: list[LoggedEvent] = []
    with step(desk, publishes=True) as session:
        said = _prediction(session, desk, asked.prediction_id)
        found = recordings.published(session, said.prediction_id, tenant_id=desk.tenant_id)
        if found is None:
            found = _publish(session, desk, said, asked.price)
            event = PicksPublished(said.league, 1, 0)
            told.append(events.record(session, event, tenant_id=desk.tenant_id, actor=actor, at=desk.clock()))
        made = _shape(said, found)
    react(desk, told)
    _must_be_at(made, asked.price)
    return made


def _prediction(session: Session, desk: Desk, name: str) -> Prediction:
    said = candidates.prediction_of(session, name, tenant_id=desk.tenant_id)
    if said is None or recordings.find(session, said.run_id, tenant_id=desk.tenant_id) is None:
        raise NotFound(f"prediction must be one that create_prediction gave, {name} was not")
    return said


def _publish(session: Session, desk: Desk, said: Prediction, price: str) -> Published:
    verdict, now = judged(session, said), desk.clock()
    if verdict.verdict.decision is Decision.NO_PLAY:
        reasons = ", ".join(verdict.verdict.reasons)
        raise Refused(f"the gates must say PICK or LEAN before anything is published, said NO_PLAY: {reasons}")
    _must_be_quoted(session, said, verdict.side, price)
    _must_be_on_offer(session, desk, said, verdict.side, now)
    league, as_of = League(said.league), micros(said.as_of)
    _must_be_allowed(session, desk, league, market(said.market_key).type, verdict.verdict)
    made = pick.propose(session, tenant_id=desk.tenant_id, league=league, as_of=as_of, prediction_id=said.prediction_id)
    if not made.proposed:
        alive = [item.pick_id for item in picks.of_events(session, [said.event_id], tenant_id=desk.tenant_id)
                 if item.selection.market.key == said.market_key]  # fmt: skip
        raise Refused(f"one pick may be alive on {said.market_key} of {said.event_id}, {', '.join(alive)} was already")
    publishing.publish(
        session, tenant_id=desk.tenant_id, league=league, as_of=as_of,
        channels=[channel.name for channel in desk.channels], at=now, prediction_id=said.prediction_id,
        live=desk.follows(league), disk_free=desk.disk_free(), notice=desk.notice.text,
    )  # fmt: skip
    found = recordings.published(session, said.prediction_id, tenant_id=desk.tenant_id)
    if found is None:
        raise Refused(f"a pick must be published before its game, {said.event_id} was too near at {now.isoformat()}")
    return found


def _must_be_allowed(session: Session, desk: Desk, league: League, market_type: str, verdict: Verdict) -> None:
    """Raise Refused where feeds, credits, a kill switch, a flag or the disk let nothing, or not this, be published."""
    standing = league_standing(session, league, at=desk.clock(), live=desk.follows(league))
    found = permission.read(
        session, tenant_id=desk.tenant_id, league=league, standing=standing, disk_free=desk.disk_free()
    )
    reason = found.refuses(market_type, verdict.decision, verdict.tier)
    if reason is not None:
        reasons = ", ".join(found.situation.reasons) or reason
        mode = found.situation.mode
        raise Refused(f"publishing of {league} must be allowed, was {mode} ({reasons}); see: closeline status")


def _must_be_quoted(session: Session, said: Prediction, side: Side, price: str) -> None:
    """Raise Refused unless the run's snapshot shows this price for the side that was judged."""
    latest = quotes.latest(quotes.of_events(session, [said.event_id], as_of=said.as_of))
    quote = quoted(said, side, latest)
    run = snapshot_of(recordings.inputs_of(session, said.run_id))
    if quote is None or not _same(quote, price):
        shown = quote.price.text if quote else "none"
        raise Refused(
            f"price must be one that snapshot {run} shows for {_named(said, side)}, {price} was not; it shows {shown}"
        )


def _same(quote: Quote, price: str) -> bool:
    try:
        return Price.quoted(price, quote.price.format).exact == quote.price.exact
    except ImpossiblePrice as fault:
        raise BadInput(str(fault)) from fault


def _named(said: Prediction, side: Side) -> str:
    signed = market(said.market_key).type == "SPREAD"
    return f"{side} {line_text(line_of(said, side), signed=signed)} at {said.book}".replace("  ", " ")


def _must_be_on_offer(session: Session, desk: Desk, said: Prediction, side: Side, now: datetime) -> None:
    """Raise Refused where it is too late, or where the price has moved or grown old since it was judged."""
    starts_at = references.versions(session, [said.event_id], as_of=now)[said.event_id].starts_at
    if starts_at - now < publishing.MARGIN:
        raise Refused(
            f"a pick must be published {publishing.MARGIN.seconds} seconds before its game, which starts "
            f"{starts_at.isoformat()}, was asked {now.isoformat()}"
        )
    series = (said.event_id, said.book, said.market_key, side)
    then = quotes.latest(quotes.of_events(session, [said.event_id], as_of=said.as_of))[series]  # judged, so it stood
    current = quotes.latest(quotes.of_events(session, [said.event_id], as_of=now)).get(series)
    if current is None:
        raise Refused(f"price must still be on offer, {_named(said, side)} is not any more: capture it again")
    if current.quote_id != then.quote_id:
        raise Refused(f"price must still be on offer, {_named(said, side)} is {current.price.text} now: run it again")
    seen = quotes.last_seen(session, [said.event_id]).get(series, then.received_at)
    _, config = models.config(session, tenant_id=desk.tenant_id, as_of=now)
    oldest = limits_of(config, League(said.league)).quote_age_max((starts_at - now) / timedelta(minutes=1))
    age = (now - seen) / timedelta(minutes=1)
    if not age <= oldest:
        raise Refused(f"price must be at most {oldest:g} minutes old, was seen {age:.1f} minutes ago: capture it again")


def _shape(said: Prediction, found: Published) -> shapes.PublishedPick:
    terms = json.loads(found.terms)
    return shapes.PublishedPick(
        publish_id=found.publication_id, pick_id=found.pick_id, prediction_id=said.prediction_id,
        selection_id=terms["selection"], book=terms["book"], price=terms["price"], decision=terms["decision"],
        is_official=bool(found.is_official), probability=terms["probability"], published_at=found.published_at,
    )  # fmt: skip


def _must_be_at(made: shapes.PublishedPick, price: str) -> None:
    """Raise Refused where a pick that went out is asked for at another price: nothing of it ever changes."""
    if made.price != price.strip():
        raise Refused(f"pick {made.pick_id} must stay at its published price, {made.price}, was {price}")
