"""Reasoning: how one decision came about, from the event to the verdict, of refused candidates as of picks."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from operator import mul

from closeline.domain.errors import CorruptRecord, NotFound
from closeline.domain.gates import Finding
from closeline.domain.markets import MarketType, Selection, Side, market
from closeline.domain.odds import Price
from closeline.store import forecasts, quotes, references
from closeline.store.desk import candidates, picks
from closeline.store.desk.candidates import VERDICT, StoredVerdict
from closeline.store.desk.traces import Trace, traces
from closeline.store.forecasts import DERIVED, Prediction
from closeline.store.references import EventVersion
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Chain:
    """The probabilities of the judged side, given no push, in the order in which they were made; `p_push` beside them.

    `q_market` and `p_anchor` are null where there was no market or no policy.
    """

    p_raw: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None
    p_final: float
    p_push: float


@dataclass(frozen=True, slots=True)
class Reasoning:
    """One decision with all that led to it; `pick_id` is null for a candidate that was refused.

    price: null where nothing was quoted. left: what the multipliers down to each finding leave of the trust.
    """

    prediction: Prediction
    pick_id: str | None
    event: EventVersion
    selection: Selection
    price: Price | None
    judged_at: datetime
    chain: Chain
    findings: tuple[Finding, ...]
    left: tuple[float, ...]
    stored: StoredVerdict
    trace: Trace


def reasoning(session: Session, name: str, *, tenant_id: str) -> Reasoning:
    """Return the reasoning of a pick or of a prediction that was judged; raises NotFound for no such one."""
    pick = picks.find(session, name, tenant_id=tenant_id)
    made = candidates.prediction_of(session, pick.prediction_id if pick else name, tenant_id=tenant_id)
    if made is None:
        message = f"pick or prediction must be in the record, {name} was not; `closeline picks list` names picks"
        raise NotFound(message)
    stored = _judged(session, made, pick.selection.side if pick else None)
    if pick is None:
        # A prediction's own name leads to its pick where there is one.
        of_event = picks.of_events(session, [made.event_id], tenant_id=tenant_id)
        pick = next((item for item in of_event if item.prediction_id == made.prediction_id), None)
    selection = _selection(made, stored.side)
    findings = candidates.findings_of(session, prediction_id=made.prediction_id, side=stored.side)
    event = references.versions(session, [made.event_id], as_of=made.as_of)[made.event_id]
    ruled = tuple(item for item in findings if item.gate != VERDICT)
    return Reasoning(
        made, pick.pick_id if pick else None, event, selection,
        pick.price if pick else _price(session, made, selection), made.as_of, _chain(made, stored), ruled,
        tuple(accumulate((item.multiplier for item in ruled), mul)), stored, _trace(session, made, stored),
    )  # fmt: skip


def _judged(session: Session, made: Prediction, side: Side | None) -> StoredVerdict:
    stored = candidates.verdicts_of(session, prediction_id=made.prediction_id, tenant_id=made.tenant_id)
    found = [item for item in stored if side in (None, item.side)]
    if found:
        return found[0]
    if side is not None:
        raise CorruptRecord(f"prediction {made.prediction_id} must have a verdict for its pick, had none")
    message = f"prediction must have been judged, {made.prediction_id} was not: what was forecast in warm-up is not"
    raise NotFound(message)


def _selection(made: Prediction, side: Side) -> Selection:
    of = market(made.market_key)
    mirrored = of.type is MarketType.SPREAD and side is not of.sides[0]
    line = -(made.line_quarters or 0) if mirrored else made.line_quarters
    return Selection(made.event_id, of, side, line)


def _price(session: Session, made: Prediction, selection: Selection) -> Price | None:
    if made.basis == DERIVED:
        return None
    latest = quotes.latest(quotes.of_events(session, [made.event_id], as_of=made.as_of, players=True))
    quote = latest.get((made.event_id, made.book, made.market_key, selection.side))
    return quote.price if quote else None


def _chain(made: Prediction, stored: StoredVerdict) -> Chain:
    if stored.side is market(made.market_key).sides[0]:
        p_raw, p_calibrated, q_market, p_anchor = made.p_raw, made.p_calibrated, made.q_market, made.p_anchor
    else:
        p_raw, p_calibrated = 1 - made.p_raw, 1 - made.p_calibrated
        q_market, p_anchor = _other(made.q_market), _other(made.p_anchor)
    return Chain(p_raw, p_calibrated, q_market, p_anchor, stored.verdict.p_final, made.p_push)


def _other(p: float | None) -> float | None:
    return None if p is None else 1 - p


def _trace(session: Session, made: Prediction, stored: StoredVerdict) -> Trace:
    """Return the trace that was kept; of a decision from before there were any, what the record says, without code."""
    if stored.trace is not None:
        return stored.trace
    runs = forecasts.runs(session, [made.run_id])
    found = traces(session, [made], runs, config_version=stored.config_version, code_version=None)
    return found[made.prediction_id]
