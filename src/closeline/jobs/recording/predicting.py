"""Predicting: a chance of somebody's own goes through the one chain that every probability goes through."""

from collections.abc import Sequence
from dataclasses import dataclass

from closeline.domain.errors import BadInput, Refused
from closeline.domain.markets import Market, Side, line_quarters, line_text, market, opposite_line
from closeline.flow.forecast import Learned, chained, maps_for, reference
from closeline.jobs.desk import Desk
from closeline.jobs.recording.feed import of_game
from closeline.jobs.recording.running import must_be_open, snapshot_of
from closeline.jobs.recording.step import step
from closeline.schemas import recording as shapes
from closeline.store import evaluations, models, quotes
from closeline.store.desk import recordings
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import DERIVED, QUOTED, SUSPECT, Prediction, Run
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """A market of a run's event: the line of its canonical side, and what the snapshot says of it."""

    market: Market
    line_quarters: int | None
    book: str = ""
    snapshot_id: str | None = None
    basis: str = DERIVED
    q_market: float | None = None


def create_prediction(desk: Desk, asked: shapes.CreatePrediction) -> shapes.Prediction:
    """Say what a run thinks of one side of one market: calibrated and anchored as the house's own forecasts are.

    The same content is the same prediction. Raises Refused once the run has ended, or where it has said another chance
    of this market already, and BadInput for chances and sides that cannot be.
    """
    of, side = _market(asked)
    no_push = _no_push(asked)
    with step(desk) as session:
        run = recordings.named(session, asked.run_id, tenant_id=desk.tenant_id)
        found = _asked(session, run, of, _canonical_line(asked, of, side), asked.book)
        canonical = no_push if side is of.sides[0] else 1.0 - no_push
        made = chained(run, found, no_push=canonical, push=asked.p_push, learned=_learned(session, run))
        earlier = {item.prediction_id: item for item in recordings.predictions_of(session, run.run_id)}
        if made.prediction_id not in earlier:
            must_be_open(session, run.run_id, "a prediction must be created")
            recordings.say(session, made)
        elif earlier[made.prediction_id] != made:
            before = earlier[made.prediction_id].p_raw
            raise Refused(f"a run must say one chance of a market, {of.key} was {before} of {of.sides[0]} already")
        return _shape(made)


def _market(asked: shapes.CreatePrediction) -> tuple[Market, Side]:
    try:
        of = market(asked.market_key)
    except ValueError as fault:
        raise BadInput(f"market_key must be like TOTAL:FULL_GAME, was {asked.market_key}") from fault
    if len(of.sides) != 2 or asked.side not in of.sides or not of_game(of):
        raise BadInput(f"side must be one of a two-way market of the game, {asked.side} of {of.key} was not")
    return of, asked.side


def _no_push(asked: shapes.CreatePrediction) -> float:
    # A little more than one may be a matter of rounding.
    if asked.p_push >= 1.0 or asked.p_win + asked.p_push > 1.0 + 1e-9:
        raise BadInput(f"p_win and p_push must leave room for each other, were {asked.p_win} and {asked.p_push}")
    return min(asked.p_win / (1.0 - asked.p_push), 1.0)


def _canonical_line(asked: shapes.CreatePrediction, of: Market, side: Side) -> int | None:
    if (asked.line is not None) != of.has_line:
        raise BadInput(f"line must {'be given' if of.has_line else 'be left out'} for {of.key}, was {asked.line}")
    if asked.line is None:
        return None
    try:
        quarters = line_quarters(asked.line)
    except ValueError as fault:
        raise BadInput(str(fault)) from fault
    return quarters if side is of.sides[0] else opposite_line(of.type, quarters)


def _asked(session: Session, run: Run, of: Market, line: int | None, book: str | None) -> Asked:
    """Return what the run's snapshot says of a market at a line: nothing where it shows another line."""
    name = snapshot_of(recordings.inputs_of(session, run.run_id))
    priced = [
        item
        for item in evaluations.of_snapshot(session, name, as_of=run.as_of)
        if item.event_id == run.event_id and item.market_key == of.key
    ]
    item = _chosen(priced, of, book)
    if item is None or item.line_quarters != line:
        return Asked(of, line)
    _must_be_the_last(session, run, item)
    basis = QUOTED if item.is_reference else SUSPECT
    return Asked(of, line, item.book, item.snapshot_id, basis, item.fair_probability)


def _must_be_the_last(session: Session, run: Run, item: Evaluation) -> None:
    """Raise Refused where the price moved before the run: an old chance beside a new price is no edge."""
    for quote in quotes.latest(quotes.of_events(session, [run.event_id], as_of=run.as_of)).values():
        if (quote.book, quote.market.key) == (item.book, item.market_key) and quote.received_at > item.received_at:
            raise Refused(
                f"snapshot must hold the last price of {item.market_key} at {item.book}, which moved at "
                f"{quote.received_at.isoformat()}: create a run on a newer one"
            )


def _chosen(priced: Sequence[Evaluation], of: Market, book: str | None) -> Evaluation | None:
    if book is None:
        return reference(priced, of)
    found = [item for item in priced if item.book == book]
    if not found:
        known = ", ".join(sorted({item.book for item in priced})) or "none"
        raise BadInput(f"book must show both sides of {of.key} in the snapshot, {book} did not; those that do: {known}")
    return reference(found, of)


def chained_again(session: Session, run: Run, said: Prediction) -> Prediction:
    """Take a stored raw probability through the chain again, by what the record says was in force then."""
    asked = Asked(market(said.market_key), said.line_quarters, said.book, said.snapshot_id, said.basis, said.q_market)
    return chained(run, asked, no_push=said.p_raw, push=said.p_push, learned=_learned(session, run))


def _learned(session: Session, run: Run) -> Learned:
    return Learned(
        maps_for(session, run.engine, tenant_id=run.tenant_id, league=run.league, as_of=run.as_of),
        models.policy(session, tenant_id=run.tenant_id, league=run.league, as_of=run.as_of),
    )


def _shape(made: Prediction) -> shapes.Prediction:
    return shapes.Prediction(
        prediction_id=made.prediction_id, run_id=made.run_id, market_key=made.market_key, side=made.side,
        line=line_text(made.line_quarters), book=made.book, basis=made.basis, p_raw=made.p_raw, p_push=made.p_push,
        p_calibrated=made.p_calibrated, q_market=made.q_market, p_anchor=made.p_anchor,
        predicted_clv=made.predicted_clv, calibration_version=made.calibration_version,
        policy_version=made.policy_version,
    )  # fmt: skip
