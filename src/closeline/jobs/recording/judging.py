"""Judging: the gates look at what a run said, all of it, once it has ended."""

from collections.abc import Mapping

from closeline.domain.clock import micros
from closeline.domain.errors import Refused
from closeline.domain.gates import Action
from closeline.domain.leagues import League
from closeline.domain.markets import Side, line_text, market, opposite_line
from closeline.flow import gate as gates
from closeline.jobs.desk import Desk
from closeline.jobs.recording.step import step
from closeline.schemas import recording as shapes
from closeline.store import quotes
from closeline.store.desk import candidates, recordings
from closeline.store.desk.candidates import StoredVerdict
from closeline.store.forecasts import DERIVED, Prediction
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session

_SILENT = frozenset({Action.PASS, Action.INACTIVE})


def gate(desk: Desk, asked: shapes.Gate) -> shapes.Gated:
    """Judge all that a run said by the rules that every prediction meets; a second time adds nothing.

    Raises Refused before the run is completed: what is still being said cannot be judged.
    """
    run_id = asked.run_id
    with step(desk) as session:
        run = recordings.named(session, run_id, tenant_id=desk.tenant_id)
        if recordings.completion_of(session, run_id) is None:
            raise Refused(f"a run must be completed before the gates look at it, {run_id} was not")
        said = recordings.predictions_of(session, run_id)
        if _verdict(session, said[0]) is None:
            gates.gate(
                session, tenant_id=desk.tenant_id, league=League(run.league), as_of=micros(run.as_of), run_id=run_id
            )
        latest = quotes.latest(quotes.of_events(session, [run.event_id], as_of=run.as_of))
        return shapes.Gated(
            run_id=run_id, config_version=run.config_version,
            verdicts=[_shape(session, item, latest) for item in said],
        )  # fmt: skip


def _verdict(session: Session, said: Prediction) -> StoredVerdict | None:
    found = candidates.verdicts_of(session, prediction_id=said.prediction_id, tenant_id=said.tenant_id)
    return found[0] if found else None


def judged(session: Session, said: Prediction) -> StoredVerdict:
    """Return what the gates made of a prediction; raises Refused when they have not looked at it."""
    found = _verdict(session, said)
    if found is None:
        raise Refused(f"the gates must have judged a prediction before it is published, {said.prediction_id} was not")
    return found


def line_of(said: Prediction, side: Side) -> int | None:
    """Return the line of a prediction on a side of its market."""
    of = market(said.market_key)
    return said.line_quarters if side is of.sides[0] else opposite_line(of.type, said.line_quarters)


def quoted(said: Prediction, side: Side, latest: Mapping[Series, Quote]) -> Quote | None:
    """Return the price that stands behind one side of a prediction, null where its snapshot shows none at its line."""
    if said.basis == DERIVED:
        return None
    quote = latest.get((said.event_id, said.book, said.market_key, side))
    return quote if quote is not None and quote.line_quarters == line_of(said, side) else None


def _shape(session: Session, said: Prediction, latest: Mapping[Series, Quote]) -> shapes.Verdict:
    found = judged(session, said)
    final, quote = found.verdict, quoted(said, found.side, latest)
    findings = candidates.findings_of(session, prediction_id=said.prediction_id, side=found.side)
    return shapes.Verdict(
        prediction_id=said.prediction_id, market_key=said.market_key, side=found.side,
        line=line_text(line_of(said, found.side)), book=said.book, price=quote.price.text if quote else None,
        decision=final.decision, tier=final.tier, p_final=final.p_final, edge_probability=final.edge_probability,
        ev_per_unit=final.ev_per_unit, reasons=list(final.reasons),
        objections=[
            shapes.Objection(
                gate=item.gate, action=item.action, reason=item.reason, highest_state=item.highest_state,
                inputs={name: str(value) for name, value in item.inputs},
            )
            for item in findings
            if item.gate != candidates.VERDICT and item.action not in _SILENT
        ],
    )  # fmt: skip
