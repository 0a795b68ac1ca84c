"""Objections: which rules held a candidate back or took of its trust, beside the verdict; of whole histories."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from sys import intern
from typing import Any

from sqlalchemy import BigInteger, Row, and_, bindparam, case, distinct, func, or_, select, type_coerce

from closeline.domain.errors import CorruptRecord
from closeline.domain.gates import Action
from closeline.domain.markets import Side, kind_of
from closeline.domain.picks import Decision
from closeline.store.desk.candidates import VERDICT
from closeline.store.session import Session
from closeline.store.tables.desk import candidate_finding
from closeline.store.tables.evidence import raw_payload, snapshot
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import event

Held = tuple[tuple[str, Decision], ...]
_OF_TENANT = and_(
    candidate_finding.c.tenant_id == bindparam("tenant"), candidate_finding.c.league == bindparam("league_code")
)
_MOMENT = type_coerce(candidate_finding.c.as_of, BigInteger)
# Rows as they come, by the index: a season's history is never in memory twice. The numbers are the verdict's alone.
_ALL = (
    select(
        candidate_finding.c.prediction_id, candidate_finding.c.side, candidate_finding.c.gate,
        candidate_finding.c.highest_state, candidate_finding.c.multiplier, _MOMENT.label("as_of"),
        case((candidate_finding.c.gate == VERDICT, candidate_finding.c.inputs), else_="").label("numbers"),
        candidate_finding.c.config_version, prediction.c.event_id, prediction.c.market_key, prediction.c.q_market,
        prediction.c.p_calibrated, prediction.c.predicted_clv, prediction.c.p_push,
    )
    .join(prediction, prediction.c.prediction_id == candidate_finding.c.prediction_id)
    .where(
        _OF_TENANT,
        or_(
            candidate_finding.c.highest_state != Decision.PICK,
            candidate_finding.c.multiplier < 1,
            candidate_finding.c.gate == VERDICT,
        ),
    )
    .order_by(
        candidate_finding.c.as_of, candidate_finding.c.prediction_id, candidate_finding.c.side,
        candidate_finding.c.ordinal,
    )
    .execution_options(yield_per=5000)
)  # fmt: skip
_GAMES = (
    select(
        func.count(distinct(prediction.c.event_id)),
        func.count(
            distinct(case((candidate_finding.c.highest_state != Decision.PICK, prediction.c.event_id), else_=None))
        ),
    )
    .join(prediction, prediction.c.prediction_id == candidate_finding.c.prediction_id)
    .where(_OF_TENANT, candidate_finding.c.gate == bindparam("rule"), candidate_finding.c.action != Action.INACTIVE)
)
_EXAMPLE = (
    select(
        prediction.c.prediction_id, candidate_finding.c.side, event.c.day, event.c.home_team_id, event.c.away_team_id,
        event.c.event_id, prediction.c.market_key, prediction.c.line_quarters, prediction.c.book, prediction.c.basis,
        _MOMENT.label("as_of"), candidate_finding.c.highest_state, candidate_finding.c.reason,
        candidate_finding.c.inputs,
    )
    .join(prediction, prediction.c.prediction_id == candidate_finding.c.prediction_id)
    .join(event, event.c.event_id == prediction.c.event_id)
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.prediction_id == bindparam("name"),
        candidate_finding.c.side == bindparam("side_name"),
        candidate_finding.c.gate == bindparam("rule"),
    )
)  # fmt: skip
_FORECAST_FROM = (
    select(prediction.c.snapshot_id)
    .where(prediction.c.tenant_id == bindparam("tenant"), prediction.c.league == bindparam("league_code"))
    .distinct()
)
_SOURCES = (
    select(raw_payload.c.name)
    .join(snapshot, snapshot.c.payload_sha == raw_payload.c.payload_sha)
    .where(snapshot.c.snapshot_id.in_(_FORECAST_FROM))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Weakened:
    """What compression looked at: the rules that took of the trust, and the prediction, of HOME or OVER."""

    multipliers: tuple[tuple[str, float], ...]
    q_market: float | None
    p_calibrated: float
    predicted_clv: float | None
    p_push: float
    config_version: str


@dataclass(frozen=True, slots=True)
class JudgedSide:
    """A candidate as it was decided: who objected and up to which state, and what was published of it.

    break_even: 1/d of the price that was judged. weakened: null where no rule took of the trust. as_of: microseconds.
    """

    prediction_id: str
    side: Side
    event_id: str
    market_key: str
    as_of: int
    decision: Decision
    p_final: float
    break_even: float
    objections: tuple[tuple[str, Decision], ...]
    weakened: Weakened | None


@dataclass(frozen=True, slots=True)
class Objection:
    """What one rule held against one candidate, with the numbers that it looked at. `line_quarters` is of the side."""

    prediction_id: str
    side: Side
    event_id: str
    day: str
    home_team_id: str
    away_team_id: str
    market_key: str
    line_quarters: int | None
    book: str
    basis: str
    as_of: int
    highest_state: Decision
    reason: str
    inputs: Mapping[str, float | int | str | bool | None]


def judged_sides(session: Session, *, tenant_id: str, league: str) -> Iterator[JudgedSide]:
    """Yield every judged candidate of a league, oldest first; raises CorruptRecord for one without its verdict."""
    rows = session.execute(_ALL, {"tenant": tenant_id, "league_code": league})
    seen: dict[Held, Held] = {}
    for _, group in groupby(rows, key=lambda row: (row.prediction_id, row.side)):
        *found, last = group
        if last.gate != VERDICT:
            raise CorruptRecord(f"prediction {last.prediction_id} must have a verdict behind its findings, had none")
        held = tuple((intern(row.gate), Decision(row.highest_state)) for row in found if _objects(row))
        taken = tuple((intern(row.gate), float(row.multiplier)) for row in found if row.multiplier < 1)
        # Thousands of candidates share a few combinations of objections.
        yield _judged_side(last, seen.setdefault(held, held), taken)


def _objects(row: Row[*tuple[Any, ...]]) -> bool:
    return bool(row.highest_state != Decision.PICK)


def _judged_side(last: Row[*tuple[Any, ...]], held: Held, taken: tuple[tuple[str, float], ...]) -> JudgedSide:
    numbers = json.loads(last.numbers)
    p_final = float(numbers["p_final"])
    weakened = Weakened(
        taken, last.q_market, last.p_calibrated, last.predicted_clv, last.p_push, intern(last.config_version)
    )
    return JudgedSide(
        last.prediction_id, Side(last.side), last.event_id, intern(kind_of(last.market_key)), int(last.as_of),
        Decision(last.highest_state), p_final, p_final - float(numbers["edge_probability"]), held,
        weakened if taken else None,
    )  # fmt: skip


def games_of(session: Session, *, tenant_id: str, league: str, gate: str) -> tuple[int, int]:
    """Return how many games a rule looked at, and at how many of them it objected to a candidate."""
    parameters = {"tenant": tenant_id, "league_code": league, "rule": gate}
    looked_at, objected = session.rows(_GAMES, parameters)[0]
    return int(looked_at), int(objected)


def objection(session: Session, judged: JudgedSide, gate: str, *, tenant_id: str) -> Objection:
    """Return what a rule held against a candidate, in full."""
    parameters = {"tenant": tenant_id, "name": judged.prediction_id, "side_name": judged.side, "rule": gate}
    fields = dict(session.rows(_EXAMPLE, parameters)[0]._mapping)  # noqa: SLF001 -- the documented way to read a row
    fields["side"] = Side(fields["side"])
    fields["highest_state"] = Decision(fields["highest_state"])
    fields["inputs"] = json.loads(fields["inputs"])
    if fields["market_key"].startswith("SPREAD") and judged.side is Side.AWAY:
        fields["line_quarters"] = -fields["line_quarters"]
    return Objection(**fields)


def sources(session: Session, *, tenant_id: str, league: str) -> Sequence[str]:
    """Return the names of the files and feeds that a league's forecasts were made from."""
    return sorted(str(row.name) for row in session.rows(_SOURCES, {"tenant": tenant_id, "league_code": league}))
