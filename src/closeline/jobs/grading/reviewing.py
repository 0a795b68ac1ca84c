"""Reviewing: the games that wait for a person, with what each feed says of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from closeline.domain.leagues import League
from closeline.domain.settlement import SETTLEMENT_V1
from closeline.domain.settlement.quorum import (
    RESULT_DISAGREEMENT,
    SCORE_MISSING,
    Claim,
    DecidedBy,
    Held,
    Report,
    claims_of,
    decide,
)
from closeline.flow import settle
from closeline.flow.settle import Known, Standing
from closeline.schemas.ending.grading import FeedWord, ResultReview, ResultReviews
from closeline.store.results import EventResult, reports
from closeline.store.session import Session

_AT_ONCE = frozenset({RESULT_DISAGREEMENT, SCORE_MISSING})
_MISSING = timedelta(hours=SETTLEMENT_V1.result_missing_hours)


def reviews(
    session: Session, *, tenant_id: str, at: datetime, lookback: timedelta = settle.LOOKBACK,
    league: League | None = None,
) -> ResultReviews:  # fmt: skip
    """Return the games on which feeds contradict each other, and those that should be over and are not.

    Of the second kind only those with a published pick that waits; of the first, those reported on in the look-back.
    """
    found: list[ResultReview] = []
    for each in League if league is None else (league,):
        found += _of_league(session, each, tenant_id, at, lookback)
    return ResultReviews(reviews=found)


def _of_league(
    session: Session, league: League, tenant_id: str, at: datetime, lookback: timedelta
) -> list[ResultReview]:
    held: defaultdict[str, list[Standing]] = defaultdict(list)
    for item in settle.waiting(session, tenant_id=tenant_id, league=league, at=at):
        if item.grade is None and item.starts_at <= at:
            held[item.pick.selection.event_id].append(item)
    heard = reports.reported_since(session, league=league, after=at - lookback, as_of=at)
    events = sorted({*held, *heard})
    known = settle.known_of(session, events, at=at)
    return [
        review
        for event_id in events
        if (review := _review(event_id, league, known, held.get(event_id, []), at)) is not None
    ]


def _review(event_id: str, league: League, known: Known, held: Sequence[Standing], at: datetime) -> ResultReview | None:
    told, history = known.reports.get(event_id, []), known.results.get(event_id, [])
    result = history[-1] if history else None
    reason = _contradiction(told, result, at) or _overdue(held, at)
    if reason is None:
        return None
    return ResultReview(
        event_id=event_id, league=league, starts_at=known.versions[event_id][-1].starts_at, reason=reason,
        decided=None if result is None else _ending(result), picks=len(held),
        feeds=[_word(claim) for claim in claims_of(told)],
    )  # fmt: skip


def _contradiction(told: Sequence[Report], result: EventResult | None, at: datetime) -> str | None:
    verdict = decide(told, now=at)
    if not isinstance(verdict, Held) or verdict.reason not in _AT_ONCE:
        return None
    by_person = result is not None and result.decided_by is DecidedBy.PERSON
    # Whoever decided knew all of this; only what a feed says anew asks again.
    if by_person and result is not None and (verdict.since or at) <= result.received_at:
        return None
    return verdict.reason


def _overdue(held: Sequence[Standing], at: datetime) -> str | None:
    overdue = [item for item in held if at - item.starts_at > _MISSING]
    return overdue[0].held if overdue else None


def _ending(result: EventResult) -> str:
    score = "" if result.home_score is None else f" {result.home_score}-{result.away_score}"
    return f"{result.status}{score} by {result.decided_by or result.place}"


def _word(claim: Claim) -> FeedWord:
    last = claim.last
    return FeedWord(
        report_id=last.report_id, feed=last.feed, status=last.status, words=last.words, home_score=last.home_score,
        away_score=last.away_score, since=claim.first.received_at, received_at=last.received_at,
    )  # fmt: skip
