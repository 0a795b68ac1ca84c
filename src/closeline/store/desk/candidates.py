"""Findings: everything that every rule said of every candidate, and the verdict as the last of them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.gates import Finding, Verdict
from closeline.domain.ids import canonical_json
from closeline.domain.markets import Side, kind_of
from closeline.domain.picks import Decision, Tier
from closeline.store.desk.traces import Trace
from closeline.store.forecasts import Prediction
from closeline.store.session import Session
from closeline.store.tables.desk import candidate_finding
from closeline.store.tables.model import prediction

VERDICT = "verdict"
TRACE = "trace"
_COLUMNS = (
    "prediction_id", "side", "ordinal", "tenant_id", "league", "as_of", "gate", "action", "reason", "multiplier", "cap",
    "highest_state", "inputs", "config_version",
)  # fmt: skip
_VERDICTS = (
    select(
        candidate_finding.c.prediction_id,
        candidate_finding.c.side,
        candidate_finding.c.inputs,
        candidate_finding.c.config_version,
    )
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.league == bindparam("league_code"),
        candidate_finding.c.as_of == bindparam("moment"),
        candidate_finding.c.gate == VERDICT,
        candidate_finding.c.action != Decision.NO_PLAY,
    )
    .order_by(candidate_finding.c.prediction_id, candidate_finding.c.side)
)
_JUDGED = select(candidate_finding.c.prediction_id).where(
    candidate_finding.c.tenant_id == bindparam("tenant"),
    candidate_finding.c.league == bindparam("league_code"),
    candidate_finding.c.as_of == bindparam("moment"),
    candidate_finding.c.gate == VERDICT,
)
_MOMENTS = (
    select(candidate_finding.c.as_of)
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.league == bindparam("league_code"),
        candidate_finding.c.gate == VERDICT,
        candidate_finding.c.as_of >= bindparam("since"),
        candidate_finding.c.as_of < bindparam("until"),
    )
    .distinct()
    .order_by(candidate_finding.c.as_of)
)
_VERDICTS_OF_PREDICTION = (
    select(
        candidate_finding.c.prediction_id,
        candidate_finding.c.side,
        candidate_finding.c.inputs,
        candidate_finding.c.config_version,
    )
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.prediction_id == bindparam("name"),
        candidate_finding.c.gate == VERDICT,
    )
    .order_by(candidate_finding.c.side)
)
_PREDICTION = select(prediction).where(
    prediction.c.tenant_id == bindparam("tenant"), prediction.c.prediction_id == bindparam("name")
)
_OF_PREDICTION = (
    select(candidate_finding)
    .where(
        candidate_finding.c.prediction_id == bindparam("name"),
        candidate_finding.c.side == bindparam("side_name"),
    )
    .order_by(candidate_finding.c.ordinal)
)
_DECISIONS = (
    select(candidate_finding.c.action, func.count())
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.league == bindparam("league_code"),
        candidate_finding.c.gate == VERDICT,
    )
    .group_by(candidate_finding.c.action)
)
_REFUSALS = (
    select(candidate_finding.c.gate, candidate_finding.c.reason, prediction.c.market_key, func.count())
    .join(prediction, prediction.c.prediction_id == candidate_finding.c.prediction_id)
    .where(
        candidate_finding.c.tenant_id == bindparam("tenant"),
        candidate_finding.c.league == bindparam("league_code"),
        candidate_finding.c.reason != "",
        candidate_finding.c.gate != VERDICT,
    )
    .group_by(candidate_finding.c.gate, candidate_finding.c.reason, prediction.c.market_key)
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with all its findings and what they came to."""

    prediction_id: str
    side: Side
    findings: tuple[Finding, ...]
    verdict: Verdict
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict as the record holds it; rows from before there were traces have none."""

    prediction_id: str
    side: Side
    config_version: str
    verdict: Verdict
    trace: Trace | None = None


def moments(session: Session, *, tenant_id: str, league: str, since: datetime, until: datetime) -> list[datetime]:
    """Return the moments in [since, until) at which candidates of a league were judged."""
    asked = {"tenant": tenant_id, "league_code": league, "since": since, "until": until}
    return [row.as_of for row in session.rows(_MOMENTS, asked)]


def add(
    session: Session,
    judged: Sequence[Judged],
    *,
    tenant_id: str,
    league: str,
    as_of: datetime,
    config_version: str,
) -> int:
    """Append the findings of candidates, inactive rules too, and the verdict behind them."""
    moment = micros(as_of)
    rows: list[tuple[object, ...]] = []
    for item in judged:
        head = (item.prediction_id, item.side)
        who = (tenant_id, league, moment)
        rows.extend(
            (
                *head, ordinal, *who, finding.gate, finding.action, finding.reason, finding.multiplier, finding.cap,
                finding.highest_state, canonical_json(dict(finding.inputs)), config_version,
            )
            for ordinal, finding in enumerate(item.findings)
        )  # fmt: skip
        final = item.verdict
        rows.append((
            *head, len(item.findings), *who, VERDICT, final.decision, ",".join(final.reasons), 1.0, None,
            final.decision, canonical_json(asdict(final) | _kept(item.trace)), config_version,
        ))  # fmt: skip
    return session.append(candidate_finding, _COLUMNS, rows)


def _kept(trace: Trace | None) -> dict[str, object]:
    return {TRACE: asdict(trace)} if trace else {}


def playable(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> list[StoredVerdict]:
    """Return the verdicts of a moment that are PICK or LEAN."""
    rows = session.rows(_VERDICTS, {"tenant": tenant_id, "league_code": league, "moment": as_of})
    return [_stored(row) for row in rows]


def judged(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> frozenset[str]:
    """Return the predictions of a moment that have a verdict."""
    rows = session.rows(_JUDGED, {"tenant": tenant_id, "league_code": league, "moment": as_of})
    return frozenset(row.prediction_id for row in rows)


def prediction_of(session: Session, prediction_id: str, *, tenant_id: str) -> Prediction | None:
    """Return the prediction that a candidate is a side of, by its name; null for no such one."""
    rows = session.rows(_PREDICTION, {"tenant": tenant_id, "name": prediction_id})
    return Prediction(**rows[0]._mapping) if rows else None  # noqa: SLF001 -- the documented way to read a row


def verdicts_of(session: Session, *, prediction_id: str, tenant_id: str) -> list[StoredVerdict]:
    """Return the verdict on each side of a prediction that was judged, refused ones too."""
    rows = session.rows(_VERDICTS_OF_PREDICTION, {"tenant": tenant_id, "name": prediction_id})
    return [_stored(row) for row in rows]


def _stored(row: Row[*tuple[Any, ...]]) -> StoredVerdict:
    trace = json.loads(row.inputs).get(TRACE)
    return StoredVerdict(
        row.prediction_id, Side(row.side), row.config_version, _verdict(row.inputs), Trace(**trace) if trace else None
    )


def _verdict(text: str) -> Verdict:
    fields = json.loads(text)
    fields.pop(TRACE, None)
    fields["decision"] = Decision(fields["decision"])
    fields["tier"] = Tier(fields["tier"])
    fields["reasons"] = tuple(fields["reasons"])
    return Verdict(**fields)


def findings_of(session: Session, *, prediction_id: str, side: str) -> list[Finding]:
    """Return all that was found about one candidate, in the order of the rules, the verdict last."""
    rows = session.rows(_OF_PREDICTION, {"name": prediction_id, "side_name": side})
    return [
        Finding(
            row.gate, row.action, Decision(row.highest_state), row.reason, row.multiplier, row.cap,
            tuple(sorted((name, str(value)) for name, value in json.loads(row.inputs).items() if name != TRACE)),
        )
        for row in rows
    ]  # fmt: skip


def decisions(session: Session, *, tenant_id: str, league: str) -> dict[str, int]:
    """Return how many candidates became PICK, LEAN and NO_PLAY."""
    counts = dict.fromkeys(Decision, 0)
    for row in session.rows(_DECISIONS, {"tenant": tenant_id, "league_code": league}):
        counts[Decision(row[0])] = int(row[1])
    return {str(name): number for name, number in counts.items()}


def refusals(session: Session, *, tenant_id: str, league: str) -> list[tuple[str, str, str, int]]:
    """Return (gate, reason, kind of market, candidates) of everything that held a candidate back."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in session.rows(_REFUSALS, {"tenant": tenant_id, "league_code": league}):
        found[str(row[0]), str(row[1]), kind_of(str(row[2]))] += int(row[3])
    return sorted((*held, number) for held, number in found.items())
