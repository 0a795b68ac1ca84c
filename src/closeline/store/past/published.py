"""What was published of a market, what became of it, and what has come to no result that calibration could use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.picks import Decision
from closeline.store.database.kinds import of_kind
from closeline.store.past.outcomes import MARKET, won_by
from closeline.store.past.standing import guest_runs
from closeline.store.session import Session
from closeline.store.tables.desk import pick, publication
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import event

Floats = NDArray[np.float64]

_LATER = event_result.alias("later")
_CORRECTED = (
    select(_LATER.c.event_id)
    .where(
        _LATER.c.event_id == event_result.c.event_id,
        _LATER.c.result_version > event_result.c.result_version,
        _LATER.c.received_at <= bindparam("as_of"),
    )
    .exists()
)
_OF_MARKET = (
    pick.c.tenant_id == bindparam("tenant"),
    pick.c.league == bindparam("league_code"),
    of_kind(pick.c.market_key, MARKET),
    # A LEAN is shown and never played: it is no pick of the record.
    pick.c.decision == Decision.PICK,
    publication.c.published_at <= bindparam("as_of"),
)
_PICKED = pick.join(
    publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id)
)
_PUBLISHED = select(pick.c.prediction_id).select_from(_PICKED).where(*_OF_MARKET)
_LAST = (
    select(
        prediction.c.prediction_id, prediction.c.event_id, event.c.day, prediction.c.line_quarters, prediction.c.p_raw,
        event_result.c.home_score, event_result.c.away_score, prediction.c.run_id, prediction.c.market_key,
    )
    .select_from(_PICKED)
    .join(prediction, prediction.c.prediction_id == pick.c.prediction_id)
    .join(event, event.c.event_id == prediction.c.event_id)
    .join(event_result, event_result.c.event_id == prediction.c.event_id)
    .where(
        *_OF_MARKET,
        event_result.c.status == ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
        ~_CORRECTED,
    )
    .distinct()
    .order_by(event.c.day.desc(), prediction.c.event_id, prediction.c.prediction_id)
    .limit(bindparam("most"))
)  # fmt: skip
_VOIDS = (
    select(func.count(prediction.c.prediction_id.distinct()))
    .join(event_result, event_result.c.event_id == prediction.c.event_id)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        of_kind(prediction.c.market_key, MARKET),
        prediction.c.as_of >= bindparam("since"),
        event_result.c.status != ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
        ~_CORRECTED,
    )
)
# So that pushes, which tell nothing, do not make the last picks too few. Picks of guests would: then all are read.
_PUSHES_ALLOWED = 1.2
_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LastPicks:
    """The last published picks of a scope that were won or lost, newest first; p_raw and won of HOME or OVER, (n,)."""

    events: tuple[str, ...]
    p_raw: Floats
    won: Floats


def published(session: Session, *, tenant_id: str, league: str, market_key: str, as_of: datetime) -> frozenset[str]:
    """Return the predictions of a market that were published by `as_of`."""
    rows = session.rows(_PUBLISHED, {"tenant": tenant_id, "league_code": league, "market": market_key, "as_of": as_of})
    return frozenset(row.prediction_id for row in rows)


def voids(session: Session, *, tenant_id: str, league: str, market_key: str, since: datetime, as_of: datetime) -> int:
    """Return how many predictions of a market made from `since` on are of games that came to no final result."""
    return int(session.scalar(_VOIDS, {
        "tenant": tenant_id, "league_code": league, "market": market_key, "since": since, "as_of": as_of,
    }) or 0)  # fmt: skip


def last_picks(
    session: Session, *, tenant_id: str, markets: Sequence[tuple[str, str]], most: int, as_of: datetime
) -> LastPicks:
    """Return the last picks of several markets, each a league and a market key, whose results were in by `as_of`."""
    found: list[tuple[int, str, str, float, float]] = []
    for league, market_key in markets:
        guests = guest_runs(session, tenant_id=tenant_id, league=league, as_of=as_of)
        rows = [row for row in session.rows(_LAST, {
            "tenant": tenant_id, "league_code": league, "market": market_key, "as_of": as_of,
            "most": _ALL if guests else int(_PUSHES_ALLOWED * most),
        }) if row.run_id not in guests]  # fmt: skip
        won = won_by(session, rows, market_key, as_of=as_of)
        found += [
            (-date.fromisoformat(row.day).toordinal(), row.event_id, row.prediction_id, row.p_raw, each)
            for row, each in zip(rows, won.tolist(), strict=True)
            if each == each  # noqa: PLR0124 -- a push is not itself
        ]
    last = sorted(found)[:most]
    return LastPicks(
        tuple(item[1] for item in last), np.array([item[3] for item in last]), np.array([item[4] for item in last])
    )
